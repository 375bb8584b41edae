package engine

// LeaseState is the state of a lease.
type LeaseState uint8

// The states of a lease.
const (
	// Active: held until Expires.
	Active LeaseState = iota + 1
	// Expired: ran out; remembered so that its holder gets the address again.
	Expired
	// Released: given back by its holder or an operator, or ended by a move.
	Released
	// Declined: in quarantine until Expires.
	Declined
)

// String returns the word operators see.
func (s LeaseState) String() string {
	switch s {
	case Active:
		return "active"
	case Expired:
		return "expired"
	case Released:
		return "released"
	case Declined:
		return "declined"
	}
	return "unknown"
}

// Lease is the durable binding of an address. A Lease that is handed to the store is not changed while that has it: a change is a
// new Lease with the next Revision.
type Lease struct {
	// IP is the address, the key of a lease.
	IP IP
	// State says what the lease is now. An active lease past Expires counts as expired.
	State LeaseState
	// HW is the hardware address of the holder; for a conflict, of the host that answered.
	HW HW
	// ClientID is the client identifier (61), nil when the client sends none.
	ClientID []byte
	// ByHardware is set when the subnet's identity ignored ClientID.
	ByHardware bool
	// Subnet is the name or name/serial of the subnet it was given in.
	Subnet string
	// Hostname is what the client is called; "" if nothing is known.
	Hostname string
	// Started, CLTT (client last transaction time) and Expires are UTC unix seconds. Renewals keep Started.
	Started, CLTT, Expires int64
	// Renewals counts the renewals since Started.
	Renewals uint32
	// FoundByARP is set when a scan found the holder, who never asked.
	FoundByARP bool
	// VendorClass is option 60 of the client's last message, nil if none.
	VendorClass []byte
	// Giaddr and RelayInfo tell the relay it came through and what that said (option 82); 0 and nil for none. A client on the link
	// that sends option 82 has it here too, for operators to see, but no rule believes it. They outlast
	// renewals, which go past the relay.
	Giaddr    IP
	RelayInfo []byte
	// Reservation is the id of the reservation it was given by, "" for one from a pool.
	Reservation string
	// Quarantines counts quarantines in a row; the time doubles with each.
	Quarantines uint32
	// Reason says why a declined address is set aside: QuarantineDeclined or QuarantineConflict.
	Reason string
	// Revision grows by one with every change of this address, beginning with 1.
	Revision uint64
}

// relaySaid returns what a relay said, nil where none was there to say it.
func (l *Lease) relaySaid() []byte {
	if l.Giaddr == 0 {
		return nil
	}
	return l.RelayInfo
}

// RelayIDs returns what the relay called the line of the client (82/1) and its end (82/2); nil for none.
func (l *Lease) RelayIDs() (circuitID, remoteID []byte) {
	ids := relayIDsOf(l.RelayInfo)
	return ids.circuitID, ids.remoteID
}

// Holds reports whether the lease keeps its address from others at the time now: active and not run out.
func (l *Lease) Holds(now int64) bool { return l.State == Active && now < l.Expires }

// length returns for how long the lease was granted or renewed, in seconds, or Infinite.
func (l *Lease) length() uint32 {
	if l.Expires == Never {
		return Infinite
	}
	return uint32(l.Expires - l.CLTT)
}

// Infinite is the lease time that never ends (RFC 2131 §3.3).
const Infinite = 0xffffffff

// ends returns when a lease of so many seconds ends that begins now.
func ends(now int64, seconds uint32) int64 {
	if seconds == Infinite {
		return Never
	}
	return now + int64(seconds)
}

// Never is the Expires of a lease that never ends.
const Never = int64(1) << 62

// Why an address is in quarantine.
const (
	// QuarantineDeclined: its client found it in use and declined it.
	QuarantineDeclined = "declined"
	// QuarantineConflict: a host answered a probe for it.
	QuarantineConflict = "conflict"
)
