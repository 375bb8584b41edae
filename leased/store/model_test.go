package store_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"

	"rollcall/leased/engine"
)

// model is what a database must say, in maps.
type model struct {
	leases map[engine.IP]*engine.Lease
	roll   map[uint64]*engine.Reservation
	boots  map[string]*engine.BootState
	events []*engine.Event
	number uint64 // of the newest reservation
}

func newModel() *model {
	return &model{leases: map[engine.IP]*engine.Lease{}, roll: map[uint64]*engine.Reservation{}, boots: map[string]*engine.BootState{}}
}

func (m *model) clone() *model {
	return &model{maps.Clone(m.leases), maps.Clone(m.roll), maps.Clone(m.boots), slices.Clone(m.events), m.number}
}

// apply does to the model what commits do to the database.
func (m *model) apply(commits []engine.Commit) {
	for _, c := range commits {
		for _, l := range c.Leases {
			m.leases[l.IP] = l
		}
		for _, r := range c.Put {
			n, _ := strconv.ParseUint(r.ID, 10, 64)
			m.roll[n] = r
		}
		for _, id := range c.Delete {
			n, _ := strconv.ParseUint(id, 10, 64)
			delete(m.roll, n)
		}
		for _, b := range c.Boots {
			m.boots[b.HW.String()] = b
			if b.Done == 0 {
				delete(m.boots, b.HW.String())
			}
		}
		for _, e := range c.Events {
			e := *e
			e.Sequence = uint64(len(m.events) + 1)
			m.events = append(m.events, &e)
		}
	}
}

// state returns it in the order in which the database says it.
func (m *model) state() (st state) {
	for _, ip := range slices.Sorted(maps.Keys(m.leases)) {
		st.Leases = append(st.Leases, m.leases[ip])
	}
	for _, n := range slices.Sorted(maps.Keys(m.roll)) {
		st.Roll = append(st.Roll, m.roll[n])
	}
	for _, hw := range slices.Sorted(maps.Keys(m.boots)) {
		st.Boots = append(st.Boots, m.boots[hw])
	}
	st.Events = slices.Clone(m.events)
	return st
}

// some returns commits as a group may have them: grants of few addresses, some with changes of the roll.
func (m *model) some(random *rand.Rand) (commits []engine.Commit) {
	number := m.number
	for range 1 + random.IntN(12) {
		c := grant(1+random.Uint32N(200), 1+random.Uint64N(1000))
		if random.IntN(20) == 0 {
			c.Leases[0].VendorClass = make([]byte, random.IntN(9000)) // a group of several pages
		}
		switch random.IntN(8) {
		case 0:
			number++
			c.Put = []*engine.Reservation{{ID: strconv.FormatUint(number, 10), Kind: engine.ByHardware, Value: "machine", Hostname: "new"}}
		case 1:
			if number > 0 {
				id := strconv.FormatUint(1+random.Uint64N(number), 10)
				c.Put = []*engine.Reservation{{ID: id, Kind: engine.ByHardware, Value: fmt.Sprint(random.Uint32()), Hostname: "changed"}}
			}
		case 2:
			if number > 0 {
				c.Delete = []string{strconv.FormatUint(1+random.Uint64N(number), 10)}
			}
		}
		if random.IntN(8) == 0 {
			hw := engine.HWOf(1, []byte{0x52, 0x54, 0, 0, 0, byte(random.IntN(4))})
			c.Boots = []*engine.BootState{{HW: hw, Done: random.Int64N(3)}}
		}
		if c.Leases[0].VendorClass != nil && len(c.Leases[0].VendorClass) == 0 {
			c.Leases[0].VendorClass = nil
		}
		commits = append(commits, c)
	}
	m.number = number
	return commits
}
