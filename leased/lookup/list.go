package lookup

import (
	"container/list"
	"time"

	"rollcall/leased/engine"
)

// State is what is known of a machine.
type State uint8

// What is known of a machine.
const (
	Known   State = iota + 1 // the service knows it
	Unknown                  // the service does not know it
	Waiting                  // the service has not answered yet
	Expired                  // what it said is too old to use
)

// Remembered is what is remembered of a machine in one network, and behind one line.
type Remembered struct {
	HW      engine.HW
	Network string
	State   State
	// Says is what the latest answer comes to, in words; Answer is that answer where it knows the machine.
	Says   string
	Answer []byte
	// Answered is when it came, zero for never; Again is from when on it is asked for anew.
	Answered, Again time.Time
	Asking          bool
	// Failures is how many questions have failed since, and Problem why the latest did.
	Failures int
	Problem  string
}

// listRoom bounds the answers of one list, in bytes.
const listRoom = 1 << 20

// List returns what is remembered of all machines, or of those with one hardware address: at most limit of those that are known, and then
// of the others, the latest first. total is how many there are. on is false where nobody is asked.
func (l *Lookup) List(now time.Time, hw *engine.HW, limit int) (some []Remembered, total int, on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.service == nil {
		return nil, 0, false
	}
	size := 0
	add := func(m *machine) bool {
		if size += len(m.raw); len(some) == limit || size > listRoom && len(some) > 0 {
			return false
		}
		some = append(some, l.remembered(now, m))
		return true
	}
	if hw != nil {
		for _, m := range l.memory.lines[*hw] {
			add(m)
		}
		return some, len(l.memory.lines[*hw]), true
	}
	for _, recent := range []*list.List{&l.memory.known, &l.memory.unknown} {
		for e := recent.Front(); e != nil && add(e.Value.(*machine)); e = e.Next() {
		}
	}
	return some, len(l.memory.machines), true
}

func (l *Lookup) remembered(now time.Time, m *machine) Remembered {
	r := Remembered{
		HW: m.key.hw, Network: m.key.network, State: Waiting, Says: m.finding.text, Answer: m.raw, Answered: m.answered, Again: m.next,
		Asking: m.asking, Failures: m.failures,
	}
	if m.failures > 0 {
		r.Problem = m.problem
	}
	switch {
	case m.answered.IsZero():
	case !m.usable(now, l.service.Stale):
		r.State = Expired
	case m.known:
		r.State = Known
	default:
		r.State = Unknown
	}
	return r
}

// Forget forgets what is remembered of all machines, or of those with one hardware address, and questions about them. It returns how many
// there were. on is false where nobody is asked.
func (l *Lookup) Forget(hw *engine.HW) (n int, on bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if hw == nil {
		n = len(l.memory.machines)
		l.memory.clear()
		return n, l.service != nil
	}
	for len(l.memory.lines[*hw]) > 0 {
		l.memory.forget(l.memory.lines[*hw][0])
		n++
	}
	return n, l.service != nil
}
