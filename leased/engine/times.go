package engine

// Times say how long leases last (RFC 2131 §3.3, §4.3.1, §4.4.5).
type Times struct {
	// Time is the length of a lease in seconds, or Infinite; Min and Max bound what a client may ask for (option 51).
	// Min ≤ Time ≤ Max.
	Time, Min, Max uint32
	// T1 and T2 are when a client begins to renew and to rebind.
	T1, T2 Point
	// TellT1 and TellT2: tell them to every client, and not just to one that asks for them. Without them a client takes 50 % and
	// 87.5 %.
	TellT1, TellT2 bool
	// Affinity is how long in seconds an address that became free is kept for its last holder as long as others are free.
	Affinity int64
	// Reuse is the share of a lease's time, in units of 1/10000, within which a renewal needs no write: it is answered with the
	// time that is left. 0 for never.
	Reuse int64
	// Scarce is the share of a pool's addresses, in units of 1/10000, below which new leases last Min. 0 for never.
	Scarce int64
	// From is the level that Time is said at, as in Option.From.
	From string
}

// Point is a moment in the life of a lease.
type Point struct {
	// Share of the lease time in units of 1/10000; 0: Seconds counts.
	Share uint32
	// Seconds after the start.
	Seconds uint32
}

// of returns the moment in seconds after the start of a lease. ok is false when it is not before its end.
func (p Point) of(lease uint32) (at uint32, ok bool) {
	at = p.Seconds
	if p.Share != 0 {
		at = uint32(max(uint64(lease)*uint64(p.Share)/10000, 1))
	}
	return at, lease != Infinite && at < lease
}

// grant returns the length of a lease for a client that asks for wish seconds; 0 for one that does not ask.
func (t *Times) grant(wish uint32) uint32 {
	if wish == 0 {
		return t.Time
	}
	return min(max(wish, t.Min), t.Max)
}
