package engine

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
