package engine

import (
	"bytes"
	"cmp"
	"slices"
	"sync"
	"time"
)

// State is what decisions are made upon. One goroutine owns it; nothing in it is safe to use from another.
type State struct {
	plan    *Plan
	records records
	index   index
	pools   []*freeList // by Pool.index
	low     []bool      // by Pool.index: pool.low was told
	full    []bool      // by Pool.index: pool.exhausted was told
	roll    roll
	offers  offers
	expiry  expiryHeap
	clients clients
	// attached says which subnets leased can reach by ARP itself.
	attached map[*Subnet]bool
	// frontends are those that are connected; servers counts, for each address, how many of them have it.
	frontends []*Frontend
	servers   map[IP]int
	// declines counts, for each client, the addresses it has in quarantine by declining them.
	declines map[HW]int
	// have is what the decision under way looks at again and again: the lease that its client has or had last.
	have entry
	// circuits counts, for each line behind a relay, the active leases from pools; empty without a limit for them.
	circuits map[string]int
}

// NewState returns a state with the plan and nothing else.
func NewState(plan *Plan) *State {
	s := &State{
		plan: plan, attached: map[*Subnet]bool{}, servers: map[IP]int{}, declines: map[HW]int{}, circuits: map[string]int{},
	}
	s.records.init()
	s.expiry.records = &s.records
	s.index.init(s)
	s.clients.init()
	s.build()
	for _, r := range plan.Roll {
		s.enrol(r)
	}
	return s
}

// build makes what depends on the plan alone.
func (s *State) build() {
	s.index.begin(s.plan)
	s.offers.init()
	s.roll.init(len(s.plan.Networks))
	s.pools = make([]*freeList, len(s.plan.pools))
	for _, p := range s.plan.pools {
		l := newFreeList(p.First, p.Size(), s.plan.Probe)
		for _, r := range p.Exclude {
			for ip := r.First; ip <= r.Last; ip++ {
				l.mark(ip, isExcluded)
			}
		}
		for ip := p.First; p.ExcludeEnds && ip <= p.Last; ip++ {
			if ip&0xff == 0 || ip&0xff == 0xff {
				l.mark(ip, isExcluded)
			}
		}
		s.pools[p.index] = l
	}
	for ip := range s.plan.serverIDs {
		s.use(ip, isOurs)
	}
	s.low, s.full = make([]bool, len(s.pools)), make([]bool, len(s.pools))
}

// excluded reports whether the configuration keeps ip out of its pool.
func (s *State) excluded(ip IP) bool {
	p := s.plan.PoolOf(ip)
	return p != nil && s.pools[p.index].use[ip-p.First]&isExcluded != 0
}

// Plan returns the plan in force.
func (s *State) Plan() *Plan { return s.plan }

// Replan puts a new plan in force. Leases and the reservations of the API stay; offers are forgotten, their clients ask
// again; what is remembered about clients is forgotten, for the plan may serve them now. A lease whose subnet is not in the
// plan stays too, and counts again when its subnet returns.
func (s *State) Replan(plan *Plan) {
	old := s.roll.sorted
	s.plan = plan
	s.build()
	s.clients.forgetUnserved()
	s.attached = map[*Subnet]bool{}
	for _, r := range plan.Roll {
		s.enrol(r)
	}
	for _, r := range old {
		if !r.FromConfig {
			s.enrol(r)
		}
	}
	for ip := range s.servers {
		s.use(ip, isOurs)
	}
	s.declines, s.circuits = map[HW]int{}, map[string]int{}
	s.index.fillHolders()
	for no := range s.records.all {
		s.place(no)
	}
	s.orderFree()
}

// use and unuse note why an address is not free, if it is in a pool.
func (s *State) use(ip IP, why uint8) {
	if p := s.plan.PoolOf(ip); p != nil {
		s.pools[p.index].mark(ip, why)
	}
}

func (s *State) unuse(ip IP, why uint8) {
	if p := s.plan.PoolOf(ip); p != nil {
		l := s.pools[p.index]
		l.unmark(ip, why)
		s.keepFree(ip, p)
		if l.free*5 > l.size() { // a fifth is free again: the next shortage is news
			s.low[p.index], s.full[p.index] = false, false
		}
	}
}

// Load puts a lease from the store into the state, and keeps nothing of it. No other lease of its address may be there. Loaded must be
// called after the last one, and before any decision.
func (s *State) Load(l *Lease) { s.records.write(s.records.take(), l, 0) }

