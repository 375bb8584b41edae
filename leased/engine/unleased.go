package engine

// Unleased appends those of the pools' addresses after an address that have no lease, or had none before the time since, until it has
// looked at n; last is the last one it has looked at, 0 when there are no more.
func (s *State) Unleased(dst []IP, after IP, n int, since int64) (ips []IP, last IP) {
	for _, p := range s.plan.pools {
		for ip := max(p.First, after+1); ip <= p.Last; ip++ {
			if n--; n < 0 {
				return dst, ip - 1
			}
			if s.unleased(ip, since) {
				dst = append(dst, ip)
			}
		}
	}
	return dst, 0
}

// UnleasedReserved is Unleased for reserved addresses outside the pools, in the order of their reservations; after and last are the
// ids of those.
func (s *State) UnleasedReserved(dst []IP, after string, n int, since int64) (ips []IP, last string) {
	for r := range s.Reservations(after) {
		if n--; n < 0 {
			return dst, after
		}
		after = r.ID
		if r.IP != 0 && s.roll.byIP[r.IP] == r && s.plan.PoolOf(r.IP) == nil && s.unleased(r.IP, since) {
			dst = append(dst, r.IP)
		}
	}
	return dst, ""
}

func (s *State) unleased(ip IP, since int64) bool {
	l := s.Lease(ip)
	return (l == nil || l.Revision == 1 && l.Started >= since) && s.manages(ip)
}
