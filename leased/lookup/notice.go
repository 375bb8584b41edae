package lookup

import (
	"time"

	"rollcall/internal/obs"
)

// noticeEvery bounds how often answers that cannot be are logged.
const noticeEvery = time.Minute

// notices counts what is not logged, lest a service that gets all answers wrong fills the log.
type notices struct {
	next   time.Time
	silent int
}

// notice logs that an answer is of no use.
func (l *Lookup) notice(now time.Time, m *machine, problem string) {
	if now.Before(l.notices.next) {
		l.notices.silent++
		return
	}
	l.log.Warn("registration system gave an answer that is of no use", obs.KeyCHAddr, m.key.hw.String(), obs.KeyErr, problem,
		"more_since", l.notices.silent)
	l.notices = notices{next: now.Add(noticeEvery)}
}
