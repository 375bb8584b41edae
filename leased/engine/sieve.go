package engine

import "slices"

// guard returns the set of the named classes. guarded is false for no names, which let everyone in.
func (p *Plan) guard(names []string) (set bitmap, guarded bool) {
	for _, name := range names {
		if i, ok := p.classIndex[name]; ok {
			set.set(i)
		}
	}
	return set, len(names) > 0
}

// prepare makes the comparison of hardware addresses cheap: nearly all patterns are of whole octets, and need no text.
func (cond *Condition) prepare() {
	if cond.Source != MatchHardware {
		return
	}
	for _, g := range cond.Globs {
		if octets, ok := g.ofOctets(); ok {
			cond.octets = append(cond.octets, octets)
		} else {
			cond.texts = append(cond.texts, g)
		}
	}
}

// sieve finds the few classes worth a closer look: nearly all are about how some text of the client begins.
type sieve struct {
	// always are the classes that no first octet tells anything about.
	always bitmap
	// by are the others, by source and the octet that it begins with.
	by [MatchRemoteID + 1]*[256]bitmap
	// given are more of the others: those that are about what only some clients send.
	given []given
}

// given are the classes that have no members among the clients without something.
type given struct {
	source  Source
	classes bitmap
}

// sortClasses numbers the classes and fills the sieve.
func (p *Plan) sortClasses() {
	p.classIndex = make(map[string]uint8, len(p.Classes))
	for i, cl := range p.Classes {
		cl.index = uint8(i)
		p.classIndex[cl.Name] = cl.index
		for i := range cl.Match {
			cl.Match[i].prepare()
		}
		p.sieve.add(cl)
	}
}

func (s *sieve) add(cl *Class) {
	if len(cl.Match) == 0 {
		return // by reservation only
	}
	for i := range cl.Match {
		cond := &cl.Match[i]
		if int(cond.Source) >= len(s.by) || !cond.literal() {
			continue
		}
		if s.by[cond.Source] == nil {
			s.by[cond.Source] = new([256]bitmap)
		}
		for _, g := range cond.Globs {
			c, _ := cond.begins(g)
			s.by[cond.Source][c].set(cl.index)
		}
		return
	}
	for i := range cl.Match {
		switch source := cl.Match[i].Source; source {
		case MatchUserClass, MatchArch, MatchRelay:
			s.addGiven(source, cl.index)
			return
		}
	}
	s.always.set(cl.index)
}

func (s *sieve) addGiven(source Source, class uint8) {
	i := slices.IndexFunc(s.given, func(g given) bool { return g.source == source })
	if i < 0 {
		i = len(s.given)
		s.given = append(s.given, given{source: source})
	}
	s.given[i].classes.set(class)
}

// begins returns the octet that everything begins with which a pattern of the condition matches; ok is false if there is none.
func (cond *Condition) begins(g Glob) (c uint8, ok bool) {
	if cond.Source != MatchHardware {
		return g.begins()
	}
	return g.hexPair()
}

// literal reports whether every match of the condition begins with one of some known octets.
func (cond *Condition) literal() bool {
	for _, g := range cond.Globs {
		if _, ok := cond.begins(g); !ok {
			return false
		}
	}
	return cond.Source != MatchUserClass // any of several texts
}
