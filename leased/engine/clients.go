package engine

import (
	"bytes"
	"slices"
	"time"

	"rollcall/internal/event"
)

// maxClients bounds each table of clients. Hardware addresses are free to invent: when a table is full, what it remembers is
// forgotten a generation early, and an inventive client gains no more than that.
const maxClients = 1 << 17

// clients is what is remembered about clients in memory, apart from leases: how much they send, who is suspended, who is not
// served, and of whom it was told that they are unknown.
type clients struct {
	buckets   generations[HW, bucket]
	suspended map[HW]suspension
	unserved  map[unservedKey]int64
	told      generations[HW, int64] // when client.unknown was told, unix seconds
}

// suspension is how long a client is not listened to, and why: Suspended, or PolicySuspend.
type suspension struct {
	until int64 // unix seconds
	why   Reason
}

// A machine that nothing serves in one network may be served in another.
type unservedKey struct {
	network int
	hw      HW
}

// bucket is the token bucket of one client.
type bucket struct {
	actions int
	filled  int64 // unix milliseconds
}

// generations is a map that forgets: what was not touched for two turns is gone. Turning empties the older one and fills that.
type generations[K comparable, V any] struct {
	young, old map[K]V
	turned     int64
}

func (g *generations[K, V]) get(k K) (V, bool) {
	v, ok := g.young[k]
	if !ok {
		v, ok = g.old[k]
	}
	return v, ok
}

func (g *generations[K, V]) put(k K, v V, now int64) {
	if len(g.young) >= maxClients {
		g.turn(now)
	}
	g.young[k] = v
}

func (g *generations[K, V]) turn(now int64) {
	g.old, g.young, g.turned = g.young, g.old, now
	clear(g.young)
}

func (c *clients) init() {
	c.buckets = generations[HW, bucket]{young: map[HW]bucket{}, old: map[HW]bucket{}}
	c.told = generations[HW, int64]{young: map[HW]int64{}, old: map[HW]int64{}}
	c.suspended, c.unserved = map[HW]suspension{}, map[unservedKey]int64{}
}

// Admit says whether a client is listened to now, and notes that it sent a message. Every message must pass it before Decide,
// once. The returned event, if any, is to be committed: the client has just been suspended.
func (s *State) Admit(q *Query, now time.Time) (reason Reason, suspended *Event) {
	c, set := &s.clients, &s.plan.Settings
	if q.Type == LeaseQuery || set.FloodActions == 0 && len(c.suspended) == 0 { // a relay's; chaddr is whom it asks about
		return "", nil
	}
	if s, ok := c.suspended[q.who]; ok {
		if now.Unix() < s.until {
			return Suspended, nil
		}
		delete(c.suspended, q.who)
	}
	if set.FloodActions == 0 {
		return "", nil
	}
	ms := now.UnixMilli()
	b, ok := c.buckets.get(q.who)
	if !ok {
		b = bucket{actions: set.FloodActions, filled: ms}
	}
	if back := (ms - b.filled) / set.FloodRefill; back > 0 {
		b.actions = min(b.actions+int(min(back, int64(set.FloodActions))), set.FloodActions)
		b.filled += back * set.FloodRefill
	}
	if b.actions > 0 {
		b.actions--
		c.buckets.put(q.who, b, now.Unix())
		return "", nil
	}
	e := s.suspensionOf(q, now, Suspended)
	if e != nil {
		c.suspended[q.who] = suspension{e.Expires, Suspended}
	}
	return Suspended, e
}

// suspensionOf returns the event of suspending a client, nil where there is no room to remember that: then its bucket stays empty, which
// is nearly as good.
func (s *State) suspensionOf(q *Query, now time.Time, why Reason) *Event {
	if len(s.clients.suspended) >= maxClients {
		return nil
	}
	return &Event{
		Time: now.UnixMicro(), Kind: event.ClientSuspended, Machine: q.machine(), Link: q.linkText(),
		Expires: now.Unix() + s.plan.FloodSuspend, Reason: string(why),
	}
}

