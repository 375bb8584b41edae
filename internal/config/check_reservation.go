package config

import "net/netip"

// checkReservations holds every reservation against its subnet and against those before it.
func (r *roll) checkReservations() {
	byRef := map[string]placedSubnet{}
	var refs []string
	for _, s := range r.subnets {
		if _, dup := byRef[s.Ref()]; !dup {
			byRef[s.Ref()] = s
			refs = append(refs, s.Ref())
		}
	}
	type place struct {
		network string
		kind    IdentifierKind
		value   string
	}
	machines, addresses := make(map[place]*placedReservation, len(r.reservations)), make(map[netip.Addr]*placedReservation, len(r.reservations))
	for i := range r.reservations {
		v := &r.reservations[i]
		if first, dup := addresses[v.Address]; dup && v.Address.IsValid() {
			r.doc.addAt(v.addressPos, "choose another address", "address %s is already reserved (line %d)", v.Address, first.addressPos.Line)
		} else {
			addresses[v.Address] = v
		}
		subnet, known := byRef[v.Subnet]
		if !known {
			r.checkUnknownSubnet(v, refs)
			continue
		}
		id := place{subnet.SharedNetwork, v.Identifier.Kind, string(v.Identifier.Value)}
		if first, dup := machines[id]; dup && id.value != "" {
			r.doc.addAt(v.Pos, "remove one of them, or put their subnets into different shared networks",
				"%s %s already has a reservation in shared network %s (line %d)", v.Identifier.Kind, v.text, subnet.SharedNetwork, first.Pos.Line)
		} else {
			machines[id] = v
		}
		r.checkAddress(v, subnet)
	}
}

func (r *roll) checkUnknownSubnet(v *placedReservation, refs []string) {
	switch s := Nearest(v.Subnet, refs); {
	case v.Subnet == "" || r.nameless: // already an error of its own
	case s != "":
		r.doc.addAt(v.subnetPos, "", "unknown subnet %q; did you mean %q?", v.Subnet, s)
	default:
		hint := "name one of leased.subnets"
		if at, ok := r.subnetOf(v.Address); ok {
			hint = v.Address.String() + " is in subnet " + at.Ref()
		}
		r.doc.addAt(v.subnetPos, hint, "unknown subnet %q", v.Subnet)
	}
}

func (r *roll) checkAddress(v *placedReservation, s placedSubnet) {
	if !v.Address.IsValid() || !s.Prefix.IsValid() {
		return
	}
	first, last := hosts(s.Prefix)
	choose := "choose an address from " + first.String() + " to " + last.String()
	switch {
	case !s.Prefix.Contains(v.Address):
		if other, ok := r.subnetOf(v.Address); ok {
			choose += ", or write subnet: " + other.Ref()
		}
		r.doc.addAt(v.addressPos, choose, "address %s is not in subnet %s %s (line %d)", v.Address, s.Ref(), s.Prefix, s.prefixPos.Line)
	case v.Address.Less(first):
		r.doc.addAt(v.addressPos, choose, "%s is the network address of subnet %s %s (line %d)", v.Address, s.Ref(), s.Prefix, s.prefixPos.Line)
	case last.Less(v.Address):
		r.doc.addAt(v.addressPos, choose, "%s is the broadcast address of subnet %s %s (line %d)", v.Address, s.Ref(), s.Prefix, s.prefixPos.Line)
	}
}
