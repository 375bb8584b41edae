package crash_test

import (
	"fmt"
	"time"
)

// kind is a kind of what a check can find wrong.
type kind string

const (
	missing    kind = "missing"    // an acknowledged lease is not there
	shortened  kind = "shortened"  // it ends before its client was told it would
	duplicate  kind = "duplicate"  // an address was for two clients at a time
	refused    kind = "refused"    // a client was denied the lease it has
	gap        kind = "gap"        // a sequence number was left out of the log
	rewritten  kind = "rewritten"  // the log does not say any more what it said before
	untold     kind = "untold"     // no event tells of a lease that a client got
	mismatch   kind = "mismatch"   // log and leases contradict each other
	lost       kind = "lost"       // no webhook came for an event
	disordered kind = "disordered" // webhooks of a machine came in another order than their events
	altered    kind = "altered"    // a webhook came again and was not the same
)

// finding is one thing that a check found wrong.
type finding struct {
	kind
	detail string
}

func found(k kind, format string, args ...any) finding {
	return finding{k, fmt.Sprintf(format, args...)}
}

// granularity is that of time in DHCP, on disk and in the API. A lease that begins within a second begins with it there.
const granularity = time.Second

// clock shows a moment in detail.
func clock(t time.Time) string { return t.UTC().Format("15:04:05.000000") }
