package dhcptest

import (
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/insomniacslk/dhcp/dhcpv4"
)

// Reply is a message as a client understands it.
type Reply struct {
	Op   uint8
	Type string // "OFFER", "ACK", "NAK"
	XID  uint32
	Hops uint8
	Secs uint16

	Flags                          uint16
	CIAddr, YIAddr, SIAddr, GIAddr netip.Addr

	HType      uint8
	CHAddr     string // "02:00:00:00:00:01"
	ServerName string
	File       string
	Options    map[uint8][]byte // by code, parts joined
}

// Parse reads a message of a server and fails the test if it is not one.
func Parse(t testing.TB, b []byte) Reply {
	t.Helper()
	m, err := dhcpv4.FromBytes(b)
	if err != nil {
		t.Fatalf("parse reply of %d bytes: %v", len(b), err)
	}
	if m.OpCode != dhcpv4.OpcodeBootReply {
		t.Fatalf("parse reply: op is %d, not BOOTREPLY", m.OpCode)
	}
	options := make(map[uint8][]byte, len(m.Options))
	for code, value := range m.Options {
		options[code] = append([]byte{}, value...)
	}
	return Reply{
		Op: uint8(m.OpCode), Type: m.MessageType().String(), XID: binary.BigEndian.Uint32(m.TransactionID[:]),
		Hops: m.HopCount, Secs: m.NumSeconds, Flags: m.Flags,
		CIAddr: addr(m.ClientIPAddr), YIAddr: addr(m.YourIPAddr), SIAddr: addr(m.ServerIPAddr), GIAddr: addr(m.GatewayIPAddr),
		HType: uint8(m.HWType), CHAddr: m.ClientHWAddr.String(),
		ServerName: m.ServerHostName, File: m.BootFileName, Options: options,
	}
}

// Addrs reads an option of IPv4 addresses, such as the routers.
func (r Reply) Addrs(code uint8) []netip.Addr {
	var addrs []netip.Addr
	for part := range slices.Chunk(r.Options[code], 4) {
		if a, ok := netip.AddrFromSlice(part); ok {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// Duration reads an option of four bytes counting seconds, such as the lease
// time; 0 without it.
func (r Reply) Duration(code uint8) time.Duration {
	if v := r.Options[code]; len(v) == 4 {
		return time.Duration(binary.BigEndian.Uint32(v)) * time.Second
	}
	return 0
}

// ServerID reads option 54, the zero address without it.
func (r Reply) ServerID() netip.Addr {
	if a := r.Addrs(54); len(a) == 1 {
		return a[0]
	}
	return netip.Addr{}
}

func addr(ip net.IP) netip.Addr {
	a, _ := netip.AddrFromSlice(ip.To4())
	return a
}
