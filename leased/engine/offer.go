package engine

import "slices"

// offer holds an address for a client between DISCOVER and REQUEST. It lives in memory only: a client whose offer is lost
// asks for the address all the same, and gets it if it is still free.
type offer struct {
	ip      IP
	network int
	// id is the client's: by hardware where the subnet of ip goes by that.
	id         Identity
	byHardware bool
	until      int64
	due        int64 // when the queue looks at it; until may have moved on by then
	// probing: ARP has not answered yet, so the client has not been told.
	probing bool
}

// offers are the offers that stand, at most one for each client in a network.
type offers struct {
	byIP map[IP]*offer
	// byID has those in subnets that know clients by client identifier, byHW those in subnets that go by hardware: one shared
	// network may have both, and one machine may be two clients in the one and one in the other.
	byID, byHW []map[Identity]*offer
	// queue has them in the order of due, for all are held equally long. It also has those that are gone.
	queue []*offer
}

func (o *offers) init(networks int) {
	o.byIP = map[IP]*offer{}
	o.byID, o.byHW = make([]map[Identity]*offer, networks), make([]map[Identity]*offer, networks)
	for i := range networks {
		o.byID[i], o.byHW[i] = map[Identity]*offer{}, map[Identity]*offer{}
	}
	o.queue = nil
}

// hold holds ip for the client, in place of what was held for it before.
func (s *State) hold(ip IP, n *Network, q *Query, until int64, probing bool) {
	if have := s.offerTo(n, q); have != nil {
		if have.ip == ip {
			have.probing = probing
			have.until = until
			return
		}
		s.endOffer(have)
	}
	if over := s.offers.byIP[ip]; over != nil {
		s.endOffer(over) // another's; it has run out, or ip would not be offered
	}
	o := &offer{ip: ip, network: n.index, until: until, due: until, probing: probing, byHardware: s.plan.SubnetOf(ip).ByHardware}
	if o.id = Identity(q.id); o.byHardware {
		o.id = Identity(q.hwID)
	}
	clients := s.offers.clients(o)
	if same := clients[o.id]; same != nil {
		s.endOffer(same) // another client of the machine has it, where clients are told apart; not here
	}
	s.offers.byIP[ip] = o
	clients[o.id] = o
	s.offers.queue = append(s.offers.queue, o)
	s.use(ip, isOffered)
}

// offerTo returns what is held for the client, or nil. Where the subnet goes by hardware, so do we: the next stage of a boot may
// ask with another client identifier.
func (s *State) offerTo(n *Network, q *Query) *offer {
	if o := s.offers.byID[n.index][Identity(q.id)]; o != nil {
		return o
	}
	return s.offers.byHW[n.index][Identity(q.hwID)]
}

// clients returns the table that an offer belongs to.
func (o *offers) clients(of *offer) map[Identity]*offer {
	if of.byHardware {
		return o.byHW[of.network]
	}
	return o.byID[of.network]
}

func (s *State) endOffer(o *offer) {
	if s.offers.byIP[o.ip] != o {
		return
	}
	delete(s.offers.byIP, o.ip)
	delete(s.offers.clients(o), o.id)
	s.unuse(o.ip, isOffered)
}

// expire ends the offers whose time has come.
func (o *offers) expire(s *State, now int64) {
	n := 0
	for ; n < len(o.queue) && o.queue[n].due <= now; n++ {
		switch offer := o.queue[n]; {
		case o.byIP[offer.ip] != offer:
		case offer.until <= now:
			s.endOffer(offer)
		default: // made again meanwhile
			offer.due = offer.until
			o.queue = append(o.queue, offer)
		}
	}
	o.queue = slices.Delete(o.queue, 0, n)
}

func (o *offers) shift(by int64) {
	for _, offer := range o.queue {
		offer.until += by
		offer.due += by
	}
}
