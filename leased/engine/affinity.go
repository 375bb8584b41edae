package engine

// keptUntil returns until when an address is kept for whoever had it last, as long as others are free; 0 for not at all. The pool
// is its own.
func (s *State) keptUntil(ip IP, p *Pool) int64 {
	keep := p.Scope.Times.Affinity
	if keep == 0 {
		return 0
	}
	no := s.index.at(ip)
	if no == 0 {
		return 0
	}
	if r := s.records.at(no); r.reason == noReason && (r.state == Expired || r.state == Released) {
		return s.records.expires(r) + keep
	}
	return 0
}

// keepFree moves an address that has become free behind those that are nobody's, if it is to be kept.
func (s *State) keepFree(ip IP, p *Pool) {
	if s.keptUntil(ip, p) != 0 {
		s.pools[p.index].keep(ip)
	}
}

// endAffinity lets go of what was kept long enough, at most max addresses. It reports whether more are waiting.
func (s *State) endAffinity(now int64, max int) (more bool) {
	for _, p := range s.plan.keeping {
		l := s.pools[p.index]
		for ip := l.keptHead(); ip != 0 && s.keptUntil(ip, p) <= now; ip = l.keptHead() {
			if max--; max < 0 {
				return true
			}
			l.touch(ip)
		}
	}
	return false
}

// kept reports whether a free address is kept for somebody else who had it last.
func (c *decider) kept(ip IP, p *Pool) bool {
	return c.sec < c.s.keptUntil(ip, p) && !c.mine(&c.leaseAt(ip).Lease)
}
