package engine

import "rollcall/internal/event"

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
