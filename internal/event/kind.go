// Package event names the kinds of events of leased's log and says how kinds are chosen. leased writes them, the configuration
// and the API choose among them; here is the one list.
package event

import "strings"

// Kind is the kind of an event; the set is closed.
type Kind string

// The kinds of events.
const (
	// ClientUnknown: a machine without a reservation asked for an address.
	ClientUnknown Kind = "client.unknown"
	// ClientSuspended: a client sent too much, or the policy wants it left alone; it is ignored for a while.
	ClientSuspended Kind = "client.suspended"
	// LeaseGranted: a client has an address that it did not have before.
	LeaseGranted Kind = "lease.granted"
	// LeaseRenewed: a client goes on with its address. Not written unless leased.events.renewed is set.
	LeaseRenewed Kind = "lease.renewed"
	// LeaseReleased: a client or an operator ended a lease.
	LeaseReleased Kind = "lease.released"
	// LeaseExpired: a lease ran out.
	LeaseExpired Kind = "lease.expired"
	// AddressDeclined: a client found its address in use.
	AddressDeclined Kind = "address.declined"
	// AddressConflict: a host answered a probe for an address that it did not lease.
	AddressConflict Kind = "address.conflict"
	// PoolLow: less than a tenth of a pool is free.
	PoolLow Kind = "pool.low"
	// PoolExhausted: a client went without for want of a free address.
	PoolExhausted Kind = "pool.exhausted"
	// ReservationAdded, ReservationChanged and ReservationDeleted: the roll was changed by the API.
	ReservationAdded   Kind = "reservation.added"
	ReservationChanged Kind = "reservation.changed"
	ReservationDeleted Kind = "reservation.deleted"
	// LinkUp and LinkDown: a frontend began or ceased to serve a link.
	LinkUp   Kind = "link.up"
	LinkDown Kind = "link.down"
	// BootOffered: a machine that boots from the network was told what to boot.
	BootOffered Kind = "boot.offered"
	// BootRefused: it was told nothing to boot; the reason says why.
	BootRefused Kind = "boot.refused"
	// BootLoop: it was handed the same first stage again and again.
	BootLoop Kind = "boot.loop"
	// BootDone: it told that it is done; with netboot once it boots from its disk from now on.
	BootDone Kind = "boot.done"
	// ServerForeign: another DHCP or proxyDHCP server was seen on a link.
	ServerForeign Kind = "server.foreign"
)

// Kinds returns every kind.
func Kinds() []Kind {
	return []Kind{
		ClientUnknown, ClientSuspended, LeaseGranted, LeaseRenewed, LeaseReleased, LeaseExpired, AddressDeclined,
		AddressConflict, PoolLow, PoolExhausted, ReservationAdded, ReservationChanged, ReservationDeleted, LinkUp, LinkDown,
		BootOffered, BootRefused, BootLoop, BootDone, ServerForeign,
	}
}

// Matches reports whether a pattern chooses the kind: it is the kind's name, or that of its family, such as "lease.*".
func (k Kind) Matches(pattern string) bool {
	if family, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasSuffix(family, ".") && strings.HasPrefix(string(k), family)
	}
	return string(k) == pattern
}

// Chosen returns the kinds that a pattern chooses; none if it is no pattern.
func Chosen(pattern string) (kinds []Kind) {
	for _, k := range Kinds() {
		if k.Matches(pattern) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}
