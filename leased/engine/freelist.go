package engine

// Why an address of a pool is not free. Several may hold at once.
const (
	isLeased = 1 << iota
	isOffered
	isQuarantined
	isReserved
	isOurs     // an address of a frontend itself
	isExcluded // by the configuration
	usages     = iota
)

// freeList keeps the addresses of one pool. The free ones form a list in the order in which they became free, so that its
// head is the address that has been free longest (RFC 2131 §4.3.1: an address is used again as late as possible); those
// never used come first, in their order. Taking any address out of the middle costs as much as taking the head. Free addresses
// that are kept for whoever had them last form a second list, in the same order.
type freeList struct {
	base       IP
	next, prev []int32 // by slot; the last two elements are the anchors of the two rings
	use        []uint8
	checked    []uint32 // when ARP last found nobody there, unix seconds; nil where ARP is not asked
	count      [usages]int
	free       int // in both lists
}

func newFreeList(first IP, size int, probed bool) *freeList {
	l := &freeList{
		base: first, next: make([]int32, size+2), prev: make([]int32, size+2), use: make([]uint8, size), free: size,
	}
	if probed {
		l.checked = make([]uint32, size)
	}
	for i := range l.next {
		l.next[i] = int32(i + 1)
		l.prev[i] = int32(i - 1)
	}
	l.next[size] = 0
	l.prev[0] = int32(size)
	l.next[size+1], l.prev[size+1] = int32(size+1), int32(size+1)
	return l
}

// anchor and keptAnchor are where the lists begin and end.
func (l *freeList) anchor() int32     { return int32(len(l.use)) }
func (l *freeList) keptAnchor() int32 { return int32(len(l.use)) + 1 }

// head returns the address that has been free longest and is not kept, or 0 when there is none.
func (l *freeList) head() IP { return l.first(l.anchor()) }

// keptHead returns the address that has been kept longest, or 0 when none is.
func (l *freeList) keptHead() IP { return l.first(l.keptAnchor()) }

func (l *freeList) first(anchor int32) IP {
	if first := l.next[anchor]; first != anchor {
		return l.base + IP(first)
	}
	return 0
}

func (l *freeList) unlink(i int32) { l.next[l.prev[i]], l.prev[l.next[i]] = l.next[i], l.prev[i] }

func (l *freeList) append(i, anchor int32) {
	last := l.prev[anchor]
	l.next[last], l.prev[i] = i, last
	l.next[i], l.prev[anchor] = anchor, i
}

// size returns how many addresses the pool has to give.
func (l *freeList) size() int { return len(l.use) - l.count[bit(isExcluded)] }

// without returns how many addresses are free once ip is not.
func (l *freeList) without(ip IP) int {
	if l.use[ip-l.base] == 0 {
		return l.free - 1
	}
	return l.free
}

// shareWithout returns the share of addresses that are free once ip is not, in units of 1/10000.
func (l *freeList) shareWithout(ip IP) int64 {
	return int64(l.without(ip)) * 10000 / int64(max(l.size(), 1))
}

// mark notes a use of ip; a free address leaves the list.
func (l *freeList) mark(ip IP, use uint8) {
	i := int32(ip - l.base)
	if l.use[i]&use != 0 {
		return
	}
	if l.use[i] == 0 {
		l.unlink(i)
		l.free--
	}
	l.use[i] |= use
	l.count[bit(use)]++
}

// unmark ends a use of ip; when it was the last one, the address goes to the end of the list.
func (l *freeList) unmark(ip IP, use uint8) {
	i := int32(ip - l.base)
	if l.use[i]&use == 0 {
		return
	}
	l.use[i] &^= use
	l.count[bit(use)]--
	if l.use[i] == 0 {
		l.append(i, l.anchor())
		l.free++
	}
}

// touch puts ip at the end of the list if it is free: it has just become so, or the order of what became free is being made
// again.
func (l *freeList) touch(ip IP) { l.move(ip, l.anchor()) }

// keep puts ip at the end of the list of those that are kept, if it is free.
func (l *freeList) keep(ip IP) { l.move(ip, l.keptAnchor()) }

func (l *freeList) move(ip IP, anchor int32) {
	if i := int32(ip - l.base); l.use[i] == 0 {
		l.unlink(i)
		l.append(i, anchor)
	}
}

func bit(use uint8) int {
	n := 0
	for use > 1 {
		use >>= 1
		n++
	}
	return n
}
