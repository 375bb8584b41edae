package crash_test

import (
	"fmt"
	"time"
)

// fault is what a check can find wrong.
type fault string

const (
	missing    fault = "missing"    // an acknowledged lease is not there
	shortened  fault = "shortened"  // it ends before its client was told it would
	duplicate  fault = "duplicate"  // an address was for two clients at a time
	refused    fault = "refused"    // a client was denied the lease it has
	gap        fault = "gap"        // a sequence number was left out of the log
	rewritten  fault = "rewritten"  // the log does not say any more what it said before
	untold     fault = "untold"     // no event tells of a lease that a client got
	mismatch   fault = "mismatch"   // log and leases contradict each other
	lost       fault = "lost"       // no webhook came for an event
	disordered fault = "disordered" // webhooks of a machine came in another order than their events
	altered    fault = "altered"    // a webhook came again and was not the same
)

// finding is one thing that a check found wrong.
type finding struct {
	fault
	detail string
}

func found(f fault, format string, args ...any) finding {
	return finding{f, fmt.Sprintf(format, args...)}
}

// granularity is that of time in DHCP, on disk and in the API. A lease that begins within a second begins with it there.
const granularity = time.Second

// clock shows a moment in detail.
func clock(t time.Time) string { return t.UTC().Format("15:04:05.000000") }
