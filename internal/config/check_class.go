package config

// checkClasses finds classes that cannot be told apart, and names that are not those of a class.
func (r *roll) checkClasses(classes []Class) {
	first := map[string]Class{}
	var names []string
	for i, c := range classes {
		if at, dup := first[c.Name]; dup {
			r.doc.addAt(c.Pos, "choose another name", "class %s is given twice, first on line %d", c.Name, at.Pos.Line)
			continue
		}
		if i == maxClasses {
			r.doc.addAt(c.Pos, "put several into one: a list in match is any of them", "this is class number %d; %d is the most", i+1, maxClasses)
		}
		first[c.Name] = c
		names = append(names, c.Name)
	}
	for _, use := range r.doc.classUses {
		c, known := first[use.name]
		switch {
		case known && c.Drop && use.guards:
			r.doc.addAt(use.pos, "remove it; members of the class are not answered anywhere", "class %s drops its members (line %d), so nobody would be served here",
				c.Name, c.Pos.Line)
		case known || r.classless:
		default:
			if s := Nearest(use.name, names); s != "" {
				r.doc.addAt(use.pos, "", "unknown class %q; did you mean %q?", use.name, s)
			} else {
				r.doc.addAt(use.pos, "name one of leased.classes", "unknown class %q", use.name)
			}
		}
	}
}
