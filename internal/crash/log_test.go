package crash_test

import (
	"net/netip"
	"time"
)

// event is one of leased's log.
type event struct {
	sequence uint64
	kind     string
	client   string // empty where it is about no machine
	address  netip.Addr
	at       time.Time
	previous netip.Addr // that the machine had until then
}

// eventLog is the log as it was read so far, from its first event on.
type eventLog struct{ events []event }

// last returns the sequence number of the newest event that was read.
func (l *eventLog) last() uint64 { return uint64(len(l.events)) }

// merge takes in events that were read, in their order: new ones, and old ones read again. newest is what the log itself says its
// newest one is.
func (l *eventLog) merge(read []event, newest uint64) (fs []finding) {
	for _, e := range read {
		if e.sequence == 0 {
			fs = append(fs, found(gap, "an event without a number: %+v", e))
			continue
		}
		if at := e.sequence - 1; at < l.last() {
			if was := l.events[at]; was != e && was.sequence != 0 {
				fs = append(fs, found(rewritten, "event %d was %+v and is %+v", e.sequence, was, e))
			}
			l.events[at] = e
			continue
		}
		for next := l.last() + 1; next < e.sequence; next++ {
			fs = append(fs, found(gap, "event %d is not there, %d is", next, e.sequence))
			l.events = append(l.events, event{})
		}
		l.events = append(l.events, e)
	}
	if newest < l.last() {
		fs = append(fs, found(rewritten, "the newest event is %d, and %d was there", newest, l.last()))
	}
	return fs
}

// span is a time in which, by the log, a client held an address.
type span struct{ from, to time.Time } // to is zero while it lasts

// history is what the log says of who held what.
type history struct {
	spans   map[holding][]span
	holders map[netip.Addr]string // now
}

type holding struct {
	client  string
	address netip.Addr
}

// end ends what a client holds.
func (h history) end(what holding, at time.Time) {
	delete(h.holders, what.address)
	spans := h.spans[what]
	spans[len(spans)-1].to = at
}

// replay reads the log as a story, and looks for contradictions.
func (l *eventLog) replay() (h history, fs []finding) {
	h = history{map[holding][]span{}, map[netip.Addr]string{}}
	for _, e := range l.events {
		holder, held := h.holders[e.address]
		switch e.kind {
		case "lease.granted":
			if held {
				fs = append(fs, found(duplicate, "event %d grants %s to %s, and %s has it", e.sequence, e.address, e.client, holder))
			}
			if e.previous.IsValid() && h.holders[e.previous] == e.client {
				h.end(holding{e.client, e.previous}, e.at) // told with what it got instead
			}
			h.holders[e.address] = e.client
			key := holding{e.client, e.address}
			h.spans[key] = append(h.spans[key], span{from: e.at})
		case "lease.released", "lease.expired", "address.declined":
			if holder != e.client {
				fs = append(fs, found(mismatch, "event %d is %s of %s by %s, and %q has it", e.sequence, e.kind, e.address, e.client, holder))
				continue
			}
			h.end(holding{e.client, e.address}, e.at)
		}
	}
	return h, fs
}

// drift is how far the clock of leased, which does not follow the wall clock while it runs, may be from ours.
const drift = 50 * time.Millisecond

// checkTold looks for leases that clients got and that no event tells of.
func checkTold(claims []claim, h history) (fs []finding) {
	for _, c := range claims {
		told := false
		for _, s := range h.spans[holding{c.client, c.address}] {
			told = told || !s.from.After(c.told.Add(drift)) && (s.to.IsZero() || !s.to.Before(c.asked.Add(-drift)))
		}
		if !told {
			fs = append(fs, found(untold, "%s was acknowledged %s (xid %08x) at %s", c.client, c.address, c.xid, clock(c.told)))
		}
	}
	return fs
}

// checkSum compares the story of the log with the leases it led to, at about the time now. Leases that run out about then are left
// out: the one may have been read before their end, and the other after it.
func checkSum(h history, leases map[netip.Addr]stored, now time.Time) (fs []finding) {
	open := func(l stored) bool {
		return !l.expires.IsZero() && l.expires.Sub(now).Abs() < 5*granularity
	}
	for address, l := range leases {
		if holder := h.holders[address]; l.active && holder != l.client && !open(l) {
			fs = append(fs, found(mismatch, "%s is leased to %s, and by the log to %q", address, l.client, holder))
		}
	}
	for address, holder := range h.holders {
		if l, ok := leases[address]; !ok || l.client != holder || !l.active && !open(l) {
			fs = append(fs, found(mismatch, "%s is leased to %s by the log, and the lease is %+v", address, holder, l))
		}
	}
	return fs
}
