package link

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// portSocket is a UDP socket on 0.0.0.0:port of one interface. On a raw link
// it holds the port and sends; on a udp link it receives too.
type portSocket struct {
	*net.UDPConn
	raw  syscall.RawConn
	port uint16
	out  *sender
}

// openPort binds port on the interface name. Where filter is not empty it is in
// force before the socket can receive anything.
func openPort(name string, port uint16, filter []bpf.RawInstruction) (*portSocket, error) {
	var optErr error
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		err := c.Control(func(fd uintptr) { optErr = setPortOptions(int(fd), name, filter) })
		return errors.Join(err, optErr)
	}}
	// Listening to the address of the interface instead would lose every
	// broadcast, and need an address to begin with.
	pc, err := lc.ListenPacket(context.Background(), "udp4", fmt.Sprintf("0.0.0.0:%d", port))
	if err != nil {
		return nil, explainPort(name, port, err)
	}
	s := &portSocket{UDPConn: pc.(*net.UDPConn), port: port}
	if s.raw, err = s.SyscallConn(); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("reach UDP socket of port %d on %s: %w", port, name, err)
	}
	s.out = newSender(s.raw, s.SetWriteDeadline)
	return s, nil
}

func setPortOptions(fd int, name string, filter []bpf.RawInstruction) error {
	if err := unix.BindToDevice(fd, name); err != nil {
		return fmt.Errorf("bind to device: %w", err)
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BROADCAST, 1); err != nil {
		return fmt.Errorf("allow broadcast: %w", err)
	}
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_PKTINFO, 1); err != nil {
		return fmt.Errorf("ask for destination addresses: %w", err)
	}
	if len(filter) == 0 {
		return nil
	}
	prog := make([]unix.SockFilter, len(filter))
	for i, ins := range filter {
		prog[i] = unix.SockFilter{Code: ins.Op, Jt: ins.Jt, Jf: ins.Jf, K: ins.K}
	}
	fprog := unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]}
	if err := unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &fprog); err != nil {
		return fmt.Errorf("attach filter: %w", err)
	}
	return nil
}

// explainPort turns the errno of a failed bind into what to do about it.
func explainPort(name string, port uint16, err error) error {
	switch {
	case errors.Is(err, unix.EADDRINUSE):
		return fmt.Errorf("another DHCP server holds UDP port %d on %s; stop it (\"ss -ulpn sport = :%d\" names it): %w",
			port, name, port, err)
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return fmt.Errorf("open UDP port %d on %s: this needs CAP_NET_BIND_SERVICE: %w", port, name, err)
	}
	return fmt.Errorf("open UDP port %d on %s: %w", port, name, err)
}

// setReceiveBuffer asks for size bytes, past net.core.rmem_max where
// CAP_NET_ADMIN allows it.
func setReceiveBuffer(raw syscall.RawConn, size int) error {
	if size == 0 {
		size = DefaultReceiveBuffer
	}
	var optErr error
	err := raw.Control(func(fd uintptr) {
		optErr = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, size)
		if errors.Is(optErr, unix.EPERM) {
			optErr = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, size)
		}
	})
	if err := errors.Join(err, optErr); err != nil {
		return fmt.Errorf("set receive buffer to %d bytes: %w", size, err)
	}
	return nil
}

// setTagOptions asks for the tags that the kernel takes out of frames, and not
// for the frames that leave, which a socket for every protocol sees too. Kernels
// before 4.20 cannot keep those back; the filter refuses them.
func setTagOptions(raw syscall.RawConn) error {
	var optErr error
	err := raw.Control(func(fd uintptr) {
		optErr = unix.SetsockoptInt(int(fd), unix.SOL_PACKET, unix.PACKET_AUXDATA, 1)
		_ = unix.SetsockoptInt(int(fd), unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1)
	})
	return errors.Join(err, optErr)
}

// route returns the socket of ports that sends from port, the first if none.
func route(ports []*portSocket, port uint16) *portSocket {
	for _, s := range ports {
		if s.port == port {
			return s
		}
	}
	return ports[0]
}

func closePorts(ports []*portSocket) error {
	var errs []error
	for _, s := range ports {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// flushAll flushes every sender of ports and adds what was sent to n.
func flushAll(n int, ports []*portSocket) (int, error) {
	var errs []error
	for _, s := range ports {
		sent, err := s.out.flush()
		n += sent
		if err != nil {
			errs = append(errs, err)
		}
	}
	return n, errors.Join(errs...)
}
