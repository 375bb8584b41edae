package engine

import (
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
	boots   boots
	// attached says which subnets leased can reach by ARP itself.
	attached map[*Subnet]bool
	// frontends are those that are connected; servers counts, for each address, how many of them have it.
	frontends []*Frontend
	servers   map[IP]int
	// quarantined are the records of addresses in quarantine.
	quarantined map[int32]struct{}
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
		quarantined: map[int32]struct{}{},
	}
	s.records.init()
	s.expiry.records = &s.records
	s.index.init(s)
	s.clients.init()
	s.boots.init()
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
	s.declines, s.circuits, s.quarantined = map[HW]int{}, map[string]int{}, map[int32]struct{}{}
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

// Restore puts a reservation from the store into the state. It returns the reason why it cannot take effect beside the
// configuration as it is now; the reservation is kept all the same, for the configuration may change back.
func (s *State) Restore(r *Reservation) string { return s.enrol(r) }

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
