package crash_test

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// ledger is what the clients were acknowledged. It is safe for concurrent use.
type ledger struct {
	acks atomic.Int64 // messages

	mu     sync.Mutex
	claims []*claim // in the order of their first acknowledgement
}

// claim is an address that a client was acknowledged and relies on.
type claim struct {
	client      string // hardware address
	address     netip.Addr
	xid         uint32    // of the exchange that began it
	asked, told time.Time // when the request that began it went out first, and when its DHCPACK came
	until       time.Time // by the last DHCPACK: the time it named, counted from when its request went out first
	gaveBack    time.Time // just before the client released or declined it; zero while it did not
}

// end returns when the client stops relying on the address.
func (c *claim) end() time.Time {
	if !c.gaveBack.IsZero() {
		return c.gaveBack
	}
	return c.until
}

// answer is what a client needs of a server's message, and what it answers.
type answer struct {
	reply
	xid   uint32
	asked time.Time // when the request went out first
}

// granted notes the DHCPACK of a client that had no address.
func (l *ledger) granted(client string, a answer) *claim {
	c := &claim{client: client, address: a.yiaddr, xid: a.xid, asked: a.asked, told: time.Now(), until: a.asked.Add(a.length)}
	l.mu.Lock()
	l.claims = append(l.claims, c)
	l.mu.Unlock()
	l.acks.Add(1)
	return c
}

// renewed notes the DHCPACK of a client that keeps its address.
func (l *ledger) renewed(c *claim, a answer) {
	l.mu.Lock()
	c.until = a.asked.Add(a.length)
	l.mu.Unlock()
	l.acks.Add(1)
}

// givesBack notes that a client is about to give its address back. Whether the server hears of it is open from now on.
func (l *ledger) givesBack(c *claim) {
	l.mu.Lock()
	c.gaveBack = time.Now()
	l.mu.Unlock()
}

// all returns the claims as they are now.
func (l *ledger) all() []claim {
	l.mu.Lock()
	defer l.mu.Unlock()
	cs := make([]claim, len(l.claims))
	for i, c := range l.claims {
		cs[i] = *c
	}
	return cs
}

// running are claims that their clients relied on at one time and, by what they had been told then, still do.
type running struct {
	now    []claim
	origin []*claim
}

// running returns the claims that are not given back.
func (l *ledger) running() (r running) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.claims {
		if c.gaveBack.IsZero() {
			r.now, r.origin = append(r.now, *c), append(r.origin, c)
		}
	}
	return r
}

// still leaves out of r what was given back since, or has run out by the time at.
func (l *ledger) still(r running, at time.Time) (cs []claim) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, c := range r.now {
		if r.origin[i].gaveBack.IsZero() && c.until.After(at) {
			cs = append(cs, c)
		}
	}
	return cs
}
