package engine

import "bytes"

// limited says why a client may have no more addresses from pools than it has, "" if it may. What it has in this network does not
// count: that ends with the grant.
func (c *decider) limited() Reason {
	plan := c.s.plan
	var left IP
	if c.have != nil && c.have.Holds(c.sec) {
		left = c.have.IP
	}
	if plan.LeasesPerClient > 0 && !c.q.HW.IsZero() { // else by what is no address of anybody, as on InfiniBand
		n := 0
		s := c.s
		for no := s.index.ofHW(c.q.HW); no != 0 && n < plan.LeasesPerClient; no = s.index.byHW.behind(no) {
			var e entry
			if s.records.read(no, &e); e.IP != left && e.Holds(c.sec) && e.Reservation == "" && !e.FoundByARP {
				n++
			}
		}
		if n >= plan.LeasesPerClient {
			return ClientLimit
		}
	}
	if plan.LeasesPerCircuit > 0 && c.q.relayed() {
		var room, other [circuitRoom]byte
		line := appendCircuit(room[:0], c.q.GIAddr, &c.q.relay)
		n := c.s.circuits[string(line)]
		if h := c.have; h != nil && h.State == Active && len(line) > 0 && bytes.Equal(appendLine(other[:0], &h.Lease), line) {
			n-- // counted also when it ran out, until Expire comes to it
		}
		if n >= plan.LeasesPerCircuit {
			return CircuitLimit
		}
	}
	return ""
}

// lineOf names the line that a lease from a pool counts to, "" for none.
func lineOf(l *Lease) string { return string(appendLine(nil, l)) }

func appendLine(b []byte, l *Lease) []byte {
	info := l.relaySaid()
	if len(info) == 0 || l.Reservation != "" {
		return b
	}
	ids := relayIDsOf(info)
	return appendCircuit(b, l.Giaddr, &ids)
}

// circuitRoom is what the name of nearly every line fits in.
const circuitRoom = 96

// appendCircuit names the line of a client, for counting: what its relay calls it, and the relay. It appends nothing for a line that
// has no name.
func appendCircuit(b []byte, giaddr IP, ids *relayIDs) []byte {
	if len(ids.circuitID) == 0 {
		return b
	}
	b = append(appendIP(b, giaddr), byte(len(ids.circuitID)))
	b = append(b, ids.circuitID...)
	return append(b, ids.remoteID...)
}

// countCircuit counts a lease from a pool to its line, or takes it back.
func (s *State) countCircuit(no int32, by int) {
	if s.plan.LeasesPerCircuit == 0 {
		return
	}
	var e entry
	s.records.read(no, &e)
	line := lineOf(&e.Lease)
	if line == "" {
		return
	}
	if s.circuits[line] += by; s.circuits[line] == 0 {
		delete(s.circuits, line)
	}
}
