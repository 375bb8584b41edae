package serve

import (
	"testing"
	"time"
)

// arrive plays readings of a link on which n datagrams arrive each time the
// reader looks, every apart, and returns the pauses it was told to make.
func arrive(m *moderator, at *time.Time, rounds, n int, every time.Duration) (paused int) {
	for range rounds {
		*at = at.Add(every)
		if m.pause(*at, n, readBatch) > 0 {
			paused++
		}
	}
	return paused
}

func TestReaderPausesUnderLoadOnly(t *testing.T) {
	var m moderator
	at := time.Unix(1000, 0)
	// 10,000 a second: each is read as it comes.
	if n := arrive(&m, &at, 1000, 1, 100*time.Microsecond); n != 0 {
		t.Errorf("%d pauses at 10,000 datagrams a second, want none", n)
	}
	// 20,000 a second: within some 10 ms of the rise, and then at every read.
	if n := arrive(&m, &at, 1000, 1, 50*time.Microsecond); n < 700 {
		t.Errorf("%d pauses in 1000 reads at 20,000 datagrams a second", n)
	}
	// Reading at intervals does not hide the load.
	if n := arrive(&m, &at, 100, 20, time.Millisecond); n != 100 {
		t.Errorf("%d pauses in 100 reads at 20,000 datagrams a second, read at intervals", n)
	}
	// A full batch says that there is more to read now.
	if m.pause(at.Add(time.Millisecond), readBatch, readBatch) != 0 {
		t.Error("paused after a batch that was full")
	}
	// The load ends: it is noticed within the time over which it is measured.
	if n := arrive(&m, &at, 100, 1, time.Millisecond); n > 10 {
		t.Errorf("%d pauses after the load had ended", n)
	}
	// Silence, then one client: answered at once.
	at = at.Add(time.Minute)
	if n := arrive(&m, &at, 1, 1, 0); n != 0 {
		t.Error("paused for a lone datagram after a silence")
	}
}
