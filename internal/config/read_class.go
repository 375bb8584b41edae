package config

import "slices"

// maxClasses is the largest number of classes.
const maxClasses = 255

// readClass reports false when the class has no name to speak of it.
func readClass(v value) (Class, bool) {
	m := v.mapping()
	name, drop := m.get("name"), m.get("drop")
	c := Class{Pos: name.pos}
	if name.require("phones") {
		c.Name = read(name, "", parseName)
	}
	c.Match = readMatch(m.get("match"))
	c.Drop = drop.bool(false)
	c.Level = readLevel(m, false)
	if c.Drop {
		for _, key := range []string{"options", "boot"} {
			if e, ok := m.entries[key]; ok {
				v.doc.addAt(e.pos, "remove it, or drop: true", "members of class %s are not answered (line %d), so nothing is sent to them", c.Name, drop.pos.Line)
			}
		}
	}
	m.done()
	return c, c.Name != ""
}

// classUse is a place where a class is named.
type classUse struct {
	name string
	pos  Pos
	// guards is whether only its members are served there.
	guards bool
}

// readClassNames reads the names of classes and notes where they stand, for checkClasses.
func readClassNames(v value, guards bool) []string {
	var names []string
	for _, item := range v.items() {
		name := read(item, "", parseName)
		switch {
		case name == "":
		case slices.Contains(names, name):
			item.fail("remove one of them", "class %s is named twice", name)
		default:
			names = append(names, name)
			v.doc.classUses = append(v.doc.classUses, classUse{name, item.pos, guards})
		}
	}
	return names
}
