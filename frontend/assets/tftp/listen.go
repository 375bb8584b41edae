package tftp

import (
	"context"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// Listen opens a socket for [Server.Serve]; network is udp4 or udp6. From its first datagram on it tells which address that was sent
// to, which a socket that is told to do so later does not.
func Listen(ctx context.Context, network, address string) (*net.UDPConn, error) {
	c := net.ListenConfig{Control: func(network, _ string, raw syscall.RawConn) error {
		level, option := unix.IPPROTO_IP, unix.IP_PKTINFO
		if network == "udp6" {
			level, option = unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO
		}
		var err error
		if failed := raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), level, option, 1) }); failed != nil {
			return failed
		}
		return err
	}}
	conn, err := c.ListenPacket(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil
}