// turn lets the memory of clients fade.
func (c *clients) turn(now time.Time) {
	const fade = 60 // longer than a bucket of any usual size needs to fill up; a forgotten bucket is a full one
	sec := now.Unix()
	if sec-c.buckets.turned >= fade {
		c.buckets.turn(sec)
		for hw, s := range c.suspended {
			if s.until <= sec {
				delete(c.suspended, hw)
			}
		}
		for k, until := range c.unserved {
			if until <= sec {
				delete(c.unserved, k)
			}
		}
	}
}

// isUnserved reports whether the machine was found to be served by nothing lately.
func (s *State) isUnserved(n *Network, hw HW, now int64) bool {
	until, ok := s.clients.unserved[unservedKey{n.index, hw}]
	return ok && now < until
}

func (s *State) noteUnserved(n *Network, hw HW, now int64) {
	if s.plan.UnservedFor > 0 && len(s.clients.unserved) < maxClients {
		s.clients.unserved[unservedKey{n.index, hw}] = now + s.plan.UnservedFor
	}
}

func (c *clients) forgetUnserved() { clear(c.unserved) }

// tellUnknown reports whether it is time to tell of an unknown machine, for the first time or again.
func (s *State) tellUnknown(hw HW, now int64) bool {
	at, ok := s.clients.told.get(hw)
	return !ok || now >= at+s.plan.UnknownRepeat
}

func (s *State) noteTold(hw HW, now int64) {
	told := &s.clients.told
	if now >= told.turned+max(s.plan.UnknownRepeat, 1) {
		told.turn(now)
	}
	told.put(hw, now, now)
}

// resume forgets everything about a machine. It reports whether the machine got no answers until now.
func (c *clients) resume(hw HW) bool {
	_, found := c.suspended[hw]
	delete(c.suspended, hw)
	delete(c.buckets.young, hw)
	delete(c.buckets.old, hw)
	delete(c.told.young, hw)
	delete(c.told.old, hw)
	for k := range c.unserved {
		if k.hw == hw {
			delete(c.unserved, k)
			found = true
		}
	}
	return found
}

func (c *clients) shift(d time.Duration) {
	by := int64(d / time.Second)
	for hw, s := range c.suspended {
		c.suspended[hw] = suspension{s.until + by, s.why}
	}
	for k := range c.unserved {
		c.unserved[k] += by
	}
	c.buckets.turn(c.buckets.turned + by)
	c.buckets.turn(c.buckets.turned)
	c.told.turned += by
	for _, m := range []map[HW]int64{c.told.young, c.told.old} {
		for hw := range m {
			m[hw] += by
		}
	}
}

// Silenced is a client that gets no answer for now.
type Silenced struct {
	HW HW
	// Unserved: unknown and served by nothing; otherwise suspended for sending too much, or by policy.
	Unserved bool
	Until    int64
}

// Silenced returns the clients that get no answer at the time now, in the order of their addresses.
func (s *State) Silenced(now int64) []Silenced {
	var list []Silenced
	for hw, s := range s.clients.suspended {
		if now < s.until {
			list = append(list, Silenced{HW: hw, Until: s.until})
		}
	}
	for k, until := range s.clients.unserved {
		if now < until {
			list = append(list, Silenced{HW: k.hw, Unserved: true, Until: until})
		}
	}
	slices.SortFunc(list, func(a, b Silenced) int { return bytes.Compare(a.HW.Octets[:], b.HW.Octets[:]) })
	return list
}

// Resume lifts suspension and silence of a machine, or of all when hw is nil. It returns how many machines that were.
func (s *State) Resume(hw *HW) int {
	if hw == nil {
		n := len(s.clients.suspended) + len(s.clients.unserved)
		clear(s.clients.suspended)
		clear(s.clients.unserved)
		s.clients.buckets.turn(s.clients.buckets.turned)
		s.clients.buckets.turn(s.clients.buckets.turned)
		return n
	}
	if s.clients.resume(*hw) {
		return 1
	}
	return 0
}
