package engine

import (
	"encoding/hex"
	"strings"

	"rollcall/leased/boot"
)

// IdentifierKind says what a reservation knows its machine by.
type IdentifierKind uint8

// The kinds of identifier in the order they are matched; the first hit wins.
const (
	ByHardware IdentifierKind = iota + 1
	ByClientID
	ByDUID
	ByCircuitID
	ByRemoteID
	identifierKinds = int(ByRemoteID) + 1
)

// String returns the word used in configuration and messages.
func (k IdentifierKind) String() string {
	switch k {
	case ByHardware:
		return "hardware address"
	case ByClientID:
		return "client-id"
	case ByDUID:
		return "DUID"
	case ByCircuitID:
		return "circuit-id"
	case ByRemoteID:
		return "remote-id"
	}
	return "unknown"
}

// Reservation is a machine on the roll. It is never changed once it is in the State; a change is a new Reservation.
type Reservation struct {
	// ID is given once and never again: a decimal number for those of the API, config-N for those of the file.
	ID string
	// Kind and Value say which machine: the octets of a hardware address, client identifier, DUID, circuit or remote id.
	Kind  IdentifierKind
	Value string
	// Subnet is the name or name/serial of its subnet.
	Subnet string
	// IP is its address, 0 for a known machine that gets one from a pool.
	IP IP
	// Hostname is the name it is given, "" for none.
	Hostname string
	// FromConfig is set for those of the configuration file, which the API cannot change.
	FromConfig bool
	// Revision grows with every change, beginning with 1; 0 for those of the file.
	Revision uint64
	// Updated is the time of the last change in UTC unix seconds; 0 for those of the file.
	Updated int64
	// Details is what only some reservations have; nil for none.
	Details *Details
}

// Details is what only some reservations have.
type Details struct {
	// Options and Boot are for this machine alone, nearer than those of any other level. Boot is nil for nothing.
	Options Options
	Boot    *boot.Settings
	// Netboot is what the operator intends with it.
	Netboot boot.Netboot
	// Classes are the names of classes that it is a member of, besides those whose conditions it meets. A name that is not
	// configured has no effect until it is.
	Classes []string
	// Extra is the operator's own; events carry it, and no rule looks at it.
	Extra map[string]string
}

// Empty reports whether there is nothing in it.
func (d *Details) Empty() bool {
	return len(d.Options.list) == 0 && d.Boot == nil && d.Netboot == boot.Always && len(d.Classes) == 0 && len(d.Extra) == 0
}

// SaidBy makes the reservation with an id the level that options and boot fields come from. Only who has just made d may call it.
func (d *Details) SaidBy(id string) {
	from := "reservation " + id
	for i := range d.Options.list {
		d.Options.list[i].From = from
	}
	if d.Boot != nil {
		d.Boot.SaidBy(from)
	}
}

// extra returns what the operator wants events to carry, nil for nothing.
func (r *Reservation) extra() map[string]string {
	if r.Details == nil {
		return nil
	}
	return r.Details.Extra
}

func (r *Reservation) bootsOnce() bool { return r.Details != nil && r.Details.Netboot == boot.Once }

// names reports whether the holder of a lease is the machine of the reservation.
func (r *Reservation) names(l *Lease) bool {
	switch r.Kind {
	case ByHardware:
		return l.HW.Type == 1 && string(l.HW.Octets[:l.HW.Len]) == r.Value
	case ByClientID:
		return string(l.ClientID) == r.Value
	case ByDUID:
		return string(duid(l.ClientID)) == r.Value
	case ByCircuitID:
		return string(relayIDsOf(l.relaySaid()).circuitID) == r.Value
	case ByRemoteID:
		return string(relayIDsOf(l.relaySaid()).remoteID) == r.Value
	}
	return false
}

// Identifier returns the identifier as text, for messages.
func (r *Reservation) Identifier() string {
	switch r.Kind {
	case ByHardware:
		return HWOf(1, []byte(r.Value)).String()
	case ByCircuitID, ByRemoteID:
		return RelayText([]byte(r.Value))
	}
	return hex.EncodeToString([]byte(r.Value))
}

// RelayText renders a circuit or remote id: as text where it is printable, else as hexadecimal after "hex:". Text that begins
// with "hex:" is rendered so too, or reading it back would make other octets of it.
func RelayText(b []byte) string {
	const prefix = "hex:"
	printable := !strings.HasPrefix(string(b), prefix)
	for _, c := range b {
		printable = printable && c >= 0x20 && c <= 0x7e
	}
	if !printable {
		return prefix + hex.EncodeToString(b)
	}
	return string(b)
}