// Loaded puts what was loaded in its place.
func (s *State) Loaded() {
	var both sync.WaitGroup
	both.Go(s.index.fillAddresses) // on another processor, if there is one
	s.expiry.fill()
	s.index.fillHolders()
	both.Wait()
	for no := range s.records.all {
		s.place(no)
	}
	s.orderFree()
}

// orderFree puts the free addresses into the order in which they became free, as far as that is known: by the ends of their leases.
func (s *State) orderFree() {
	type free struct {
		at int64
		ip IP
	}
	var over []free
	for _, r := range s.records.all {
		if r.state != Active && r.state != Declined {
			over = append(over, free{s.records.expires(r), r.ip})
		}
	}
	slices.SortFunc(over, func(a, b free) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.ip, b.ip)) })
	for _, f := range over {
		s.freed(f.ip)
	}
}

// Restore puts a reservation from the store into the state. It returns the reason why it cannot take effect beside the
// configuration as it is now; the reservation is kept all the same, for the configuration may change back.
func (s *State) Restore(r *Reservation) string { return s.enrol(r) }

// put makes l the lease of its address. It keeps nothing of it.
func (s *State) put(l *Lease, last uint64) { s.keep(l, last, true) }

// keep is put; latest tells that no other lease of the client came later.
func (s *State) keep(l *Lease, last uint64, latest bool) {
	no := s.index.at(l.IP)
	if no != 0 && s.goesOn(no, l) {
		s.records.write(no, l, last)
		s.schedule(no)
		return
	}
	sameHW := false
	if no == 0 {
		no = s.records.take()
		s.records.write(no, l, last)
		s.index.byIP.add(no)
	} else {
		s.displace(no)
		if sameHW = s.records.hw(s.records.at(no)) == l.HW; !sameHW {
			s.index.byHW.remove(no)
		}
		s.records.write(no, l, last)
	}
	if !sameHW {
		s.index.byHW.add(no)
	}
	s.place(no)
	s.index.hold(no, latest)
	if l.State == Active || l.State == Declined {
		s.schedule(no)
	}
}

// goesOn reports whether l merely prolongs the lease of a record, as most do: every table has it where it belongs.
func (s *State) goesOn(no int32, l *Lease) bool {
	r, x := s.records.at(no), &s.index
	if r.state != Active || l.State != Active || r.reason != noReason || l.Reason != "" || s.records.hw(r) != l.HW ||
		(r.flags&isByHardware != 0) != l.ByHardware || (r.flags&isFoundByARP != 0) != l.FoundByARP ||
		!bytes.Equal(s.records.clientID(r), l.ClientID) {
		return false
	}
	if s.plan.LeasesPerCircuit > 0 && (r.giaddr != l.Giaddr || string(s.records.part(r, annexReservation)) != l.Reservation ||
		!bytes.Equal(s.records.part(r, annexRelayInfo), l.RelayInfo)) {
		return false
	}
	network := x.networkOf(l.IP)
	if network < 0 {
		return true
	}
	x.key = x.records.appendIdentity(x.key[:0], r)
	return x.holder(network, x.key) == no
}

// remove forgets the lease of an address, if there is one.
func (s *State) remove(ip IP) {
	if no := s.index.at(ip); no != 0 {
		s.displace(no)
		s.index.byHW.remove(no)
		s.index.byIP.remove(no)
		s.expiry.drop(no)
		s.records.give(no)
	}
}

// place counts a record where the plan wants it: in its pool and for the limits.
func (s *State) place(no int32) {
	r := s.records.at(no)
	switch r.state {
	case Active:
		s.use(r.ip, isLeased)
		s.countCircuit(no, 1)
	case Declined:
		s.use(r.ip, isQuarantined)
		if r.reason == reasonDeclined {
			s.declines[s.records.hw(r)]++
		}
	default:
		s.freed(r.ip)
	}
	if s.index.byClientID != nil && s.index.hasClientID(r) {
		s.index.byClientID.add(no)
	}
}

// displace undoes place and index.hold.
func (s *State) displace(no int32) {
	r := s.records.at(no)
	switch r.state {
	case Active:
		s.unuse(r.ip, isLeased)
		s.countCircuit(no, -1)
	case Declined:
		s.unuse(r.ip, isQuarantined)
		if hw := s.records.hw(r); r.reason == reasonDeclined {
			if s.declines[hw]--; s.declines[hw] == 0 {
				delete(s.declines, hw)
			}
		}
	}
	if s.index.byClientID != nil && s.index.hasClientID(r) {
		s.index.byClientID.remove(no)
	}
	s.index.unhold(no)
}

