package engine

import (
	"fmt"
	"strings"
	"time"

	"rollcall/internal/event"
	"rollcall/internal/fault"
)

// Reasons of faults in changes of the roll.
const (
	ReasonNoSuchSubnet        = "NO_SUCH_SUBNET"
	ReasonOutsideSubnet       = "ADDRESS_OUTSIDE_SUBNET"
	ReasonNotAssignable       = "ADDRESS_NOT_ASSIGNABLE"
	ReasonAddressTaken        = "ADDRESS_TAKEN"
	ReasonMachineTaken        = "MACHINE_TAKEN"
	ReasonNoSuchReservation   = "NO_SUCH_RESERVATION"
	ReasonReadOnly            = "READ_ONLY"
	ReasonStaleRevision       = "STALE_REVISION"
	fieldSubnet, fieldAddress = "reservation.subnet", "reservation.address"
	fieldIdentifier, fieldID  = "reservation.identifier", "reservation.id"
	fieldRevision             = "reservation.revision"
)

// Enrol checks a new or changed reservation against the plan and the roll, and returns it with what is to be committed. With
// r.ID already on the roll it replaces that one, whose Revision r must carry. It changes nothing: the caller puts it into
// effect with PutReservation. Errors are faults that name the field.
func (s *State) Enrol(r Reservation, now time.Time) (*Reservation, Commit, error) {
	kind := event.ReservationAdded
	r.FromConfig, r.Updated = false, now.Unix()
	old := s.roll.byID[r.ID]
	if old != nil {
		if err := s.writable(old, r.Revision); err != nil {
			return nil, Commit{}, err
		}
		kind = event.ReservationChanged
	} else if r.Revision != 0 {
		return nil, Commit{}, noSuchReservation(r.ID)
	}
	if err := s.checkPlace(&r); err != nil {
		return nil, Commit{}, err
	}
	r.Revision++
	c := Commit{Put: []*Reservation{&r}, Events: []*Event{rollEvent(kind, &r, now)}}
	if s.beginsOnce(old, &r) {
		c.Boots = append(c.Boots, &BootState{HW: HWOf(1, []byte(r.Value))})
	}
	return &r, c, nil
}

// checkPlace says what keeps r from the roll, nil if nothing does.
func (s *State) checkPlace(r *Reservation) error {
	sub := s.plan.Subnet(r.Subnet)
	if sub == nil {
		return s.plan.NoSuchSubnet(r.Subnet).On(fieldSubnet)
	}
	if have := s.ReservedFor(sub, r.Kind, r.Value); have != nil && have.ID != r.ID {
		return fault.New(fault.Exists, ReasonMachineTaken, "%s %s has reservation %s in shared network %s already%s", r.Kind,
			r.Identifier(), have.ID, sub.Network.Name, withAddress(have.IP)).On(fieldIdentifier)
	}
	if r.IP == 0 {
		return nil
	}
	if !sub.Contains(r.IP) {
		err := fault.New(fault.Invalid, ReasonOutsideSubnet, "%v is outside subnet %s (%v)", r.IP, sub.Ref, sub.Prefix)
		if other := s.plan.SubnetOf(r.IP); other != nil {
			err = fault.New(fault.Invalid, ReasonOutsideSubnet, "%v is outside subnet %s (%v); it is in subnet %s", r.IP,
				sub.Ref, sub.Prefix, other.Ref)
		}
		return err.On(fieldAddress)
	}
	if !sub.Assignable(r.IP) {
		return fault.New(fault.Invalid, ReasonNotAssignable, "%v is the network or broadcast address of subnet %s (%v)", r.IP,
			sub.Ref, sub.Prefix).On(fieldAddress)
	}
	if s.Ours(r.IP) {
		return fault.New(fault.Exists, ReasonAddressTaken, "%v is an address of the server itself", r.IP).On(fieldAddress)
	}
	if have := s.roll.byIP[r.IP]; have != nil && have.ID != r.ID {
		return fault.New(fault.Exists, ReasonAddressTaken, "%v is reserved for %s %s already (reservation %s)", r.IP, have.Kind,
			have.Identifier(), have.ID).On(fieldAddress)
	}
	return nil
}

