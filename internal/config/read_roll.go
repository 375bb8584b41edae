package config

import "slices"

// roll is the networks, classes and machines of a file with the places that the checks between them name.
type roll struct {
	doc *document
	// nameless is whether a subnet lacks its name, so that reservations seem to name a subnet that is not there; classless is
	// the same of classes.
	nameless, classless bool
	networks            []SharedNetwork
	subnets             []placedSubnet
	reservations        []placedReservation
}

// readRoll reads the keys of the section that refer to each other.
func readRoll(m *mapping, l *Leased) {
	r := roll{doc: m.doc}
	for _, item := range m.get("classes").items() {
		if c, ok := readClass(item); ok {
			l.Classes = append(l.Classes, c)
		} else {
			r.classless = true
		}
	}
	inherited := map[string]LeaseTimes{}
	for _, item := range m.get("shared_networks").items() {
		if n, ok := readNetwork(item, l.Lease); ok {
			r.networks = append(r.networks, n)
			inherited[n.Name] = n.Lease
		}
	}
	outer := func(network string) LeaseTimes {
		if t, ok := inherited[network]; ok {
			return t
		}
		return l.Lease
	}
	for _, item := range m.get("subnets").items() {
		if s, ok := readSubnet(item, outer); ok {
			r.subnets = append(r.subnets, s)
		} else {
			r.nameless = true
		}
	}
	reservations := m.get("reservations").items()
	r.reservations = make([]placedReservation, 0, len(reservations))
	for _, item := range reservations {
		r.reservations = append(r.reservations, readReservation(item))
	}
	r.checkClasses(l.Classes)
	r.checkNetworks()
	r.checkNames()
	r.checkPrefixes()
	r.checkPools()
	r.checkPoolNames()
	r.checkReservations()
	l.SharedNetworks = r.networks
	for _, s := range r.subnets {
		l.Subnets = append(l.Subnets, s.Subnet)
	}
	l.Reservations = slices.Grow(l.Reservations, len(r.reservations))
	for i := range r.reservations {
		l.Reservations = append(l.Reservations, r.reservations[i].Reservation)
	}
	r.checkBoot(l)
}
