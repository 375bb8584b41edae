package dhcptest

import (
	"encoding/binary"

	"github.com/insomniacslk/dhcp/dhcpv4"
)

// Message types that the library has no names for.
const (
	leaseQuery     = 10 // RFC 4388
	bulkLeaseQuery = 14 // RFC 6926
)

// LeaseQuery asks about a lease through a relay: by hardware address, or with mac "" by what the modifiers add.
func LeaseQuery(mac, giaddr string, mods ...Modifier) []byte {
	return build(mac, leaseQuery, append([]Modifier{requestor(mac), Giaddr(giaddr)}, mods...))
}

// BulkLeaseQuery asks about the leases of a hardware address, or with mac "" about those that the modifiers say, else all.
func BulkLeaseQuery(mac string, mods ...Modifier) []byte {
	return build(mac, bulkLeaseQuery, append([]Modifier{requestor(mac)}, mods...))
}

// requestor leaves out the hardware type where the message has no hardware address (RFC 4388 §6.2).
func requestor(mac string) Modifier {
	return func(m *dhcpv4.DHCPv4) {
		if mac == "" {
			m.HWType = 0
		}
	}
}

// Framed puts the length before a message, as on a bulk leasequery connection.
func Framed(message []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...)
}
