package serve

// fifo is a ring of slots. It is made as large as the table, so it is never
// full.
type fifo struct {
	ring []*slot
	head int
	n    int
}

func newFIFO(size int) fifo { return fifo{ring: make([]*slot, size)} }

func (f *fifo) push(s *slot) {
	f.ring[(f.head+f.n)%len(f.ring)] = s
	f.n++
}

// peek returns the oldest slot, nil if there is none.
func (f *fifo) peek() *slot {
	if f.n == 0 {
		return nil
	}
	return f.ring[f.head]
}

// pop removes and returns the oldest slot, nil if there is none.
func (f *fifo) pop() *slot {
	s := f.peek()
	if s != nil {
		f.ring[f.head] = nil
		f.head = (f.head + 1) % len(f.ring)
		f.n--
	}
	return s
}
