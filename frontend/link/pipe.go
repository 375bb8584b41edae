package link

import (
	"bytes"
	"net"
	"sync"
)

// pipeDepth is how many sends a Peer may leave untaken before WriteBatch waits
// for it.
const pipeDepth = 1024

// Pipe returns a Conn without sockets, for tests, and the network it is
// attached to. It uses nothing but channels, so that testing/synctest sees all
// of its waiting.
func Pipe() (Conn, *Peer) {
	p := &Peer{
		in:     make(chan []Received),
		out:    make(chan Send, pipeDepth),
		broken: make(chan error, 1),
		closed: make(chan struct{}),
	}
	return &pipeConn{peer: p}, p
}

// Peer is the network side of a Pipe. Its methods are safe for concurrent use.
type Peer struct {
	in     chan []Received
	out    chan Send
	broken chan error
	closed chan struct{}
	once   sync.Once

	mu     sync.Mutex
	drops  uint64
	refuse error
}

// Deliver hands batch to one ReadBatch (or more, if its slice is shorter) and
// waits until it is taken. It reports whether it was; it is not once the Conn
// is closed.
func (p *Peer) Deliver(batch ...Received) bool {
	select {
	case p.in <- batch:
		return true
	case <-p.closed:
		return false
	}
}

// Sent returns the channel of what the Conn has sent, payloads copied.
func (p *Peer) Sent() <-chan Send { return p.out }

// Closed is closed when the Conn is.
func (p *Peer) Closed() <-chan struct{} { return p.closed }

// LoseInKernel adds n to the kernel drops the Conn reports.
func (p *Peer) LoseInKernel(n uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drops += n
}

// Refuse makes every later send fail with err; nil ends that.
func (p *Peer) Refuse(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = err
}

// Break makes one ReadBatch fail with err, as a socket does that died.
func (p *Peer) Break(err error) { p.broken <- err }

type pipeConn struct {
	peer *Peer
	rest []Received // owned by the reader
}

func (c *pipeConn) ReadBatch(dst []Received) (int, error) {
	if len(c.rest) == 0 {
		select {
		case c.rest = <-c.peer.in:
		case err := <-c.peer.broken:
			return 0, err
		case <-c.peer.closed:
			return 0, net.ErrClosed
		}
	}
	n := copy(dst, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *pipeConn) WriteBatch(batch []Send) (int, error) {
	c.peer.mu.Lock()
	refuse := c.peer.refuse
	c.peer.mu.Unlock()
	sent := 0
	for i := range batch {
		m := &batch[i]
		if m.Err = refuse; refuse != nil {
			continue
		}
		out := *m
		out.Payload = bytes.Clone(m.Payload)
		select {
		case c.peer.out <- out:
			sent++
		case <-c.peer.closed:
			return sent, net.ErrClosed
		}
	}
	return sent, nil
}

func (c *pipeConn) Stats() (Stats, error) {
	c.peer.mu.Lock()
	defer c.peer.mu.Unlock()
	return Stats{KernelDrops: c.peer.drops}, nil
}

func (c *pipeConn) Close() error {
	c.peer.once.Do(func() { close(c.peer.closed) })
	return nil
}
