package web

import (
	"net"
	"net/netip"
	"sync"

	"rollcall/frontend/assets/ledger"
)

// conns counts the connections of all listeners.
type conns struct {
	mu   sync.Mutex
	all  int
	from map[netip.Addr]int
}

// listener closes connections that are too many without a word: whoever has one already gets an answer.
type listener struct {
	*net.TCPListener
	conns  *conns
	ledger *ledger.Ledger
}

// Accept returns the next connection.
func (l listener) Accept() (net.Conn, error) {
	for {
		c, err := l.AcceptTCP()
		if err != nil {
			return nil, err
		}
		from := addrOf(c.RemoteAddr().String()).Addr()
		if l.conns.take(from, l.ledger.Places()+maxIdle) {
			return &conn{TCPConn: c, leave: func() { l.conns.leave(from) }}, nil
		}
		_ = c.SetLinger(0) // no state remains
		c.Close()
	}
}

// take reports whether there may be another connection from there, with so many in all, and counts it.
func (c *conns) take(from netip.Addr, most int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all >= most || c.from[from] >= maxFromOne {
		return false
	}
	if c.from == nil {
		c.from = make(map[netip.Addr]int)
	}
	c.all++
	c.from[from]++
	return true
}

func (c *conns) leave(from netip.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.from[from]--; c.from[from] == 0 {
		delete(c.from, from)
	}
}

// conn is a connection that is counted. It has the methods of a TCP connection, so that the kernel can send files.
type conn struct {
	*net.TCPConn
	leave func()
	once  sync.Once
}

// Close closes it; more than once does nothing.
func (c *conn) Close() error {
	c.once.Do(c.leave)
	return c.TCPConn.Close()
}
