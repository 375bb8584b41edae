package dhcptest

import (
	"encoding/binary"
	"encoding/hex"
	"slices"

	"github.com/insomniacslk/dhcp/dhcpv4"
	"github.com/insomniacslk/dhcp/iana"
)

// XID sets the transaction id.
func XID(xid uint32) Modifier {
	return func(m *dhcpv4.DHCPv4) { binary.BigEndian.PutUint32(m.TransactionID[:], xid) }
}

// Broadcast sets the broadcast bit.
func Broadcast() Modifier { return func(m *dhcpv4.DHCPv4) { m.SetBroadcast() } }

// Secs sets how long the client has been trying, in seconds.
func Secs(secs uint16) Modifier { return func(m *dhcpv4.DHCPv4) { m.NumSeconds = secs } }

// HType sets the hardware type, Ethernet otherwise.
func HType(t uint8) Modifier { return func(m *dhcpv4.DHCPv4) { m.HWType = iana.HWType(t) } }

// Ciaddr sets the client's own address.
func Ciaddr(addr string) Modifier {
	return func(m *dhcpv4.DHCPv4) { m.ClientIPAddr = ip4(addr) }
}

// Giaddr makes the message one that a relay passed on.
func Giaddr(addr string) Modifier {
	return func(m *dhcpv4.DHCPv4) { m.GatewayIPAddr, m.HopCount = ip4(addr), 1 }
}

// Junk fills what a client should leave empty: siaddr, yiaddr, sname, file.
func Junk() Modifier {
	return func(m *dhcpv4.DHCPv4) {
		m.ServerIPAddr, m.YourIPAddr = ip4("192.0.2.66"), ip4("192.0.2.67")
		m.ServerHostName, m.BootFileName = "junk.example", "/junk"
	}
}

// Requested sets the requested address, option 50.
func Requested(addr string) Modifier { return Option(50, ip4(addr)) }

// ServerID sets the server identifier, option 54.
func ServerID(addr string) Modifier { return Option(54, ip4(addr)) }

// LeaseTime asks for a lease of so many seconds, option 51.
func LeaseTime(secs uint32) Modifier { return Option(51, binary.BigEndian.AppendUint32(nil, secs)) }

// ClientID sets the client-id, option 61, from hexadecimal digits.
func ClientID(digits string) Modifier { return Option(61, unhex(digits)) }

// PRL sets the parameter request list, option 55.
func PRL(codes ...uint8) Modifier { return Option(55, codes) }

// MaxSize sets the maximum message size, option 57.
func MaxSize(n uint16) Modifier { return Option(57, binary.BigEndian.AppendUint16(nil, n)) }

// HostName sets option 12.
func HostName(name string) Modifier { return Option(12, []byte(name)) }

// VendorClass sets option 60, such as "PXEClient:Arch:00007:UNDI:003000".
func VendorClass(class string) Modifier { return Option(60, []byte(class)) }

// UserClass sets option 77 as iPXE does, as bare text.
func UserClass(class string) Modifier { return Option(77, []byte(class)) }

// Arch sets the architecture of a booting client, option 93.
func Arch(arch uint16) Modifier { return Option(93, binary.BigEndian.AppendUint16(nil, arch)) }

// RelayInfo sets option 82 from sub-options.
func RelayInfo(subs ...[]byte) Modifier { return Option(82, slices.Concat(subs...)) }

// Sub is a sub-option of option 82.
func Sub(code uint8, value []byte) []byte {
	return append([]byte{code, uint8(len(value))}, value...)
}

// CircuitID is sub-option 1 of option 82.
func CircuitID(id string) []byte { return Sub(1, []byte(id)) }

// RemoteID is sub-option 2 of option 82.
func RemoteID(id string) []byte { return Sub(2, []byte(id)) }

// Option sets any option to raw bytes; over 255 go out in parts (RFC 3396).
func Option(code uint8, value []byte) Modifier {
	return func(m *dhcpv4.DHCPv4) { m.UpdateOption(dhcpv4.OptGeneric(dhcpv4.GenericOptionCode(code), value)) }
}

// Without removes an option, such as the message type.
func Without(code uint8) Modifier {
	return func(m *dhcpv4.DHCPv4) { m.Options.Del(dhcpv4.GenericOptionCode(code)) }
}

func unhex(digits string) []byte {
	b, err := hex.DecodeString(digits)
	if err != nil {
		panic(err)
	}
	return b
}
