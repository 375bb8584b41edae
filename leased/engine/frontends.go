package engine

import "slices"

// AddFrontend notes the addresses of a frontend: they are its server identifiers, and never given to clients. RemoveFrontend
// takes them back; it must be called with the very Frontend that was added.
func (s *State) AddFrontend(f *Frontend) {
	s.frontends = append(s.frontends, f)
	for _, l := range f.Links {
		for _, ip := range l.IPs {
			if s.servers[ip]++; s.servers[ip] == 1 {
				s.use(ip, isOurs)
			}
		}
	}
}

// RemoveFrontend forgets a frontend that left.
func (s *State) RemoveFrontend(f *Frontend) {
	s.frontends = slices.DeleteFunc(s.frontends, func(have *Frontend) bool { return have == f })
	for _, l := range f.Links {
		for _, ip := range l.IPs {
			if s.servers[ip]--; s.servers[ip] <= 0 {
				delete(s.servers, ip)
				if !s.plan.serverIDs[ip] {
					s.unuse(ip, isOurs)
				}
			}
		}
	}
}

// Links returns the links of the frontends that are connected.
func (s *State) Links() []*Link {
	var ls []*Link
	for _, f := range s.frontends {
		ls = append(ls, f.Links...)
	}
	return ls
}

// Serves reports whether a client on the link itself would find a subnet.
func (s *State) Serves(l *Link) bool {
	c := decider{s: s, q: &Query{Link: l}}
	return c.chooseNetwork() == ""
}
