package store

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"rollcall/leased/engine"
)

// tail is what is durable in the journal and not, or not yet surely, in the database: the part in use, and the closed one while
// the checkpoint writes it. What is in both is newer in the part in use.
//
// Who reads looks here first and then at the database, in a transaction begun afterwards: a part leaves only after the
// database has all of it, so a record is found in one of them. The other way round it could slip through between the two.
type tail struct {
	mu             sync.RWMutex
	active, closed *part
}

func newTail() *tail { return &tail{active: newPart()} }

// add takes a durable group.
func (t *tail) add(group []byte, number uint64, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.active.add(group, number, now)
}

// close makes the part in use the closed one, of which there must be none.
func (t *tail) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed, t.active = t.active, newPart()
}

// closedPart returns the closed part; nil if there is none. The committer makes one and the checkpointer lets go of it.
func (t *tail) closedPart() *part {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.closed
}

// drop lets go of the closed part. The database must have all of it.
func (t *tail) drop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = nil
}

// octets returns what is not in the database yet.
func (t *tail) octets() (n int64) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n = t.active.octets
	if t.closed != nil {
		n += t.closed.octets
	}
	return n
}

// lease returns the newest record of an address, or nil.
func (t *tail) lease(ip engine.IP) []byte {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if at, ok := t.active.leases[ip]; ok {
		return t.active.value(at)
	}
	if t.closed != nil {
		if at, ok := t.closed.leases[ip]; ok {
			return t.closed.value(at)
		}
	}
	return nil
}

// addresses returns the lowest of the leases here from first to last, in order, at most limit.
func (t *tail) addresses(first, last engine.IP, limit int) (found []engine.IP) {
	t.mu.RLock()
	lists := [][]engine.IP{t.active.addresses}
	if t.closed != nil {
		lists = append(lists, t.closed.addresses)
	}
	t.mu.RUnlock()
	lowest := func() {
		slices.Sort(found)
		if found = slices.Compact(found); len(found) >= limit {
			found = found[:limit]
			last = found[limit-1] // nothing greater is wanted any more
		}
	}
	for _, list := range lists { // what is added meanwhile goes behind its end
		for _, ip := range list {
			if ip < first || ip > last {
				continue
			}
			if found = append(found, ip); len(found) == 2*limit {
				lowest()
			}
		}
	}
	lowest()
	return found
}

// records are the values of events in a row, oldest first.
type records struct {
	first  uint64
	groups [][]byte
	places []place
}

// event decodes one of them.
func (r *records) event(i int) (*engine.Event, error) {
	at := r.places[i]
	e, err := decodeEvent(appendSequence(nil, r.first+uint64(i)), r.groups[at.group][at.at:at.at+at.length])
	if err != nil {
		return nil, fmt.Errorf("read event %d of the journal: %w", r.first+uint64(i), err)
	}
	return e, nil
}

// events returns the events here from number first on, one piece for each part, oldest first. They stay readable while parts
// come and go.
func (t *tail) events(first uint64) (pieces []records) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, p := range []*part{t.closed, t.active} {
		if p == nil || len(p.events) == 0 {
			continue
		}
		if skip := max(first, p.first) - p.first; skip < uint64(len(p.events)) {
			pieces = append(pieces, records{p.first + skip, p.groups, p.events[skip:]})
		}
	}
	return pieces
}
