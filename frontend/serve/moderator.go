package serve

import "time"

const (
	// moderateFrom is the load, in datagrams a second, from which a link is
	// read at intervals. Below it every datagram is read as it comes.
	moderateFrom = 18_000
	// moderateEvery is the interval: what a reply is late by at most.
	moderateEvery = 2 * time.Millisecond
	// moderateOver is the time over which the load is measured.
	moderateOver = 10 * time.Millisecond
)

// moderator keeps a busy reader from being woken for each datagram: a card's
// interrupt moderation, one floor up. Everything behind the reader works on what
// one read has brought, up to the sync of a commit, so under load two milliseconds
// of patience save more processor time than they cost in latency.
type moderator struct {
	began time.Time // of what is being counted
	count int
	busy  bool
}

// pause returns how long to wait before the next read, after one at the time now
// that brought n of at most limit datagrams.
func (m *moderator) pause(now time.Time, n, limit int) time.Duration {
	m.count += n
	if over := now.Sub(m.began); over >= moderateOver {
		m.busy = float64(m.count) >= moderateFrom*over.Seconds()
		m.began, m.count = now, 0
	}
	if !m.busy || n == limit { // there is more to read at once
		return 0
	}
	return moderateEvery
}
