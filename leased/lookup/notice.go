package lookup

import (
	"time"

	"rollcall/internal/obs"
)

// noticeEvery bounds how often answers that cannot be are logged.
const noticeEvery = time.Minute

// notices are what is to be logged: by Run and not by who holds the lock, since a log may block and packets must not.
type notices struct {
	lines  []func()
	next   time.Time // no answer that cannot be is logged before
	silent int       // how many have not been since the latest that was
}

// note has something logged soon.
func (l *Lookup) note(line func()) {
	l.notices.lines = append(l.notices.lines, line)
	l.signal()
}

// notice has it logged that an answer is of no use, unless that has just been: a service may get all answers wrong.
func (l *Lookup) notice(now time.Time, m *machine, problem string) {
	n := &l.notices
	if now.Before(n.next) {
		n.silent++
		return
	}
	hw, count := m.key.hw, n.silent+1
	l.note(func() {
		l.log.Warn("registration system gave an answer that is of no use", obs.KeyCHAddr, hw.String(), obs.KeyErr, problem, obs.KeyCount, count)
	})
	n.next, n.silent = now.Add(noticeEvery), 0
}

// report logs what is to be logged.
func (l *Lookup) report() {
	l.mu.Lock()
	lines := l.notices.lines
	l.notices.lines = nil
	l.mu.Unlock()
	for _, line := range lines {
		line()
	}
}
