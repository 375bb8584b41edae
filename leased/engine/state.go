package engine

import (
	"cmp"
	"slices"
	"time"
)

// State is what decisions are made upon. One goroutine owns it; nothing in it is safe to use from another.
type State struct {
	plan    *Plan
	leases  map[IP]*entry
	holders []map[Identity]*entry // by network; the lease a client has or had last
	byHW    map[HW]*entry         // the first of a list through entry.hwNext
	// byClientID has the addresses of leases by their client identifiers; nil where nobody may ask for them.
	byClientID map[string][]IP
	pools      []*freeList // by Pool.index
	low        []bool      // by Pool.index: pool.low was told
	full       []bool      // by Pool.index: pool.exhausted was told
	roll       roll
	offers     offers
	expiry     expiryHeap
	clients    clients
	// attached says which subnets leased can reach by ARP itself.
	attached map[*Subnet]bool
	// frontends are those that are connected; servers counts, for each address, how many of them have it.
	frontends []*Frontend
	servers   map[IP]int
	// declines counts, for each client, the addresses it has in quarantine by declining them.
	declines map[HW]int
	// circuits counts, for each line behind a relay, the active leases from pools; empty without a limit for them.
	circuits map[string]int
}

// entry is the current lease of one address.
type entry struct {
	Lease
	hwNext, hwPrev *entry
	filedAt        int64  // time of its item in the expiry heap, 0 if it has none
	last           uint64 // the message it was granted or renewed by (Query.token); 0 after a restart
}

// NewState returns a state with the plan and nothing else.
func NewState(plan *Plan) *State {
	s := &State{
		plan: plan, leases: map[IP]*entry{}, byHW: map[HW]*entry{}, attached: map[*Subnet]bool{}, servers: map[IP]int{},
		declines: map[HW]int{}, circuits: map[string]int{},
	}
	s.clients.init()
	s.build()
	for _, r := range plan.Roll {
		s.enrol(r)
	}
	return s
}

