package lookup

import "time"

// machine is what is remembered of one.
type machine struct {
	key key

	// answered is when the latest answer came that was not a failure; zero for never. What follows is of that answer.
	answered time.Time
	known    bool   // the service knows the machine
	raw      []byte // the answer, where it knows it
	finding  finding
	reader   *reader   // that finding was made by
	fresh    time.Time // the answer counts until then
	given    time.Time // a lease that was given by it ends then

	asking   bool // a question waits or is under way
	failures int  // since the latest answer
	failed   time.Time
	failing  time.Time // the first of the failures
	problem  string    // the latest of them
	next     time.Time // not asked about before

	place
}

// overhead is about what a machine takes without its answer.
const overhead = 512

// size is about what it takes.
func (m *machine) size() int {
	// Beside the answer itself there are the options, classes and pairs made of it.
	return overhead + 2*len(m.raw)
}

// usable reports whether the answer may be used.
func (m *machine) usable(now time.Time, stale time.Duration) bool {
	switch {
	case m.answered.IsZero():
		return false
	case now.Before(m.fresh):
		return true
	case !m.known:
		return false
	case m.failures > 0:
		since := m.failing
		if since.Before(m.fresh) {
			since = m.fresh
		}
		return now.Before(since.Add(stale))
	}
	return now.Before(m.fresh.Add(stale)) || now.Before(m.given)
}

// learn notes that an answer came at now, which counts for a time.
func (m *machine) learn(now time.Time, keep time.Duration) {
	m.answered, m.fresh, m.next = now, now.Add(keep), now.Add(keep)
	m.failures, m.problem = 0, ""
}

// unlearn takes the answer away.
func (m *machine) unlearn() {
	m.answered, m.given = time.Time{}, time.Time{}
	m.known, m.raw, m.finding, m.reader = false, nil, finding{}, nil
}

// fail notes that there was no answer to use.
func (m *machine) fail(now time.Time, problem string) {
	if m.failures == 0 {
		m.failing = now
	}
	m.failures++
	m.failed, m.problem = now, problem
	m.next = now.Add(rest(m.failures, maxMachineRest))
}
