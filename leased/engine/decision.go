package engine

import (
	"time"

	"rollcall/internal/event"
	"rollcall/internal/option"
)

// Kind says what a decision does with the message.
type Kind uint8

// The kinds of decision.
const (
	// Drop: send nothing; Reason says why.
	Drop Kind = iota
	// Offer: send a DHCPOFFER.
	Offer
	// Ack: send a DHCPACK, once Commit is on disk.
	Ack
	// Nak: send a DHCPNAK; Reason says why.
	Nak
	// Probe: ask by ARP whether somebody uses IP; then decide again.
	Probe
	// LeaseUnassigned, LeaseUnknown and LeaseActive: answers to a DHCPLEASEQUERY (RFC 4388 §6.4).
	LeaseUnassigned
	LeaseUnknown
	LeaseActive
)

// Kinds returns all of them.
func Kinds() []Kind {
	return []Kind{Drop, Offer, Ack, Nak, Probe, LeaseUnassigned, LeaseUnknown, LeaseActive}
}

// Tells reports whether the answer tells of a lease, and so must not leave before what it tells is on disk: all that was decided
// until then.
func (k Kind) Tells() bool {
	return k == Ack || k == LeaseUnassigned || k == LeaseUnknown || k == LeaseActive
}

// String returns the name in capitals.
func (k Kind) String() string {
	return [...]string{
		"DROP", "OFFER", "ACK", "NAK", "PROBE", "LEASEUNASSIGNED", "LEASEUNKNOWN", "LEASEACTIVE",
	}[k]
}

// Decision is what becomes of one message. It is a value: nothing has happened yet.
type Decision struct {
	Kind   Kind
	Reason Reason
	// IP is the client's address (yiaddr), or the one to probe.
	IP IP
	// Next is the boot server (siaddr), ServerName and File the fields sname and file; 0 and "" for none.
	Next             IP
	ServerName, File string
	// Broadcast: by broadcast, with the flag set. Delay is how long the answer is held back.
	Broadcast bool
	Delay     time.Duration
	// Options in the order in which they go out, without 53, 61 and 82. In an answer to a DHCPLEASEQUERY, 61 and 82 of the lease are
	// among them, and those of the query are not returned.
	Options option.List
	// OmitClientID: do not return the client identifier (RFC 6842 wants it returned).
	OmitClientID bool
	// Holder is the client that an answer to a DHCPLEASEQUERY is about, and CIAddr its address (RFC 4388 §6.4.2); zero in others.
	Holder HW
	CIAddr IP
	// Subnet that the answer is made for, nil when none was chosen.
	Subnet *Subnet
	// Commit must be on disk before an Ack leaves; with other kinds it is committed without anyone waiting.
	Commit Commit
	// Boot is what it says about booting, also where there is no answer; nil for a machine that does not boot from the network. It is
	// in the Room, as the Options are.
	Boot *Booting
	// Ask is the stage at which the policy must be heard before this counts: then Apply must not be called, and the message is decided
	// again with its Verdict. 0 for none. At StageReply the decision is whole, at the stages before it is nothing but the question.
	Ask Stages
	// Facts are what the policy is told, nil where Ask is 0. They are in the Room.
	Facts *Facts
	// Verify is an address whose DECLINE should be verified by ARP, 0 for none.
	Verify IP

	network  *Network
	hold     IP   // hold it for the client, 0 for nothing
	probing  bool // the hold waits for ARP
	unhold   bool // end what is held for the client
	unserved bool // remember that nothing serves the machine
	suspend  bool // listen to the client no more for a while
}

// Apply puts a decision into effect in memory. It must be called once for each decision, in order, before the next one is
// made. The leases of its Commit count from now on; whoever learns that the Commit lost calls Correct.
func (s *State) Apply(q *Query, d *Decision, now int64) {
	if d.hold != 0 {
		s.hold(d.hold, d.network, q, now+s.plan.OfferTime, d.probing)
	}
	if d.unhold {
		if o := s.offerTo(d.network, q); o != nil {
			s.endOffer(o)
		}
	}
	if d.unserved {
		s.noteUnserved(d.network, q.who, now)
	}
	if d.suspend {
		s.clients.suspended[q.who] = suspension{now + s.plan.FloodSuspend, d.Reason}
	}
	s.applyBoot(q, d, now)
	for _, e := range d.Commit.Events {
		switch e.Kind {
		case event.ClientUnknown:
			s.noteTold(q.who, now)
		case event.PoolLow:
			s.low[s.plan.PoolOf(e.IP).index] = true
			e.IP = 0 // it is about the pool
		case event.PoolExhausted:
			s.full[s.plan.PoolOf(e.IP).index] = true
			e.IP = 0
		}
	}
	for _, l := range d.Commit.Leases {
		s.put(l, q.token())
	}
}

// Correct takes back the leases of a Commit that lost, none of which was written: current are those of their addresses that a
// shared store has instead; the other addresses have none.
func (s *State) Correct(lost, current []*Lease) {
	for _, l := range lost {
		s.remove(l.IP)
	}
	for _, l := range current {
		s.put(l, 0)
	}
}
