package engine

import (
	"bytes"

	"rollcall/internal/event"
)

// Event is something that happened. It becomes visible with its sequence number once its transaction is committed.
type Event struct {
	// Sequence is the position in the log, given by the store.
	Sequence uint64
	// Time is in UTC unix microseconds.
	Time int64
	// Kind says what happened.
	Kind event.Kind
	// Machine says who; nil where the kind has no machine.
	Machine *Machine
	// Link is frontend/interface, Subnet the name or name/serial.
	Link, Subnet string
	// IP is the address it is about, Previous the one the machine left; 0 for none.
	IP, Previous IP
	// LeaseTime is in seconds, Expires in UTC unix seconds; 0 for none.
	LeaseTime uint32
	Expires   int64
	// Reason says why, where the kind alone does not.
	Reason string
	// Pool is the range of the pool, Reservation the id of the reservation.
	Pool, Reservation string
	// Extra is what the reservation of the machine carries for the registration system. It must not be changed.
	Extra map[string]string
	// Annotations are what the policy adds; nil for nothing. They must not be changed.
	Annotations map[string]string
	// Boot is what a boot event is about; nil in others. It must not be changed.
	Boot *BootInfo
}

// Machine is who an event is about, as seen in its last message.
type Machine struct {
	HW          HW
	ClientID    []byte
	Hostname    string
	VendorClass []byte
	// Giaddr, CircuitID and RemoteID tell the relay it came through.
	Giaddr              IP
	CircuitID, RemoteID []byte
}

// Clone returns a copy with memory of its own.
func (e *Event) Clone() *Event {
	n := &note{Event: *e}
	if m := e.Machine; m != nil {
		n.machine = *m
		n.Machine = &n.machine
		for _, b := range [...]*[]byte{&n.machine.ClientID, &n.machine.VendorClass, &n.machine.CircuitID, &n.machine.RemoteID} {
			*b = clone(*b)
		}
	}
	return &n.Event
}

// event returns an event about the client of the message. What it says as the lease l does, it shares with that; l may be nil. It must
// not keep the memory of the message.
func (c *decider) event(k event.Kind, l *Lease) *Event {
	q, n := c.q, c.room.note()
	m := &n.machine
	var link [96]byte
	n.Event = Event{Time: c.now.UnixMicro(), Kind: k, Machine: m, Link: c.room.name(q.appendLinkText(link[:0]))}
	m.HW, m.Giaddr = q.HW, q.GIAddr
	if l == nil {
		l = &nobodys
	}
	m.ClientID, m.VendorClass = c.shared(q.clientID, l.ClientID), c.shared(q.boot.VendorClass, l.VendorClass)
	if bytes.Equal(q.relayInfo, l.RelayInfo) {
		m.CircuitID, m.RemoteID = l.RelayIDs()
	} else {
		m.CircuitID, m.RemoteID = c.room.clone(q.relay.circuitID), c.room.clone(q.relay.remoteID)
	}
	var room [hostnameRoom]byte
	if name := q.appendOwnName(room[:0]); l.Hostname == string(name) {
		m.Hostname = l.Hostname
	} else {
		m.Hostname = string(name)
	}
	return &n.Event
}

var nobodys Lease

func (c *decider) shared(b, have []byte) []byte {
	if bytes.Equal(b, have) {
		return have
	}
	return c.room.clone(b)
}
