package dhcptest

import (
	"net"
	"net/netip"

	"github.com/insomniacslk/dhcp/dhcpv4"
	"github.com/insomniacslk/dhcp/iana"
)

// DefaultXID is the transaction id of messages without [XID].
const DefaultXID = 0x726f6c6c

// Modifier changes a message before it is encoded.
type Modifier func(*dhcpv4.DHCPv4)

// Discover is a DISCOVER of a client that knows nothing yet.
func Discover(mac string, mods ...Modifier) []byte {
	return build(mac, dhcpv4.MessageTypeDiscover, mods)
}

// Request is the REQUEST that selects an offer of the server.
func Request(mac, offered, server string, mods ...Modifier) []byte {
	return build(mac, dhcpv4.MessageTypeRequest, append([]Modifier{Requested(offered), ServerID(server)}, mods...))
}

// Reboot is the REQUEST of state INIT-REBOOT: a client that comes back and
// remembers its address.
func Reboot(mac, addr string, mods ...Modifier) []byte {
	return build(mac, dhcpv4.MessageTypeRequest, append([]Modifier{Requested(addr)}, mods...))
}

// Renew is the REQUEST of states RENEWING and REBINDING; they differ only in
// where they are sent.
func Renew(mac, ciaddr string, mods ...Modifier) []byte {
	return build(mac, dhcpv4.MessageTypeRequest, append([]Modifier{Ciaddr(ciaddr)}, mods...))
}

// Release gives an address back.
func Release(mac, ciaddr, server string, mods ...Modifier) []byte {
	return build(mac, dhcpv4.MessageTypeRelease, append([]Modifier{Ciaddr(ciaddr), ServerID(server)}, mods...))
}

// Decline says that an address is in use by another.
func Decline(mac, addr, server string, mods ...Modifier) []byte {
	return build(mac, dhcpv4.MessageTypeDecline, append([]Modifier{Requested(addr), ServerID(server)}, mods...))
}

// Inform asks for options with an address of its own.
func Inform(mac, ciaddr string, mods ...Modifier) []byte {
	return build(mac, dhcpv4.MessageTypeInform, append([]Modifier{Ciaddr(ciaddr)}, mods...))
}

// build encodes a message. The order of options is that of their codes.
func build(mac string, t dhcpv4.MessageType, mods []Modifier) []byte {
	m := &dhcpv4.DHCPv4{
		OpCode:       dhcpv4.OpcodeBootRequest,
		HWType:       iana.HWTypeEthernet,
		ClientHWAddr: hardware(mac),
		ClientIPAddr: net.IPv4zero.To4(), YourIPAddr: net.IPv4zero.To4(),
		ServerIPAddr: net.IPv4zero.To4(), GatewayIPAddr: net.IPv4zero.To4(),
		Options: dhcpv4.OptionsFromList(dhcpv4.OptMessageType(t)),
	}
	XID(DefaultXID)(m)
	for _, mod := range mods {
		mod(m)
	}
	return m.ToBytes()
}

// hardware parses a hardware address; "" is none, with hlen 0.
func hardware(mac string) net.HardwareAddr {
	if mac == "" {
		return nil
	}
	hw, err := net.ParseMAC(mac)
	if err != nil {
		panic(err)
	}
	return hw
}

func ip4(addr string) net.IP { return netip.MustParseAddr(addr).AsSlice() }
