//go:build netns

package e2e_test

import (
	"fmt"
	"testing"
	"time"
)

// leased is killed under load, again and again, and then told to end. The frontend says so each time and recovers by itself; every
// lease that was acknowledged is there, for as long as was said last, and no address was acknowledged to two machines.
func TestKill(t *testing.T) {
	t.Parallel()
	const kills, machines, between = 5, 48, 500
	w := newWorld(t, "kill", func(s *settings) { s.Subnets = []string{crowd} })
	via := w.throughRelay(w.crowdHost(), crowdRelay)
	processes := w.run("leased", "frontend", "webhookd")
	leased := processes[0]
	l := w.startLoad(via, machines)
	for i := range kills + 1 {
		before := l.count.Load()
		w.wait(fmt.Sprintf("%d leases before end %d", between, i+1), soon, func() (bool, error) {
			return l.count.Load() >= before+between, fmt.Errorf("%d", l.count.Load()-before)
		})
		if i < kills {
			leased.Kill()
		} else {
			w.stop(leased)
		}
		w.awaitNotReady("frontend", "leased")
		leased = w.launch("leased")
		w.awaitReady("frontend")
	}
	before := l.count.Load()
	w.wait("leases and renewals after the last kill", soon, func() (bool, error) {
		return l.count.Load() >= before+between && l.renewed.Load() >= between, nil
	})
	acked, err := l.end()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d leases and %d renewals acknowledged, %d kills", len(acked), l.renewed.Load(), kills)

	listed := make(map[string]lease)
	for _, l := range w.leases("--subnet", "crowd") {
		listed[l.Address] = l
	}
	holder := make(map[string]string)
	for _, g := range acked {
		if other, ok := holder[g.address]; ok && other != g.mac {
			t.Errorf("%s was acknowledged to %s and to %s", g.address, other, g.mac)
		}
		holder[g.address] = g.mac
		if l := listed[g.address]; l.Hardware != g.mac || l.State != "active" {
			t.Errorf("%s was acknowledged to %s; listed is %+v", g.address, g.mac, l)
		} else if promised := g.at.Add(time.Hour - 2*time.Second); l.Expires.Before(promised) {
			t.Errorf("%s was promised %s until %v; listed is %+v", g.mac, g.address, promised, l)
		}
	}
	w.stop(processes[1])
	w.stop(processes[2])
	begun := time.Now()
	w.stop(leased)
	t.Logf("leased ended %v after SIGTERM", time.Since(begun))
}
