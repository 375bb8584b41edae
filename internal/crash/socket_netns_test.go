//go:build netns

package crash_test

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// socket is the relay's: all clients send and receive through it.
type socket struct {
	conn   *net.UDPConn
	xid    atomic.Uint32
	mu     sync.Mutex
	asking map[uint32]chan reply
}

func (w *world) openSocket() *socket {
	w.Helper()
	s := &socket{asking: map[uint32]chan reply{}}
	err := w.relay.Do(func() (err error) {
		s.conn, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(relayAddr+":67")))
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	if err := s.conn.SetReadBuffer(4 << 20); err != nil {
		w.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.read()
	}()
	w.Cleanup(func() { s.conn.Close(); <-done })
	return s
}

// read hands replies to who waits for them, until the socket is closed.
func (s *socket) read() {
	b := make([]byte, 2048)
	for {
		n, err := s.conn.Read(b)
		if err != nil {
			return
		}
		xid, r, ok := parse(b[:n])
		if !ok {
			continue
		}
		s.mu.Lock()
		ch := s.asking[xid]
		s.mu.Unlock()
		select {
		case ch <- r: // of nil, never
		default: // answered already
		}
	}
}

var server = netip.MustParseAddrPort(serverAddr + ":67")

func (s *socket) send(message []byte) error {
	_, err := s.conn.WriteToUDPAddrPort(message, server)
	return err
}

// expect returns where replies to a transaction come, until forget.
func (s *socket) expect(xid uint32) <-chan reply {
	ch := make(chan reply, 1)
	s.mu.Lock()
	s.asking[xid] = ch
	s.mu.Unlock()
	return ch
}

func (s *socket) forget(xid uint32) {
	s.mu.Lock()
	delete(s.asking, xid)
	s.mu.Unlock()
}
