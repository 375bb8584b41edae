package engine

// offer holds an address for a client between DISCOVER and REQUEST. It lives in memory only: a client whose offer is lost
// asks for the address all the same, and gets it if it is still free.
type offer struct {
	ip      IP
	network int
	// id is the client's: by hardware where the subnet of ip goes by that.
	id         Identity
	byHardware bool
	until      int64
	// probing: ARP has not answered yet, so the client has not been told.
	probing bool

	next, prev *offer // in the queue
}

// offers are the offers that stand, at most one for each client in a network.
type offers struct {
	byIP map[IP]*offer
	// byID has those in subnets that know clients by client identifier, byHW those in subnets that go by hardware: one shared
	// network may have both, and one machine may be two clients in the one and one in the other.
	byID, byHW []map[Identity]*offer
	// queue begins and ends a ring of them in the order of until, for all are held equally long.
	queue offer
	// spare is a list through next of those that are gone, to be used again: most last no longer than a round trip.
	spare *offer
}

func (o *offers) init(networks int) {
	o.byIP = map[IP]*offer{}
	o.byID, o.byHW = make([]map[Identity]*offer, networks), make([]map[Identity]*offer, networks)
	for i := range networks {
		o.byID[i], o.byHW[i] = map[Identity]*offer{}, map[Identity]*offer{}
	}
	o.queue.next, o.queue.prev = &o.queue, &o.queue
}

// enqueue puts an offer at the end of the queue, unqueue takes it out.
func (o *offers) enqueue(last *offer) {
	last.next, last.prev = &o.queue, o.queue.prev
	last.prev.next, o.queue.prev = last, last
}

func (o *offers) unqueue(of *offer) { of.prev.next, of.next.prev = of.next, of.prev }

// take returns an offer to be filled in.
func (o *offers) take() *offer {
	if spare := o.spare; spare != nil {
		o.spare = spare.next
		return spare
	}
	return new(offer)
}

// hold holds ip for the client, in place of what was held for it before.
func (s *State) hold(ip IP, n *Network, q *Query, until int64, probing bool) {
	if have := s.offerTo(n, q); have != nil {
		if have.ip == ip {
			have.probing = probing
			have.until = until
			s.offers.unqueue(have)
			s.offers.enqueue(have)
			return
		}
		s.endOffer(have)
	}
	if over := s.offers.byIP[ip]; over != nil {
		s.endOffer(over) // another's; it has run out, or ip would not be offered
	}
	o := s.offers.take()
	*o = offer{ip: ip, network: n.index, until: until, probing: probing, byHardware: s.plan.SubnetOf(ip).ByHardware}
	if o.id = Identity(q.id); o.byHardware {
		o.id = Identity(q.hwID)
	}
	clients := s.offers.clients(o)
	if same := clients[o.id]; same != nil {
		s.endOffer(same) // another client of the machine has it, where clients are told apart; not here
	}
	s.offers.byIP[ip] = o
	clients[o.id] = o
	s.offers.enqueue(o)
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

// endOffer ends an offer, which must not be used any more.
func (s *State) endOffer(o *offer) {
	delete(s.offers.byIP, o.ip)
	delete(s.offers.clients(o), o.id)
	s.offers.unqueue(o)
	s.unuse(o.ip, isOffered)
	*o = offer{next: s.offers.spare}
	s.offers.spare = o
}

// expire ends the offers whose time has come, at most max of them. It reports whether more are waiting.
func (o *offers) expire(s *State, now int64, max int) (more bool) {
	for range max {
		if o.queue.next == &o.queue || o.queue.next.until > now {
			return false
		}
		s.endOffer(o.queue.next)
	}
	return true
}

func (o *offers) shift(by int64) {
	for at := o.queue.next; at != &o.queue; at = at.next {
		at.until += by
	}
}
