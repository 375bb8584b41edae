package lookup

import (
	"container/list"
	"slices"
	"time"

	"rollcall/leased/engine"
)

// place is where a machine is in the memory.
type place struct {
	element   *list.Element
	recency   *list.List // that it is in
	forgotten bool       // it has left the memory
}

// memory holds machines, and forgets those that have been out of use for longest, first of those that are not known. It is not safe for
// concurrent use.
type memory struct {
	machines       map[key]*machine
	lines          map[engine.HW][]*machine // the same by hardware address
	known, unknown list.List                // the latest in front
	size           int                      // of all, in bytes
	most, room     int                      // of machines, and of bytes
}

// roomEach is what the answers of all machines may take, on average.
const roomEach = 2 * overhead

func newMemory(machines int) *memory {
	return &memory{machines: map[key]*machine{}, lines: map[engine.HW][]*machine{}, most: machines, room: machines * roomEach}
}

// find returns what is remembered and brings it to the front, nil for nothing.
func (y *memory) find(k key) *machine {
	m := y.machines[k]
	if m != nil {
		m.recency.MoveToFront(m.element)
	}
	return m
}

// add begins to remember a machine.
func (y *memory) add(k key) *machine {
	m := &machine{key: k}
	m.recency = &y.unknown
	m.element = m.recency.PushFront(m)
	y.machines[k] = m
	y.lines[k.hw] = append(y.lines[k.hw], m)
	y.size += m.size()
	y.shrink(m)
	return m
}

// change does something to a machine that may change its size, or whether it is known.
func (y *memory) change(m *machine, do func()) {
	y.size -= m.size()
	do()
	y.size += m.size()
	want := &y.unknown
	if m.known {
		want = &y.known
	}
	if want != m.recency {
		m.recency.Remove(m.element)
		m.recency = want
		m.element = want.PushFront(m)
	}
	y.shrink(m)
}

// shrink forgets machines until the rest fits; keep stays.
func (y *memory) shrink(keep *machine) {
	for len(y.machines) > y.most || y.size > y.room {
		oldest := y.unknown.Back()
		if oldest == nil || oldest.Value == keep {
			if oldest = y.known.Back(); oldest == nil || oldest.Value == keep {
				return
			}
		}
		y.forget(oldest.Value.(*machine))
	}
}

func (y *memory) forget(m *machine) {
	m.forgotten = true
	m.recency.Remove(m.element)
	delete(y.machines, m.key)
	if left := slices.DeleteFunc(y.lines[m.key.hw], func(x *machine) bool { return x == m }); len(left) > 0 {
		y.lines[m.key.hw] = left
	} else {
		delete(y.lines, m.key.hw)
	}
	y.size -= m.size()
}

// bound changes what may be remembered.
func (y *memory) bound(machines int) {
	y.most, y.room = machines, machines*roomEach
	y.shrink(nil)
}

// clear forgets all machines.
func (y *memory) clear() {
	for _, m := range y.machines {
		m.forgotten = true
	}
	*y = *newMemory(y.most)
}

// rouse has the machines asked about whose question failed, without a rest.
func (y *memory) rouse() {
	for _, m := range y.machines {
		if m.failures > 0 {
			m.next = time.Time{}
		}
	}
}
