package web

import (
	"net"
	"sync"

	"rollcall/frontend/assets/ledger"
)

// conns counts the connections of all listeners.
type conns struct {
	mu sync.Mutex
	n  int
}

// listener closes connections that are too many without a word: who has one already gets an answer.
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
		if l.conns.take(l.ledger.Places() + maxIdle) {
			return &conn{TCPConn: c, conns: l.conns}, nil
		}
		_ = c.SetLinger(0) // no state remains
		c.Close()
	}
}

func (c *conns) take(most int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n >= most {
		return false
	}
	c.n++
	return true
}

func (c *conns) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n--
}

// conn is a connection that is counted. It has the methods of a TCP connection, so that the kernel can send files.
type conn struct {
	*net.TCPConn
	conns *conns
	once  sync.Once
}

// Close closes it; more than once does nothing.
func (c *conn) Close() error {
	c.once.Do(c.conns.leave)
	return c.TCPConn.Close()
}
