package engine

import (
	"math"
	"time"

	"rollcall/internal/event"
)

// expiryHeap has, the next one first, the leases that end by themselves, each once. A renewal does not touch it: when its turn comes and
// the lease runs longer by now, it goes back with the new time. Each record knows its place, 1 being the first.
type expiryHeap struct {
	items   []expiryItem
	records *records
}

// expiryItem is 8 octets, which is all that a comparison looks at.
type expiryItem struct {
	at uint32 // unix seconds
	no int32
}

// heapWidth is how many items are below one: four lie in one line of the processor's cache, and halve the depth.
const heapWidth = 4

// put notes that the lease of a record is to be looked at at a time, or earlier if that is noted already.
func (h *expiryHeap) put(no int32, at int64) {
	item := expiryItem{at: uint32(min(max(at, 0), math.MaxUint32)), no: no}
	place := int(h.records.at(no).filed) - 1
	switch {
	case place < 0:
		h.items = append(h.items, item)
		place = len(h.items) - 1
	case h.items[place].at <= item.at:
		return
	}
	h.up(place, item)
}

// drop forgets a record, if it is there.
func (h *expiryHeap) drop(no int32) {
	place := int(h.records.at(no).filed) - 1
	if place < 0 {
		return
	}
	h.records.at(no).filed = 0
	last := len(h.items) - 1
	item := h.items[last]
	h.items = h.items[:last]
	if place == last {
		return
	}
	h.down(place, item)
	h.up(int(h.records.at(item.no).filed)-1, item)
}

func (h *expiryHeap) set(place int, item expiryItem) {
	h.items[place] = item
	h.records.at(item.no).filed = int32(place + 1)
}

// up and down put an item where it belongs, above or below a place that is free.
func (h *expiryHeap) up(place int, item expiryItem) {
	for place > 0 {
		above := (place - 1) / heapWidth
		if h.items[above].at <= item.at {
			break
		}
		h.set(place, h.items[above])
		place = above
	}
	h.set(place, item)
}

func (h *expiryHeap) down(place int, item expiryItem) {
	for {
		first := place*heapWidth + 1
		if first >= len(h.items) {
			break
		}
		least := first
		for i := first + 1; i < min(first+heapWidth, len(h.items)); i++ {
			if h.items[i].at < h.items[least].at {
				least = i
			}
		}
		if h.items[least].at >= item.at {
			break
		}
		h.set(place, h.items[least])
		place = least
	}
	h.set(place, item)
}

// fill puts all leases that end by themselves into the heap, which must be empty.
func (h *expiryHeap) fill() {
	h.items = make([]expiryItem, 0, h.records.len())
	for no, r := range h.records.all {
		if at := h.records.expires(r); at != Never && (r.state == Active || r.state == Declined) {
			h.put(no, at)
		}
	}
}

// schedule makes sure that the lease is looked at when it ends.
func (s *State) schedule(no int32) {
	if at := s.records.expires(s.records.at(no)); at != Never {
		s.expiry.put(no, at)
	}
}

// Expire ends what has ended by now: leases and quarantines, offers, and the time for which addresses are kept; at most max of each in
// one call. It returns what is to be committed and whether more is waiting.
func (s *State) Expire(now time.Time, max int) (c Commit, more bool) {
	var r Room
	more = r.Expire(s, now, max)
	return r.Commit, more
}

// Expire is State.Expire, with what is to be committed added to the Commit of the Room.
func (r *Room) Expire(s *State, now time.Time, max int) (more bool) {
	sec := now.Unix()
	s.clients.turn(now)
	more = s.offers.expire(s, sec, max)
	more = s.endAffinity(sec, max) || more
	for range max {
		if len(s.expiry.items) == 0 || int64(s.expiry.items[0].at) > sec {
			return more
		}
		no := s.expiry.items[0].no
		s.expiry.drop(no)
		r.expireOne(s, no, now)
	}
	return true
}

func (r *Room) expireOne(s *State, no int32, now time.Time) {
	have := s.records.at(no)
	if have.state != Active && have.state != Declined {
		return
	}
	if s.records.expires(have) > now.Unix() {
		s.schedule(no)
		return
	}
	var e entry
	s.records.read(no, &e)
	l := r.lease(&e.Lease)
	l.Revision++
	if l.State == Active {
		l.State = Expired
		r.Events = append(r.Events, r.expired(l, now))
	} else {
		l.State = Released
	}
	r.Leases = append(r.Leases, l)
	s.put(l, 0)
}

// expired returns the event that tells of the end of a lease, whose octets it shares.
func (r *Room) expired(l *Lease, now time.Time) *Event {
	n := r.note()
	n.machine = l.holder()
	n.Event = Event{
		Time: now.UnixMicro(), Kind: event.LeaseExpired, Machine: &n.machine, Subnet: l.Subnet, IP: l.IP, Expires: l.Expires,
		Reservation: l.Reservation,
	}
	return &n.Event
}

// holder returns the holder of a lease, for events.
func (l *Lease) holder() Machine {
	circuitID, remoteID := l.RelayIDs()
	return Machine{
		HW: l.HW, ClientID: l.ClientID, Hostname: l.Hostname, VendorClass: l.VendorClass, Giaddr: l.Giaddr,
		CircuitID: circuitID, RemoteID: remoteID,
	}
}

// Shift moves every moment in the state by d, after a step of the wall clock by as much: what had a minute left still has a
// minute left. It returns the leases to be committed.
func (s *State) Shift(d time.Duration) []*Lease {
	by := int64(d / time.Second)
	var ls []*Lease
	for no, r := range s.records.all {
		if r.state != Active && r.state != Declined || s.records.expires(r) == Never {
			continue
		}
		e := new(entry)
		s.records.read(no, e)
		e.Revision++
		e.Started += by
		e.CLTT += by
		e.Expires += by
		s.records.write(no, &e.Lease, e.last)
		ls = append(ls, &e.Lease)
	}
	for i := range s.expiry.items {
		item := &s.expiry.items[i]
		item.at = uint32(min(max(int64(item.at)+by, 0), math.MaxUint32))
	}
	s.offers.shift(by)
	s.clients.shift(d)
	s.boots.shift(d)
	for _, l := range s.pools {
		for i, at := range l.checked {
			if at != 0 {
				l.checked[i] = uint32(int64(at) + by)
			}
		}
	}
	return ls
}
