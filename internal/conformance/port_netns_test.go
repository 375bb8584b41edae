//go:build netns

package conformance_test

import (
	"encoding/binary"
	"fmt"
	"net"
	"unsafe"

	"golang.org/x/sys/unix"
)

// port is the crowd's end of a cable: a packet socket.
type port struct {
	world  *world
	fd     int
	index  int
	hw     net.HardwareAddr // its own
	server net.HardwareAddr // the other end's
}

// bigEndian is a protocol number as packet sockets want it.
func bigEndian(n uint16) uint16 { return n<<8 | n>>8 }

func (w *world) plug(name string) (*port, error) {
	p := &port{world: w}
	err := w.server.Do(func() error {
		ifi, err := net.InterfaceByName(name)
		if err == nil {
			p.server = ifi.HardwareAddr
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = w.crowd.Do(func() error {
		ifi, err := net.InterfaceByName(name)
		if err != nil {
			return err
		}
		p.index, p.hw = ifi.Index, ifi.HardwareAddr
		all := bigEndian(unix.ETH_P_ALL)
		if p.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, int(all)); err != nil {
			return fmt.Errorf("packet socket: %w", err)
		}
		// The kernel takes the tag out of a frame and says it beside.
		if err := unix.SetsockoptInt(p.fd, unix.SOL_PACKET, unix.PACKET_AUXDATA, 1); err != nil {
			return fmt.Errorf("PACKET_AUXDATA: %w", err)
		}
		return unix.Bind(p.fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: p.index})
	})
	if err == nil {
		go p.read()
	}
	return p, err
}

// send sends a query in a frame from its client, or from a relay.
func (p *port) send(q *query) error {
	from := p.hw
	if len(q.mac) == 6 && q.mac[0]&1 == 0 && q.src.Port() == 68 {
		from = q.mac
	}
	return p.write(frame(q, from, p.server))
}

func (p *port) write(f []byte) error {
	to := &unix.SockaddrLinklayer{Ifindex: p.index, Halen: 6}
	copy(to.Addr[:], f)
	return unix.Sendto(p.fd, f, 0, to)
}

// read reads frames as long as the program runs.
func (p *port) read() {
	b, oob := make([]byte, 4096), make([]byte, 256)
	for {
		n, nn, _, from, err := unix.Recvmsg(p.fd, b, oob, 0)
		if err != nil {
			continue
		}
		if sll, ok := from.(*unix.SockaddrLinklayer); ok && sll.Pkttype == unix.PACKET_OUTGOING {
			continue // of the crowd's kernel
		}
		p.world.heed(p, append([]byte(nil), b[:n]...), tagBeside(oob[:nn]))
	}
}

// tagBeside is the 802.1Q tag that the kernel took out of a frame.
func tagBeside(oob []byte) []uint16 {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil
	}
	for _, m := range messages {
		const size = int(unsafe.Sizeof(unix.TpacketAuxdata{}))
		if m.Header.Level != unix.SOL_PACKET || m.Header.Type != unix.PACKET_AUXDATA || len(m.Data) < size {
			continue
		}
		const at = int(unsafe.Offsetof(unix.TpacketAuxdata{}.Vlan_tci))
		if binary.NativeEndian.Uint32(m.Data)&unix.TP_STATUS_VLAN_VALID != 0 {
			return []uint16{binary.NativeEndian.Uint16(m.Data[at:]) & 0xfff}
		}
	}
	return nil
}
