package responder

import (
	"fmt"
	"net"

	"golang.org/x/net/ipv4"
)

const (
	batch    = 64      // datagrams of one system call
	buffer   = 8 << 20 // of the socket
	datagram = 1500
)

// Serve answers what arrives on UDP port 67 of every address, until the socket
// fails.
func (b *Book) Serve() error {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{Port: 67})
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetReadBuffer(buffer); err != nil {
		return fmt.Errorf("set the receive buffer: %w", err)
	}
	questions, answers := messages(), messages()
	for p := ipv4.NewPacketConn(conn); ; {
		n, err := p.ReadBatch(questions, 0)
		if err != nil {
			return err
		}
		pending := answers[:0]
		for i := range questions[:n] {
			q, a := &questions[i], &answers[len(pending)]
			room := a.Buffers[0][:datagram]
			if reply := b.Answer(room, q.Buffers[0][:q.N]); reply != nil {
				a.Buffers[0], a.Addr = reply, q.Addr
				pending = answers[:len(pending)+1]
			}
		}
		for len(pending) > 0 {
			sent, err := p.WriteBatch(pending, 0)
			if err != nil {
				return err
			}
			pending = pending[sent:]
		}
	}
}

func messages() []ipv4.Message {
	ms := make([]ipv4.Message, batch)
	for i := range ms {
		ms[i].Buffers = [][]byte{make([]byte, datagram)}
	}
	return ms
}
