package engine_test

import (
	"testing"

	"rollcall/internal/event"
	"rollcall/leased/engine"
)

// A scan sees a host on every kind of address; only where nobody has it does the host become the holder.
func TestFoundStanding(t *testing.T) {
	w := run(t, planning{}, `
		A discover                 -> OFFER 10.99.0.50
		A select 10.99.0.50        -> ACK 10.99.0.50
		B discover                 -> OFFER 10.99.0.51
		conflict 10.99.0.51 X`)
	for _, c := range []struct {
		name, address, host string
		want                engine.Standing
		events              []event.Kind
		leases              int
	}{
		{"its own lease", "10.99.0.50", "A", engine.StandingHolder, nil, 0},
		{"somebody else's lease", "10.99.0.50", "M", engine.StandingConflict, []event.Kind{event.AddressConflict}, 0},
		{"in quarantine", "10.99.0.51", "X", engine.StandingQuarantined, nil, 0},
		{"nobody's", "10.99.0.60", "M", engine.StandingNew, nil, 1},
		{"the server's", "10.99.0.1", "M", engine.StandingServer, nil, 0},
		{"the broadcast address", "10.99.0.255", "M", engine.StandingNobodys, nil, 0},
		{"of no subnet", "192.0.2.1", "M", engine.StandingNobodys, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			commit, standing := w.s.Found(ip(c.address), hwOf(c.host), w.now)
			if standing != c.want || len(commit.Leases) != c.leases || len(commit.Events) != len(c.events) {
				t.Fatalf("found standing %d with %d leases and %d events", standing, len(commit.Leases), len(commit.Events))
			}
			for i, e := range commit.Events {
				if e.Kind != c.events[i] || e.Machine.HW != hwOf(c.host) || e.IP != ip(c.address) {
					t.Errorf("told %+v", e)
				}
			}
		})
	}
}
