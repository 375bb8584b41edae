package store

// interner makes equal strings one string: a million leases name a handful of subnets.
type interner struct{ seen map[string]string }

// maxInterned bounds what is remembered: reservations are many, and each has one lease.
const maxInterned = 1024

// intern returns a string of b, the same one for equal octets while there are not too many. A nil interner makes one each time.
func (n *interner) intern(b []byte) string {
	if n == nil {
		return string(b)
	}
	if t, ok := n.seen[string(b)]; ok {
		return t
	}
	t := string(b)
	if n.seen == nil {
		n.seen = map[string]string{}
	}
	if len(n.seen) < maxInterned {
		n.seen[t] = t
	}
	return t
}
