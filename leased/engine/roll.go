package engine

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// roll is the reservations in force: those of the configuration and those of the API.
type roll struct {
	byID map[string]*Reservation
	// sorted has them in the order of CompareReservations.
	sorted []*Reservation
	byIP   map[IP]*Reservation
	// byMachine finds them by network, kind of identifier and octets. Where a machine has several in one network, which only
	// a change of the configuration can bring about, the first one enrolled counts.
	byMachine [][identifierKinds]map[string]*Reservation
}

func (r *roll) init(networks int) {
	r.byID, r.byIP, r.sorted = map[string]*Reservation{}, map[IP]*Reservation{}, nil
	r.byMachine = make([][identifierKinds]map[string]*Reservation, networks)
}

// file puts res in its place by id.
func (r *roll) file(res *Reservation) {
	i, found := slices.BinarySearchFunc(r.sorted, res, CompareReservations)
	if found {
		r.sorted[i] = res
	} else {
		r.sorted = slices.Insert(r.sorted, i, res)
	}
	r.byID[res.ID] = res
}

func (r *roll) unfile(res *Reservation) {
	if i, found := slices.BinarySearchFunc(r.sorted, res, CompareReservations); found {
		r.sorted = slices.Delete(r.sorted, i, i+1)
	}
	delete(r.byID, res.ID)
}

// CompareReservations orders reservations as lists show them: those of the configuration in its order, then those of the API
// in the order in which they were made.
func CompareReservations(a, b *Reservation) int {
	if a.FromConfig != b.FromConfig {
		if a.FromConfig {
			return -1
		}
		return 1
	}
	return cmp.Compare(ordinal(a.ID), ordinal(b.ID))
}

// configID begins the ids of reservations of the configuration.
const configID = "config-"

func isConfigID(id string) bool { return strings.HasPrefix(id, configID) }

// IsReservationID reports whether id could be one of a reservation, be it there or not.
func IsReservationID(id string) bool {
	n, err := strconv.ParseUint(strings.TrimPrefix(id, configID), 10, 64)
	return err == nil && n > 0
}

func ordinal(id string) uint64 {
	n, _ := strconv.ParseUint(strings.TrimPrefix(id, configID), 10, 64)
	return n
}

// match returns the reservation of the client in the network, or nil.
func (r *roll) match(n *Network, q *Query) *Reservation {
	kinds := &r.byMachine[n.index]
	if res := kinds[ByHardware][string(q.HW.Octets[:q.HW.Len])]; res != nil && q.HW.Type == 1 {
		return res
	}
	if len(q.clientID) > 0 {
		if res := kinds[ByClientID][string(q.clientID)]; res != nil {
			return res
		}
		if res := kinds[ByDUID][string(duid(q.clientID))]; res != nil {
			return res
		}
	}
	// What a client on the link says about a relay is not to be believed: there is none.
	if q.relayed() {
		return r.behind(n, q.relay)
	}
	return nil
}

// behind returns the reservation of whatever is behind a relay's circuit or remote id, or nil.
func (r *roll) behind(n *Network, relay relayIDs) *Reservation {
	kinds := &r.byMachine[n.index]
	if res := kinds[ByCircuitID][string(relay.circuitID)]; res != nil && len(relay.circuitID) > 0 {
		return res
	}
	if res := kinds[ByRemoteID][string(relay.remoteID)]; res != nil && len(relay.remoteID) > 0 {
		return res
	}
	return nil
}

// relayedBefore returns the reservation by circuit or remote id of a client that renews its lease: it does so past the relay that
// would have named them (RFC 2131 §4.3.2 RENEWING), so those it came through before count.
func (c *decider) relayedBefore() *Reservation {
	ids, ok := c.relayBefore()
	if !ok {
		return nil
	}
	return c.s.roll.behind(c.network, ids)
}

// relayBefore returns what the relay said that a client came through before it renewed past it. ok is false for any other client.
func (c *decider) relayBefore() (ids relayIDs, ok bool) {
	if c.q.relayed() || c.q.CIAddr == 0 {
		return ids, false
	}
	e := c.leaseAt(c.q.CIAddr)
	if e == nil || e.Giaddr == 0 || !e.Holds(c.sec) || !c.mine(&e.Lease) {
		return ids, false
	}
	return relayIDsOf(e.RelayInfo), true
}

// enrol puts r on the roll. It returns why r has no effect for now, "" when it has.
func (s *State) enrol(r *Reservation) string {
	s.roll.file(r)
	sub := s.plan.Subnet(r.Subnet)
	if sub == nil {
		return fmt.Sprintf("subnet %s is not configured", r.Subnet)
	}
	if r.IP != 0 && !sub.Assignable(r.IP) {
		return fmt.Sprintf("%v is not an address for hosts of subnet %s (%v)", r.IP, r.Subnet, sub.Prefix)
	}
	kinds := &s.roll.byMachine[sub.Network.index]
	if have := kinds[r.Kind][r.Value]; have != nil && have.ID != r.ID {
		return fmt.Sprintf("%s %s has reservation %s already", r.Kind, r.Identifier(), have.ID)
	}
	if have := s.roll.byIP[r.IP]; have != nil && have.ID != r.ID {
		return fmt.Sprintf("%v is reserved for %s %s already", r.IP, have.Kind, have.Identifier())
	}
	if kinds[r.Kind] == nil {
		kinds[r.Kind] = map[string]*Reservation{}
	}
	kinds[r.Kind][r.Value] = r
	if r.IP != 0 {
		s.roll.byIP[r.IP] = r
		s.use(r.IP, isReserved)
	}
	s.welcome(r)
	return ""
}

// strike takes r off the roll.
func (s *State) strike(r *Reservation) {
	s.roll.unfile(r)
	if sub := s.plan.Subnet(r.Subnet); sub != nil {
		if kinds := &s.roll.byMachine[sub.Network.index]; kinds[r.Kind][r.Value] == r {
			delete(kinds[r.Kind], r.Value)
		}
	}
	if r.IP != 0 && s.roll.byIP[r.IP] == r {
		delete(s.roll.byIP, r.IP)
		s.unuse(r.IP, isReserved)
	}
}

// welcome lifts at once whatever kept a machine from being served.
func (s *State) welcome(r *Reservation) {
	if r.Kind == ByHardware {
		s.clients.resume(HWOf(1, []byte(r.Value)))
		return
	}
	s.Resume(nil) // there is no telling which of them it is, and those who send too much are soon found again
}

// Reservation returns a reservation by its id, or nil.
func (s *State) Reservation(id string) *Reservation { return s.roll.byID[id] }

// ReservationOf returns the reservation of an address, or nil.
func (s *State) ReservationOf(ip IP) *Reservation { return s.roll.byIP[ip] }

// Reservations iterates over the reservations in the order of CompareReservations, from the one after the id on; "" begins with
// the first. The id may be of one that is gone. The state must not be changed meanwhile.
func (s *State) Reservations(after string) iter.Seq[*Reservation] {
	from := 0
	if after != "" {
		i, found := slices.BinarySearchFunc(s.roll.sorted, &Reservation{ID: after, FromConfig: isConfigID(after)}, CompareReservations)
		if from = i; found {
			from++
		}
	}
	return slices.Values(s.roll.sorted[from:])
}

// ReservedFor returns the reservation that has an identifier in the shared network of a subnet, or nil.
func (s *State) ReservedFor(sub *Subnet, kind IdentifierKind, value string) *Reservation {
	return s.roll.byMachine[sub.Network.index][kind][value]
}
