package lookup

import (
	"fmt"
	"time"

	"rollcall/leased/engine"
)

// Peek returns what Find does, and asks nothing. story says in words what is remembered and what is next, for explain; it is "" where
// nobody is asked.
func (l *Lookup) Peek(q *engine.Query, f *engine.Facts) (a engine.Assignment, extra []byte, story string) {
	if f == nil {
		f = &engine.Facts{}
	}
	var s said
	s.read(q, f)
	k, ok := s.key(l.seed, q, f)
	now := l.clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.service == nil:
		return a, nil, ""
	case !ok:
		return a, nil, "not asked about a machine without hardware address and client identifier"
	}
	m := l.memory.machines[k]
	a, extra = l.tell(now, m)
	return a, extra, l.story(now, m)
}

func (l *Lookup) story(now time.Time, m *machine) string {
	down := ""
	if l.health.down {
		down = "; it has not answered since " + ago(now, l.health.since) + " ago: " + l.health.problem
	}
	if m == nil {
		return "nothing is remembered" + down
	}
	text := "no answer so far"
	if !m.answered.IsZero() {
		what := "does not know the machine (" + m.problem + ")"
		if m.known {
			what = "knows the machine: " + m.finding.text
		} else if m.failures > 0 {
			what = "did not know the machine"
		}
		if !m.usable(now, l.service.Stale) {
			what += ", which is too old to use"
		}
		text = ago(now, m.answered) + " ago it said: " + what
	}
	if m.failures > 0 {
		text += fmt.Sprintf("; failed %s, last %s ago: %s", times(m.failures), ago(now, m.failed), m.problem)
	}
	switch {
	case m.asking:
		text += "; it is being asked"
	case now.Before(m.next):
		text += "; asked again in " + ago(m.next, now)
	default:
		text += "; asked again at the machine's next message"
	}
	return text + down
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// ago returns how long before now a time was.
func ago(now, t time.Time) string {
	d := now.Sub(t)
	if d < time.Second {
		return max(d, 0).Round(time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
