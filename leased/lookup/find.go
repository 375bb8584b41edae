package lookup

import (
	"time"

	"rollcall/leased/engine"
)

// patience is how many failures a machine that nothing is remembered of waits for an answer through.
const patience = 3

// Find returns what is known of the machine that sent q: at once, and without waiting. What is not known, or old, is asked for. f may be
// nil. extra is what the service said of it, a JSON object, nil where there is none; it must not be changed.
func (l *Lookup) Find(q *engine.Query, f *engine.Facts) (a engine.Assignment, extra []byte) {
	if f == nil {
		f = &engine.Facts{}
	}
	var s said
	s.read(q, f)
	k, ok := s.key(l.seed, q, f)
	now := l.clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.service == nil || !ok {
		return a, nil
	}
	m := l.memory.find(k)
	if m == nil || !m.asking && !now.Before(m.next) {
		m = l.want(now, k, m, &s, q, f)
	}
	a, extra = l.tell(now, m)
	if a.Kind != engine.AssignDefault && m.finding.lease > 0 {
		if end := now.Add(m.finding.lease); end.After(m.given) {
			m.given = end
		}
	}
	return a, extra
}

// tell returns what is known of a machine, or that it is asked about.
func (l *Lookup) tell(now time.Time, m *machine) (a engine.Assignment, extra []byte) {
	if m == nil {
		return engine.Assignment{Unanswered: true, By: by}, nil
	}
	if m.known && m.reader != l.service.reader {
		l.reread(now, m)
	}
	if m.usable(now, l.service.Stale) {
		return m.finding.assignment, m.raw
	}
	if m.failures < patience && (m.asking || m.failures > 0) {
		return engine.Assignment{Pending: true, Unanswered: true, By: by}, nil
	}
	return engine.Assignment{Unanswered: m.answered.IsZero(), By: by}, nil
}

// reread holds an answer that is remembered against a new configuration.
func (l *Lookup) reread(now time.Time, m *machine) {
	m.reader = l.service.reader
	f, _, problem := m.reader.choose(parse(m.raw).objects, m.key)
	if problem == "" {
		m.finding = f
		return
	}
	l.memory.change(m, m.unlearn)
	m.fail(now, problem)
	l.notice(now, m, problem)
}

// want has a machine asked about, unless there is no room or no use. m is nil where nothing is remembered of it; what is returned may be
// nil then, too.
func (l *Lookup) want(now time.Time, k key, m *machine, s *said, q *engine.Query, f *engine.Facts) *machine {
	switch {
	case l.health.down && (now.Before(l.health.until) || len(l.queue)+l.underWay > 0):
		l.metrics.dropDown.Inc()
		return m
	case len(l.queue) >= queueRoom:
		l.metrics.dropQueue.Inc()
		return m
	}
	if m == nil {
		m = l.memory.add(k)
	}
	m.asking = true
	l.queue = append(l.queue, waiting{m, s.question(q, f)})
	l.signal()
	return m
}
