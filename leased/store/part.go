package store

import (
	"fmt"
	"time"

	"rollcall/leased/engine"
)

// part is what one segment of the journal holds beyond the database, in memory: the groups as they were written, and where in
// them the newest record of each key is. It has no pointers but those to the groups, however many records there are, so the
// garbage collector passes it by.
//
// The committer adds to the part in use, under the lock of the tail. A closed part does not change.
type part struct {
	groups [][]byte
	// last is the number of the newest group, octets what they take together.
	last   uint64
	octets int64
	// since is when the first group came, touched when the last one did.
	since, touched time.Time

	leases map[engine.IP]place
	// addresses are the keys of leases in the order in which they came.
	addresses []engine.IP
	// roll has the reservations that changed; a place without a group stands for one that was deleted.
	roll map[uint64]place
	// boots has the machines whose boots changed, in the same way.
	boots map[bootKey]place
	// events are those from number first on, without a gap.
	first  uint64
	events []place
}

// place is where a value is: in which group, where, and how long.
type place struct{ group, at, length uint32 }

// deleted is the place of a record that is there no more.
var deleted = place{group: ^uint32(0)}

func newPart() *part {
	return &part{leases: map[engine.IP]place{}, roll: map[uint64]place{}, boots: map[bootKey]place{}}
}

// value returns the record at a place.
func (p *part) value(at place) []byte {
	return p.groups[at.group][at.at : at.at+at.length : at.at+at.length]
}

// empty reports whether nothing was added.
func (p *part) empty() bool { return len(p.groups) == 0 }

// records returns how many records there are to write.
func (p *part) records() int { return len(p.addresses) + len(p.roll) + len(p.boots) + len(p.events) }

// add takes a durable group, whose memory belongs to the part from now on.
func (p *part) add(group []byte, number uint64, now time.Time) error {
	index := uint32(len(p.groups))
	p.groups = append(p.groups, group)
	p.last, p.octets, p.touched = number, p.octets+int64(len(group)), now
	if index == 0 {
		p.since = now
	}
	for next := 0; next < len(group); {
		var e entry
		var err error
		if e, next, err = readEntry(group, next); err != nil {
			return fmt.Errorf("group %d: %w", number, err)
		}
		at := place{index, uint32(e.at), uint32(len(e.value))}
		switch e.kind {
		case entryLease:
			ip := engine.IP(e.key)
			if _, known := p.leases[ip]; !known {
				p.addresses = append(p.addresses, ip)
			}
			p.leases[ip] = at
		case entryReservation:
			p.roll[e.key] = at
		case entryDeleted:
			p.roll[e.key] = deleted
		case entryBoot:
			if at.length == 0 {
				at = deleted
			}
			p.boots[e.boot] = at
		case entryEvent:
			if len(p.events) == 0 {
				p.first = e.key
			}
			if e.key != p.first+uint64(len(p.events)) {
				return fmt.Errorf("group %d: %w: event %d after %d", number, errEntry, e.key, p.first+uint64(len(p.events))-1)
			}
			p.events = append(p.events, at)
		}
	}
	return nil
}
