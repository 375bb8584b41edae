package keeper

import (
	"time"

	"rollcall/internal/obs"
	"rollcall/leased/engine"
	"rollcall/leased/store"
)

// A mass of leases that end together ends in steps, so that no packet waits long. A step takes about a quarter of a millisecond, and the
// next one comes when the last is on disk and packets have had the time to themselves for a while. Some 20,000 leases can end in a second;
// for those that wait their turn it changes nothing, for decisions look at the clock.
const (
	expireAtOnce = 128
	expirePause  = 5 * time.Millisecond
)

// passTime does what time brings about.
func (k *Keeper) passTime() {
	if by := k.clock.Step(); by != 0 {
		k.shift(by)
	}
	k.expire()
	k.lookAround()
	k.metrics.gauge(k.state)
}

// expire ends what has ended, or begins to.
func (k *Keeper) expire() {
	if k.expiring {
		return
	}
	p := k.open
	told := len(p.Events)
	k.expiring = p.Expire(k.state, k.clock.Now(), expireAtOnce)
	switch {
	case len(p.Leases) > 0:
		if p.news = told; k.expiring {
			p.done = func(store.Outcome) { time.AfterFunc(expirePause, k.expireMore) }
		}
		k.dispatch()
	case k.expiring: // they were renewed
		k.expireMore()
	}
}

// expireMore has the keeper's goroutine go on with what has ended.
func (k *Keeper) expireMore() { k.errands.put(errand{expire: true}) }

// shift moves every lease to the new time of day after the wall clock was set.
func (k *Keeper) shift(by time.Duration) {
	leases := k.state.Shift(by)
	k.log.Warn("the wall clock was set; every lease keeps the time it had left", obs.KeyDuration, by.String(), obs.KeyCount,
		len(leases))
	k.metrics.steps.Inc()
	for len(leases) > 0 {
		const atOnce = 1024 // in one commit; nobody is served before all are handed over
		n := min(len(leases), atOnce)
		k.submit(engine.Commit{Leases: leases[:n]}, nil)
		leases = leases[n:]
	}
}

// lookAround finds out which subnets leased can reach by ARP. One that has become reachable is scanned where its pools want it.
func (k *Keeper) lookAround() {
	for _, sub := range k.state.Plan().Subnets {
		attached := k.prober.Attached(sub.Prefix.Addr().Next())
		k.state.SetAttached(sub, attached)
		if attached && !k.attached[sub.Ref] && wantsScan(sub) {
			select {
			case k.scans <- sub.Ref:
			default: // busy; the next look finds it still new
				continue
			}
		}
		k.attached[sub.Ref] = attached
	}
}

func wantsScan(sub *engine.Subnet) bool {
	for _, p := range sub.Pools {
		if p.Scan {
			return true
		}
	}
	return false
}