// freed notes that the address of a lease that is over is free, and has been so for less long than all others.
func (s *State) freed(ip IP) {
	if p := s.plan.PoolOf(ip); p != nil {
		s.pools[p.index].touch(ip)
		s.keepFree(ip, p)
	}
}

// Lease returns the lease of an address, or nil.
func (s *State) Lease(ip IP) *Lease {
	if e := s.leaseAt(ip); e != nil {
		return &e.Lease
	}
	return nil
}

// leaseAt returns the lease of an address, or nil. It is small enough for what it returns to live with its caller, on the stack.
func (s *State) leaseAt(ip IP) *entry {
	e := new(entry)
	if !s.readAt(ip, e) {
		return nil
	}
	return e
}

// readAt fills e with the lease of an address. It reports whether there is one.
func (s *State) readAt(ip IP, e *entry) bool { return s.read(s.index.at(ip), e) }

// read fills e with the lease of a record. It reports whether there is one.
func (s *State) read(no int32, e *entry) bool {
	if no == 0 {
		return false
	}
	s.records.read(no, e)
	return true
}

// LeasesOf returns the leases of a hardware address, in no order.
func (s *State) LeasesOf(hw HW) []*Lease {
	var ls []*Lease
	for no := s.index.ofHW(hw); no != 0; no = s.index.byHW.behind(no) {
		e := new(entry)
		s.records.read(no, e)
		ls = append(ls, &e.Lease)
	}
	return ls
}

// Leases returns how many leases there are, in any state.
func (s *State) Leases() int { return s.records.len() }

// SetAttached says whether leased itself can reach the subnet by ARP.
func (s *State) SetAttached(sub *Subnet, yes bool) { s.attached[sub] = yes }

// Checked notes that ARP found nobody at ip, or only its client: what is held there may be offered.
func (s *State) Checked(ip IP, now time.Time) {
	if o := s.offers.at(ip); o != nil {
		o.probing = false
	}
	s.noteChecked(ip, uint32(now.Unix()))
}

// Occupied notes that ARP found a host at ip: what Checked noted no longer holds, so ip is probed again before it is offered.
func (s *State) Occupied(ip IP) {
	s.noteChecked(ip, 0)
}

func (s *State) noteChecked(ip IP, at uint32) {
	if p := s.plan.PoolOf(ip); p != nil && s.plan.Probe {
		s.pools[p.index].checked[ip-p.First] = at
	}
}

// AddFrontend notes the addresses of a frontend: they are its server identifiers, and never given to clients. RemoveFrontend
// takes them back; it must be called with the very Frontend that was added.
func (s *State) AddFrontend(f *Frontend) {
	s.frontends = append(s.frontends, f)
	for _, l := range f.Links {
		for _, ip := range l.IPs {
			if s.servers[ip]++; s.servers[ip] == 1 {
				s.use(ip, isOurs)
			}
		}
	}
}

// RemoveFrontend forgets a frontend that left.
func (s *State) RemoveFrontend(f *Frontend) {
	s.frontends = slices.DeleteFunc(s.frontends, func(have *Frontend) bool { return have == f })
	for _, l := range f.Links {
		for _, ip := range l.IPs {
			if s.servers[ip]--; s.servers[ip] <= 0 {
				delete(s.servers, ip)
				if !s.plan.serverIDs[ip] {
					s.unuse(ip, isOurs)
				}
			}
		}
	}
}

// Links returns the links of the frontends that are connected.
func (s *State) Links() []*Link {
	var ls []*Link
	for _, f := range s.frontends {
		ls = append(ls, f.Links...)
	}
	return ls
}

// Serves reports whether a client on the link itself would find a subnet.
func (s *State) Serves(l *Link) bool {
	c := decider{s: s, q: &Query{Link: l}}
	return c.chooseNetwork() == ""
}

// PoolUsage is how the addresses of a pool are used. One address may count under several.
type PoolUsage struct {
	Pool                                         *Pool
	Size                                         int // without those that are excluded
	Leased, Offered, Quarantined, Reserved, Free int
}

// Usage returns the usage of every pool, in the order of the configuration.
func (s *State) Usage() []PoolUsage {
	var us []PoolUsage
	for _, sub := range s.plan.Subnets {
		for _, p := range sub.Pools {
			l := s.pools[p.index]
			us = append(us, PoolUsage{
				Pool: p, Size: l.size(), Leased: l.count[bit(isLeased)], Offered: l.count[bit(isOffered)],
				Quarantined: l.count[bit(isQuarantined)], Reserved: l.count[bit(isReserved)], Free: l.free,
			})
		}
	}
	return us
}
