package store

// interner makes equal strings one string: a million leases name a handful of subnets.
type interner struct{ seen map[string]string }

// intern returns a string equal to s, the same one each time. A nil interner returns s.
func (n *interner) intern(s string) string {
	if n == nil || s == "" {
		return s
	}
	if t, ok := n.seen[s]; ok {
		return t
	}
	if n.seen == nil {
		n.seen = map[string]string{}
	}
	n.seen[s] = s
	return s
}
