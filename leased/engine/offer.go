package engine

import "slices"

// offer holds an address for a client between DISCOVER and REQUEST. It lives in memory only: a client whose offer is lost
// asks for the address all the same, and gets it if it is still free.
type offer struct {
	ip      IP
	network int
	id      Identity
	until   int64
	due     int64 // when the queue looks at it; until may have moved on by then
	// probing: ARP has not answered yet, so the client has not been told.
	probing bool
}

// offers are the offers that stand, at most one for each client in a network.
type offers struct {
	byIP map[IP]*offer
	byID []map[Identity]*offer
	// queue has them in the order of due, for all are held equally long. It also has those that are gone.
	queue []*offer
}

func (o *offers) init(networks int) {
	o.byIP = map[IP]*offer{}
	o.byID = make([]map[Identity]*offer, networks)
	for i := range o.byID {
		o.byID[i] = map[Identity]*offer{}
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
	id := Identity(q.id)
	if s.plan.SubnetOf(ip).ByHardware {
		id = Identity(q.hwID)
	}
	o := &offer{ip: ip, network: n.index, id: id, until: until, due: until, probing: probing}
	s.offers.byIP[ip] = o
	s.offers.byID[n.index][o.id] = o
	s.offers.queue = append(s.offers.queue, o)
	s.use(ip, isOffered)
}

// offerTo returns what is held for the client, or nil. Where the subnet goes by hardware, so do we: the next stage of a boot may
// ask with another client identifier.
func (s *State) offerTo(n *Network, q *Query) *offer {
	byID := s.offers.byID[n.index]
	if o := byID[Identity(q.id)]; o != nil {
		return o
	}
	if o := byID[Identity(q.hwID)]; o != nil && s.plan.SubnetOf(o.ip).ByHardware {
		return o
	}
	return nil
}

func (s *State) endOffer(o *offer) {
	if s.offers.byIP[o.ip] != o {
		return
	}
	delete(s.offers.byIP, o.ip)
	delete(s.offers.byID[o.network], o.id)
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
