package engine

import (
	"math/bits"
	"time"
)

// facts are Facts with the memory for what they refer to.
type facts struct {
	Facts
	lease      Lease
	candidates candidates
}

// Facts returns what is known of the client of a message, in a Room, which may be nil. They are not of the state: they stay as they are
// when that changes.
func (s *State) Facts(q *Query, now time.Time, r *Room) *Facts {
	c := decider{s: s, q: q, now: now, sec: now.Unix(), room: r}
	if q.Type != LeaseQuery && c.chooseNetwork() == "" { // of a LEASEQUERY the sender is a relay
		c.meet()
	}
	return c.facts(StageFacts)
}

// facts returns what is known of the client, for a stage.
func (c *decider) facts(at Stages) *Facts {
	f := c.room.factsRoom()
	if c.network == nil {
		return &f.Facts
	}
	if f.Network = c.network.Name; c.at != nil {
		f.Subnet = c.at.Ref
	}
	if f.Known = c.known(); f.Known {
		f.Reservation = c.res
	}
	if c.have != nil {
		f.lease = c.have.Lease
		f.Lease = &f.lease
	}
	if c.classes != (bitmap{}) {
		f.Classes = c.classNames()
	}
	if at == StageChoose {
		res := c.res
		c.res = nil
		f.Candidates = f.candidates[:c.candidates(&f.candidates)]
		c.res = res
	}
	return &f.Facts
}

// classNames returns the names of the client's classes.
func (c *decider) classNames() []string {
	var names []string
	if c.room != nil {
		names = c.room.classes
	}
	from := len(names)
	for w, word := range c.classes {
		for ; word != 0; word &= word - 1 {
			names = append(names, c.s.plan.Classes[w<<6+bits.TrailingZeros64(word)].Name)
		}
	}
	if c.room != nil {
		c.room.classes = names // where it moved, the facts before it keep the old memory
	}
	return names[from:len(names):len(names)]
}

// factsRoom returns facts to be filled in.
func (r *Room) factsRoom() *facts {
	if r == nil {
		return new(facts)
	}
	return r.facts.next()
}
