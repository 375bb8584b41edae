package engine

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"rollcall/internal/option"
)

// classify finds the classes of the client. It returns the first one whose members get no answer, or nil.
func (c *decider) classify() (drop *Class) {
	plan := c.s.plan
	if len(plan.Classes) == 0 {
		return nil
	}
	candidates := plan.sieve.always
	for source, table := range plan.sieve.by {
		if table == nil {
			continue
		}
		if first, ok := c.firstOctet(Source(source)); ok {
			candidates.or(&table[first])
		}
	}
	for i := range plan.sieve.given {
		if g := &plan.sieve.given[i]; c.sends(g.source) {
			candidates.or(&g.classes)
		}
	}
	for w, word := range candidates {
		for ; word != 0; word &= word - 1 {
			if cl := plan.Classes[w<<6+bits.TrailingZeros64(word)]; c.meets(cl) {
				c.classes.set(cl.index)
			}
		}
	}
	if c.res != nil && c.res.Details != nil {
		for _, name := range c.res.Details.Classes {
			if i, ok := plan.classIndex[name]; ok {
				c.classes.set(i)
			}
		}
	}
	for w, word := range c.classes {
		for ; word != 0; word &= word - 1 {
			cl := plan.Classes[w<<6+bits.TrailingZeros64(word)]
			if cl.Drop {
				return cl
			}
			if len(cl.Options.list) > 0 {
				c.over.add(&cl.Options)
			}
			c.levels.add(cl.Boot)
		}
	}
	return nil
}

func (c *decider) meets(cl *Class) bool {
	for i := range cl.Match {
		if !c.holds(&cl.Match[i]) {
			return false
		}
	}
	return true
}

func (c *decider) holds(cond *Condition) bool {
	q := c.q
	switch cond.Source {
	case MatchKnown:
		return c.known() == cond.Known
	case MatchRelay:
		return q.relayed() && slices.ContainsFunc(cond.Ranges, func(r Range) bool { return r.Contains(q.GIAddr) })
	case MatchArch:
		return holdsArch(q.boot.Arch, cond.Numbers)
	case MatchRequested:
		for _, code := range cond.Codes {
			if !c.asks(code) {
				return false
			}
		}
		return true
	case MatchOption:
		v, ok := q.Options.Get(cond.Def.Code)
		switch {
		case !ok:
			return false
		case len(cond.Globs)+len(cond.Words) == 0 || matchAny(cond.Globs, v):
			return true
		}
		return len(cond.Words) > 0 && matchAny(cond.Words, []byte(cond.Def.Text(v)))
	case MatchUserClass:
		for text := range option.UserClasses(q.boot.UserClass) {
			if matchAny(cond.Globs, text) {
				return true
			}
		}
		return false
	case MatchHardware:
		if matchAny(cond.octets, q.HW.Octets[:q.HW.Len]) {
			return true
		}
		var text [3 * len(q.HW.Octets)]byte
		return len(cond.texts) > 0 && matchAny(cond.texts, q.HW.appendText(text[:0]))
	case MatchLink:
		var name [nameRoom]byte
		return matchAny(cond.Globs, appendLink(name[:0], q.Link.Name, q.VLAN))
	}
	v := c.octets(cond.Source)
	return len(v) > 0 && matchAny(cond.Globs, v)
}

// octets returns what a condition compares as it came; nil if the client does not have it.
func (c *decider) octets(s Source) []byte {
	switch s {
	case MatchVendorClass:
		return c.q.boot.VendorClass
	case MatchClientID:
		return c.q.clientID
	case MatchDUID:
		return duid(c.q.clientID)
	case MatchCircuitID:
		return c.relay.circuitID
	case MatchRemoteID:
		return c.relay.remoteID
	case MatchSubscriberID:
		return c.relay.subscriberID
	}
	return nil
}

// sends reports whether the client has what the classes of a given are about.
func (c *decider) sends(s Source) bool {
	switch s {
	case MatchUserClass:
		return len(c.q.boot.UserClass) > 0
	case MatchArch:
		return len(c.q.boot.Arch) > 0
	case MatchRelay:
		return c.q.relayed()
	}
	return true
}

// firstOctet returns what the source of a sieve begins with.
func (c *decider) firstOctet(s Source) (first uint8, ok bool) {
	if s == MatchHardware {
		return c.q.HW.Octets[0], c.q.HW.Len > 0
	}
	v := c.octets(s)
	if len(v) == 0 {
		return 0, false
	}
	return v[0], true
}

func matchAny(globs []Glob, b []byte) bool {
	for _, g := range globs {
		if g.Match(b) {
			return true
		}
	}
	return false
}

// holdsArch reports whether one of the architectures that the client names (RFC 4578 §2.1: 2 octets each) is among the numbers.
func holdsArch(v []byte, numbers []uint16) bool {
	for ; len(v) >= 2; v = v[2:] {
		if slices.Contains(numbers, binary.BigEndian.Uint16(v)) {
			return true
		}
	}
	return false
}
