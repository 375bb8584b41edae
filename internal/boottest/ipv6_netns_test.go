//go:build netns

package boottest_test

import (
	"net"
	"time"

	"github.com/mdlayher/packet"
)

// advertisement is a Router Advertisement (RFC 4861 §4.2) to all nodes: from a router that is none, and with nothing to configure.
var advertisement = []byte{
	0x33, 0x33, 0, 0, 0, 1, 0x52, 0x54, 0, 0, 0, 0xfd, 0x86, 0xdd, // Ethernet: to all nodes, IPv6
	0x60, 0, 0, 0, 0, 16, 58, 255, // 16 octets of ICMPv6
	0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, // from fe80::1
	0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, // to ff02::1
	134, 0, 0x7c, 0x2f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // its lifetime is 0
}

// withoutIPv6 tells the machine every half second that there is no IPv6 here, until the test ends. iPXE configures IPv6 beside IPv4,
// and would wait for a router for a quarter of a minute at each boot.
func (m *machine) withoutIPv6() {
	m.Helper()
	var conn *packet.Conn
	err := m.host.Do(func() error {
		ifi, err := net.InterfaceByName("br0")
		if err == nil {
			conn, err = packet.Listen(ifi, packet.Raw, 0, nil)
		}
		return err
	})
	if err != nil {
		m.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-m.Context().Done(): // just before the functions of Cleanup
				return
			case <-tick.C:
				// It may be refused while the link is down; the next one is not.
				_, _ = conn.WriteTo(advertisement, &packet.Addr{HardwareAddr: advertisement[:6]})
			}
		}
	}()
	m.Cleanup(func() { <-ended; conn.Close() })
}
