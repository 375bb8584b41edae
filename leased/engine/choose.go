package engine

// asksUs reports whether the message asks something of this server, so that it matters to its sender what the policy says: it gives
// nothing back, and does not tell that the client chose another server.
func (c *decider) asksUs() bool {
	switch c.q.Type {
	case Discover, Inform, BOOTRequest:
		return true
	case Request:
		return !c.q.hasServerID || c.q.bootPort() != dhcpPort || c.chosen() == ""
	}
	return false
}

// candidates are the reservations that match a client, the one that counts by itself first. There is at most one by each kind of
// identifier.
type candidates [identifierKinds]*Reservation

// chooseReservation finds the reservation of the client where several may match it. It returns StageChoose where the policy must be
// heard; by itself the first one counts.
func (c *decider) chooseReservation() (ask Stages) {
	var all candidates
	n := c.candidates(&all)
	if n == 0 {
		return 0
	}
	c.res = all[0]
	if n == 1 {
		return 0
	}
	v := c.q.Verdict
	switch heard := v != nil && v.Heard.Has(StageChoose); {
	case heard && v.Choice == "":
	case heard:
		for _, r := range all[:n] {
			if r.ID == v.Choice {
				c.res = r
				return 0
			}
		}
		c.unfit = "reservation " + v.Choice + ", which was chosen, does not match any more"
	case c.asksUs():
		return StageChoose
	case c.q.Type == Release || c.q.Type == Decline: // the address says which one it is about
		for _, r := range all[:n] {
			if r.IP != 0 && (r.IP == c.q.CIAddr || r.IP == c.q.requested) {
				c.res = r
				return 0
			}
		}
	}
	return 0
}

// candidates finds all reservations that match the client, and returns how many they are. What it finds depends on c.res, which must be
// nil.
func (c *decider) candidates(all *candidates) (n int) {
	q, kinds := c.q, &c.s.roll.byMachine[c.network.index]
	found := func(r *Reservation) {
		if r != nil {
			all[n] = r
			n++
		}
	}
	if q.HW.Type == 1 {
		found(kinds[ByHardware][string(q.HW.Octets[:q.HW.Len])])
	}
	if len(q.clientID) > 0 {
		found(kinds[ByClientID][string(q.clientID)])
		found(kinds[ByDUID][string(duid(q.clientID))])
	}
	ids, relayed := q.relay, q.relayed()
	if !relayed {
		ids, relayed = c.relayBefore()
	}
	if relayed {
		if len(ids.circuitID) > 0 {
			found(kinds[ByCircuitID][string(ids.circuitID)])
		}
		if len(ids.remoteID) > 0 {
			found(kinds[ByRemoteID][string(ids.remoteID)])
		}
	}
	return n
}
