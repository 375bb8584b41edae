package config

// checkNetworks finds details that are given twice, and those of networks that no subnet is in.
func (r *roll) checkNetworks() {
	var used []string
	in := map[string]bool{}
	for _, s := range r.subnets {
		if !in[s.SharedNetwork] {
			in[s.SharedNetwork] = true
			used = append(used, s.SharedNetwork)
		}
	}
	first := map[string]Pos{}
	for _, n := range r.networks {
		if at, dup := first[n.Name]; dup {
			r.doc.addAt(n.Pos, "put both together", "shared network %s is given twice, first on line %d", n.Name, at.Line)
			continue
		}
		first[n.Name] = n.Pos
		if in[n.Name] || r.nameless {
			continue
		}
		if s := Nearest(n.Name, used); s != "" {
			r.doc.addAt(n.Pos, "", "no subnet is in shared network %q; did you mean %q?", n.Name, s)
		} else {
			r.doc.addAt(n.Pos, "write shared_network: "+n.Name+" in its subnets, or remove it", "no subnet is in shared network %q", n.Name)
		}
	}
}
