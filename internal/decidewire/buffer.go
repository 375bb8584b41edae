package decidewire

import (
	"sync"

	"google.golang.org/grpc/mem"
)

const (
	// leastBuffer holds some twenty queries. Below a kibibyte gRPC would not give the memory back.
	leastBuffer = 4 << 10
	// mostKept is the largest buffer that waits for the next message; the largest batches with the usual options fit into it.
	mostKept = 256 << 10
)

// outgoing is the memory of one message on its way out: the bytes, what gRPC wants around them, and the lengths of the elements,
// which stand before them and are found in the pass that sizes the whole.
type outgoing struct {
	mem.NopBufferPool // for its Get, which nobody calls

	data  []byte
	sizes []int // of the elements in their order
	slice [1]mem.Buffer
}

var outgoings = sync.Pool{New: func() any { return &outgoing{data: make([]byte, 0, leastBuffer)} }}

// out returns data as gRPC wants it. The outgoing is its own pool, so that freeing the last reference to data releases the whole;
// nobody looks at the slice after giving up a reference that was taken through it.
func (o *outgoing) out() mem.BufferSlice {
	o.slice[0] = mem.NewBuffer(&o.data, o)
	return o.slice[:]
}

// Put implements mem.BufferPool.
func (o *outgoing) Put(*[]byte) { o.release() }

func (o *outgoing) release() {
	if cap(o.data) > mostKept {
		o.data = make([]byte, 0, leastBuffer)
	}
	o.slice[0] = nil
	outgoings.Put(o)
}

// pushSize notes the length of the next element.
func (o *outgoing) pushSize(n int) int {
	o.sizes = append(o.sizes, n)
	return n
}
