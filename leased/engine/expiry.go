package engine

import (
	"container/heap"
	"time"

	"rollcall/internal/event"
)

// expiryHeap holds one item for each lease that ends by itself. A renewal does not touch it: when the item comes up and the
// lease runs longer by now, the item goes back with the new time.
type expiryHeap struct{ entries []expiryItem }

type expiryItem struct {
	at int64
	e  *entry
}

func (h *expiryHeap) Len() int           { return len(h.entries) }
func (h *expiryHeap) Less(i, j int) bool { return h.entries[i].at < h.entries[j].at }
func (h *expiryHeap) Swap(i, j int)      { h.entries[i], h.entries[j] = h.entries[j], h.entries[i] }
func (h *expiryHeap) Push(x any)         { h.entries = append(h.entries, x.(expiryItem)) }
func (h *expiryHeap) Pop() any {
	last := len(h.entries) - 1
	x := h.entries[last]
	h.entries[last] = expiryItem{}
	h.entries = h.entries[:last]
	return x
}

// schedule makes sure that the lease is looked at when it ends. One that now ends earlier than its item says gets a second
// item; the first one is stale then and does nothing.
func (s *State) schedule(e *entry) {
	if e.Expires == Never || e.filedAt != 0 && e.filedAt <= e.Expires {
		return
	}
	e.filedAt = e.Expires
	heap.Push(&s.expiry, expiryItem{at: e.Expires, e: e})
}

// Expire ends what has ended by now: leases, quarantines and offers, at most max leases in one call. It returns what is to
// be committed and whether more is waiting.
func (s *State) Expire(now time.Time, max int) (c Commit, more bool) {
	s.offers.expire(s, now.Unix())
	s.clients.turn(now)
	s.endAffinity(now.Unix())
	for range max {
		if len(s.expiry.entries) == 0 || s.expiry.entries[0].at > now.Unix() {
			return c, false
		}
		item := heap.Pop(&s.expiry).(expiryItem)
		if item.at == item.e.filedAt {
			s.expireOne(&c, item.e, now)
		}
	}
	return c, true
}

func (s *State) expireOne(c *Commit, e *entry, now time.Time) {
	e.filedAt = 0
	if e.State != Active && e.State != Declined || s.leases[e.IP] != e {
		return
	}
	if e.Expires > now.Unix() {
		s.schedule(e)
		return
	}
	l := e.Lease
	l.Revision++
	if l.State == Active {
		l.State = Expired
		c.Events = append(c.Events, l.expired(now))
	} else {
		l.State = Released
	}
	c.Leases = append(c.Leases, &l)
	s.put(&l, 0)
}

func (l *Lease) expired(now time.Time) *Event {
	return &Event{
		Time: now.UnixMicro(), Kind: event.LeaseExpired, Machine: l.machine(), Subnet: l.Subnet, IP: l.IP, Expires: l.Expires,
		Reservation: l.Reservation,
	}
}

// machine returns the holder of a lease, for events.
func (l *Lease) machine() *Machine {
	circuitID, remoteID := l.RelayIDs()
	return &Machine{
		HW: l.HW, ClientID: l.ClientID, Hostname: l.Hostname, VendorClass: l.VendorClass, Giaddr: l.Giaddr,
		CircuitID: circuitID, RemoteID: remoteID,
	}
}

// Shift moves every moment in the state by d, after a step of the wall clock by as much: what had a minute left still has a
// minute left. It returns the leases to be committed.
func (s *State) Shift(d time.Duration) []*Lease {
	by := int64(d / time.Second)
	var ls []*Lease
	for _, e := range s.leases {
		if e.State != Active && e.State != Declined || e.Expires == Never {
			continue
		}
		l := e.Lease
		l.Revision++
		l.Started += by
		l.CLTT += by
		l.Expires += by
		e.Lease = l
		if e.filedAt != 0 {
			e.filedAt += by
		}
		ls = append(ls, &l)
	}
	for i := range s.expiry.entries {
		s.expiry.entries[i].at += by
	}
	s.offers.shift(by)
	s.clients.shift(d)
	for _, l := range s.pools {
		for i, at := range l.checked {
			if at != 0 {
				l.checked[i] = uint32(int64(at) + by)
			}
		}
	}
	return ls
}
