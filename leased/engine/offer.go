package engine

// offer holds an address for a client between DISCOVER and REQUEST. It lives in memory only: a client whose offer is lost
// asks for the address all the same, and gets it if it is still free.
type offer struct {
	ip      IP // 0: the record is free
	network int
	// id is the client's: by hardware where the subnet of ip goes by that.
	id         []byte
	byHardware bool
	until      int64
	// probing: ARP has not answered yet, so the client has not been told.
	probing bool

	no         int32
	prev, next int32    // in the order of until, or next in the list of free records; 0 for none
	idRoom     [32]byte // for the id of nearly everyone
}

// hold holds ip for the client, in place of what was held for it before.
func (s *State) hold(ip IP, n *Network, q *Query, until int64, probing bool) {
	if have := s.offerTo(n, q); have != nil {
		if have.ip == ip {
			have.probing, have.until = probing, until
			s.offers.unlink(have)
			s.offers.append(have)
			return
		}
		s.endOffer(have)
	}
	if over := s.offers.at(ip); over != nil {
		s.endOffer(over) // another's; it has run out, or ip would not be offered
	}
	id, byHardware := q.id, s.plan.SubnetOf(ip).ByHardware
	if byHardware {
		id = q.hwID
	}
	if same := s.offers.of(n.index, byHardware, id); same != nil {
		s.endOffer(same) // another client of the machine has it, where clients are told apart; not here
	}
	o := s.offers.take()
	o.ip, o.network, o.id, o.byHardware, o.until, o.probing = ip, n.index, append(o.id[:0], id...), byHardware, until, probing
	s.offers.add(o)
	s.use(ip, isOffered)
}

// offerTo returns what is held for the client, or nil. Where the subnet goes by hardware, so do we: the next stage of a boot may
// ask with another client identifier.
func (s *State) offerTo(n *Network, q *Query) *offer {
	if o := s.offers.of(n.index, false, q.id); o != nil {
		return o
	}
	return s.offers.of(n.index, true, q.hwID)
}

// endOffer ends an offer that stands. Its record is used again.
func (s *State) endOffer(o *offer) {
	s.unuse(o.ip, isOffered)
	s.offers.give(o)
}