// build makes what depends on the plan alone.
func (s *State) build() {
	s.holders = make([]map[Identity]*entry, len(s.plan.Networks))
	for i := range s.holders {
		s.holders[i] = map[Identity]*entry{}
	}
	s.offers.init(len(s.plan.Networks))
	s.roll.init(len(s.plan.Networks))
	s.pools = make([]*freeList, len(s.plan.pools))
	for _, p := range s.plan.pools {
		l := newFreeList(p.First, p.Size())
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
	s.byClientID = nil
	if len(s.plan.LeaseQuery) > 0 {
		s.byClientID = map[string][]IP{}
	}
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
	entries := s.leases
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
	s.leases = make(map[IP]*entry, len(entries))
	s.byHW = make(map[HW]*entry, len(entries))
	s.declines, s.circuits = map[HW]int{}, map[string]int{}
	s.expiry.entries = s.expiry.entries[:0]
	var over []*entry
	for _, e := range entries {
		if e = (&entry{Lease: e.Lease, last: e.last}); e.State == Active || e.State == Declined {
			s.index(e)
		} else {
			over = append(over, e)
		}
	}
	slices.SortFunc(over, func(a, b *entry) int { return cmp.Or(cmp.Compare(a.Expires, b.Expires), cmp.Compare(a.IP, b.IP)) }) // as Load wants it
	for _, e := range over {
		s.index(e)
	}
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

// Load puts a lease from the store into the state. Leases must be loaded in the order in which their addresses became free,
// as far as that is known: by Expires.
func (s *State) Load(l *Lease) { s.put(l, 0) }

// Restore puts a reservation from the store into the state. It returns the reason why it cannot take effect beside the
// configuration as it is now; the reservation is kept all the same, for the configuration may change back.
func (s *State) Restore(r *Reservation) string { return s.enrol(r) }

// put makes l the lease of its address.
func (s *State) put(l *Lease, last uint64) {
	e := s.leases[l.IP]
	if e != nil {
		s.unindex(e)
		e.Lease = *l
	} else {
		e = &entry{Lease: *l}
	}
	e.last = last
	s.index(e)
}

// index enters e into every table.
func (s *State) index(e *entry) {
	s.leases[e.IP] = e
	if head := s.byHW[e.HW]; head != nil {
		e.hwNext, head.hwPrev = head, e
	}
	s.byHW[e.HW] = e
	s.indexClientID(e)
	switch e.State {
	case Active:
		s.use(e.IP, isLeased)
		s.countCircuit(&e.Lease, 1)
	case Declined:
		s.use(e.IP, isQuarantined)
		if e.Reason == QuarantineDeclined {
			s.declines[e.HW]++
		}
	default:
		if p := s.plan.PoolOf(e.IP); p != nil {
			s.pools[p.index].touch(e.IP)
			s.keepFree(e.IP, p)
		}
	}
	if e.State == Active || e.State == Declined {
		s.schedule(e)
	}
	if e.Reason != "" {
		return // in quarantine, or was last: nobody holds it or held it
	}
	if n := s.networkOf(e.IP); n != nil {
		id := e.Identity()
		// A client may have several leases in a network, as after a move.
		if have := s.holders[n.index][id]; have == nil || e.weight() >= have.weight() {
			s.holders[n.index][id] = e
		}
	}
}

// weight says which of a client's leases is the one it has: one it was given, before one where ARP saw it (a machine may have a
// second address that somebody typed in), before those that are over.
func (l *Lease) weight() int {
	switch {
	case l.State != Active:
		return 0
	case l.FoundByARP:
		return 1
	}
	return 2
}

// unindex takes e out of every table but leases and the expiry heap.
func (s *State) unindex(e *entry) {
	if e.hwPrev != nil {
		e.hwPrev.hwNext = e.hwNext
	} else if e.hwNext != nil {
		s.byHW[e.HW] = e.hwNext
	} else {
		delete(s.byHW, e.HW)
	}
	if e.hwNext != nil {
		e.hwNext.hwPrev = e.hwPrev
	}
	e.hwNext, e.hwPrev = nil, nil
	s.unindexClientID(e)
	switch e.State {
	case Active:
		s.unuse(e.IP, isLeased)
		s.countCircuit(&e.Lease, -1)
	case Declined:
		s.unuse(e.IP, isQuarantined)
		if e.Reason == QuarantineDeclined {
			if s.declines[e.HW]--; s.declines[e.HW] == 0 {
				delete(s.declines, e.HW)
			}
		}
	}
	if n := s.networkOf(e.IP); n != nil {
		if id := e.Identity(); s.holders[n.index][id] == e {
			delete(s.holders[n.index], id)
		}
	}
}

func (s *State) networkOf(ip IP) *Network {
	if sub := s.plan.SubnetOf(ip); sub != nil {
		return sub.Network
	}
	return nil
}

// Lease returns the lease of an address, or nil.
func (s *State) Lease(ip IP) *Lease {
	if e := s.leaseAt(ip); e != nil {
		l := e.Lease
		return &l
	}
	return nil
}

// leaseAt returns what there is at an address, or nil. It must not be changed, and is as it was no longer than until the next change.
func (s *State) leaseAt(ip IP) *entry { return s.leases[ip] }

// holder returns the lease that the client with an identity has, or had last, in the network, or nil; as leaseAt does.
func (s *State) holder(n *Network, identity []byte) *entry {
	return s.holders[n.index][Identity(identity)]
}

// LeasesOf returns the leases of a hardware address, in no order.
func (s *State) LeasesOf(hw HW) []*Lease {
	var ls []*Lease
	for e := s.byHW[hw]; e != nil; e = e.hwNext {
		l := e.Lease
		ls = append(ls, &l)
	}
	return ls
}

// Leases returns how many leases there are, in any state.
func (s *State) Leases() int { return len(s.leases) }

// SetAttached says whether leased itself can reach the subnet by ARP.
func (s *State) SetAttached(sub *Subnet, yes bool) { s.attached[sub] = yes }

// Checked notes that ARP found nobody at ip, or only its client: what is held there may be offered.
func (s *State) Checked(ip IP, now time.Time) {
	if o := s.offers.byIP[ip]; o != nil {
		o.probing = false
	}
	if p := s.plan.PoolOf(ip); p != nil {
		s.pools[p.index].checked[ip-p.First] = uint32(now.Unix())
	}
}

// Occupied notes that ARP found a host at ip: what Checked noted no longer holds, so ip is probed again before it is offered.
func (s *State) Occupied(ip IP) {
	if p := s.plan.PoolOf(ip); p != nil {
		s.pools[p.index].checked[ip-p.First] = 0
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
