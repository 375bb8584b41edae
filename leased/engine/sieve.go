package engine

// guard returns the set of the named classes. guarded is false for no names, which let everyone in.
func (p *Plan) guard(names []string) (set bitmap, guarded bool) {
	for _, name := range names {
		if i, ok := p.classIndex[name]; ok {
			set.set(i)
		}
	}
	return set, len(names) > 0
}

// sieve finds the few classes worth a closer look: nearly all are about how some text of the client begins.
type sieve struct {
	// always are the classes that no first octet tells anything about.
	always bitmap
	// by are the others, by source and the octet that it begins with.
	by [MatchRemoteID + 1]*[256]bitmap
}

// sortClasses numbers the classes and fills the sieve.
func (p *Plan) sortClasses() {
	p.classIndex = make(map[string]uint8, len(p.Classes))
	for i, cl := range p.Classes {
		cl.index = uint8(i)
		p.classIndex[cl.Name] = cl.index
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
			c, _ := g.begins()
			s.by[cond.Source][c].set(cl.index)
		}
		return
	}
	s.always.set(cl.index)
}

// literal reports whether every match of the condition begins with one of some known octets.
func (cond *Condition) literal() bool {
	for _, g := range cond.Globs {
		if _, ok := g.begins(); !ok {
			return false
		}
	}
	return cond.Source != MatchUserClass // any of several texts
}