// NoSuchSubnet is the fault of a caller who names a subnet that is not configured. It says which there are, unless they are many.
func (p *Plan) NoSuchSubnet(ref string) *fault.Error {
	const few = 8
	there := fmt.Sprintf("there are %d others", len(p.Subnets))
	if len(p.Subnets) <= few {
		names := make([]string, len(p.Subnets))
		for i, sub := range p.Subnets {
			names[i] = sub.Ref
		}
		there = "configured: " + strings.Join(names, ", ")
	}
	return fault.New(fault.NotFound, ReasonNoSuchSubnet, "no subnet %q is configured; %s", ref, there)
}

func withAddress(ip IP) string {
	if ip == 0 {
		return ""
	}
	return ", address " + ip.String()
}

// Strike checks that a reservation may be deleted, and returns it with what is to be committed. Revision 0 stands for
// whatever is there. It changes nothing: the caller puts it into effect with DropReservation.
func (s *State) Strike(id string, revision uint64, now time.Time) (*Reservation, Commit, error) {
	r := s.roll.byID[id]
	if r == nil {
		return nil, Commit{}, noSuchReservation(id)
	}
	if revision == 0 {
		revision = r.Revision
	}
	if err := s.writable(r, revision); err != nil {
		return nil, Commit{}, err
	}
	c := Commit{Delete: []string{id}, Events: []*Event{rollEvent(event.ReservationDeleted, r, now)}}
	if s.beginsOnce(nil, r) {
		c.Boots = append(c.Boots, &BootState{HW: HWOf(1, []byte(r.Value))})
	}
	return r, c, nil
}

func noSuchReservation(id string) error {
	return fault.New(fault.NotFound, ReasonNoSuchReservation, "no reservation has the id %q", id).On(fieldID)
}

func (s *State) writable(r *Reservation, revision uint64) error {
	if r.FromConfig {
		return fault.New(fault.Precondition, ReasonReadOnly, "reservation %s stands in the configuration file: change it there", r.ID).
			On(fieldID)
	}
	if r.Revision != revision {
		return fault.New(fault.Conflict, ReasonStaleRevision, "reservation %s has revision %d by now, not %d: read it again", r.ID,
			r.Revision, revision).On(fieldRevision)
	}
	return nil
}

// PutReservation puts a reservation that Enrol returned on the roll, in place of the one with its id.
func (s *State) PutReservation(r *Reservation) {
	old := s.roll.byID[r.ID]
	if s.beginsOnce(old, r) {
		delete(s.boots.done, HWOf(1, []byte(r.Value)))
	}
	if old != nil {
		s.strike(old)
	}
	s.enrol(r)
}

// DropReservation takes a reservation off the roll.
func (s *State) DropReservation(r *Reservation) {
	if s.beginsOnce(nil, r) {
		delete(s.boots.done, HWOf(1, []byte(r.Value)))
	}
	s.strike(r)
}

// beginsOnce reports whether a machine that is done is to boot once more, because its reservation says so anew, or says so no more. old
// may be nil.
func (s *State) beginsOnce(old, r *Reservation) bool {
	return r.Kind == ByHardware && r.bootsOnce() && !(old != nil && old.bootsOnce() && old.Kind == r.Kind && old.Value == r.Value) &&
		s.boots.done[HWOf(1, []byte(r.Value))] != 0
}

func rollEvent(k event.Kind, r *Reservation, now time.Time) *Event {
	e := &Event{
		Time: now.UnixMicro(), Kind: k, Subnet: r.Subnet, IP: r.IP, Reservation: r.ID, Machine: &Machine{Hostname: r.Hostname},
		Extra: r.extra(),
	}
	switch m := e.Machine; r.Kind {
	case ByHardware:
		m.HW = HWOf(1, []byte(r.Value))
	case ByClientID:
		m.ClientID = []byte(r.Value)
	case ByCircuitID:
		m.CircuitID = []byte(r.Value)
	case ByRemoteID:
		m.RemoteID = []byte(r.Value)
	}
	return e
}
