//go:build netns

package e2e_test

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/mdlayher/packet"

	"rollcall/internal/lab"
)

// transport sends DHCP messages and receives their replies, sorted by transaction.
type transport struct {
	send func(payload []byte) error

	mu      sync.Mutex
	replies map[uint32]chan []byte
}

func newTransport(send func([]byte) error) *transport {
	return &transport{send: send, replies: make(map[uint32]chan []byte)}
}

// deliver hands a reply to whoever waits for its transaction.
func (tr *transport) deliver(payload []byte) {
	if len(payload) < 240 {
		return
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if ch, ok := tr.replies[xidOf(payload)]; ok {
		select {
		case ch <- append([]byte(nil), payload...):
		default: // sent again, and the first copy is still there
		}
	}
}

// ask sends a message and returns the first reply, or nil if none comes in time.
func (tr *transport) ask(payload []byte, limit time.Duration) ([]byte, error) {
	ch := make(chan []byte, 4)
	xid := xidOf(payload)
	tr.mu.Lock()
	tr.replies[xid] = ch
	tr.mu.Unlock()
	defer func() {
		tr.mu.Lock()
		delete(tr.replies, xid)
		tr.mu.Unlock()
	}()
	if err := tr.send(payload); err != nil {
		return nil, fmt.Errorf("send: %w", err)
	}
	select {
	case b := <-ch:
		return b, nil
	case <-time.After(limit):
		return nil, nil
	}
}

func xidOf(payload []byte) uint32 { return binary.BigEndian.Uint32(payload[4:8]) }

// onLink returns a transport of clients on the link of a host. Their frames come from the hardware addresses in their messages,
// as broadcasts from no address.
func (w *world) onLink(h *lab.Host) *transport {
	w.Helper()
	var conn *packet.Conn
	err := h.Do(func() error {
		ifi, err := net.InterfaceByName(h.Interface)
		if err != nil {
			return err
		}
		conn, err = packet.Listen(ifi, packet.Raw, etherTypeIPv4, nil)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	tr := newTransport(func(payload []byte) error {
		_, err := conn.WriteTo(broadcastFrame(payload), &packet.Addr{HardwareAddr: broadcastHW})
		return err
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 2048)
		for {
			n, _, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			if payload, ok := payloadTo(b[:n], clientPort); ok {
				tr.deliver(payload)
			}
		}
	}()
	w.Cleanup(func() { conn.Close(); <-done })
	return tr
}

// throughRelay returns a transport of a relay: UDP between its address and the server's, both on port 67.
func (w *world) throughRelay(h *lab.Host, giaddr string) *transport {
	w.Helper()
	var conn *net.UDPConn
	err := h.Do(func() (err error) {
		conn, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(giaddr), serverPort)))
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	server := netip.MustParseAddrPort("10.20.0.1:67")
	tr := newTransport(func(payload []byte) error {
		_, err := conn.WriteToUDPAddrPort(payload, server)
		return err
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 2048)
		for {
			n, err := conn.Read(b)
			if err != nil {
				return
			}
			tr.deliver(b[:n])
		}
	}()
	w.Cleanup(func() { conn.Close(); <-done })
	return tr
}
