package keeper

import (
	"rollcall/leased/engine"
	"rollcall/leased/probe"
)

// errand is what the keeper has to come back to: the result of a probe, and with it the query that waited for it; or work that
// it put off so that packets need not wait.
type errand struct {
	ip       engine.IP
	host     probe.Host
	answered bool
	query    *Query // waits for an offer of ip; nil for the verification of a DECLINE
	to       Sink

	lost    []*engine.Lease // the leases of a commit that lost
	current []*engine.Lease // what a shared store says instead
	news    []*engine.Event // what went with it
	again   *Batch          // a batch to decide again, for the same reason
	expire  bool            // more leases have ended
}

// runErrands goes on where something had to be waited for.
func (k *Keeper) runErrands() {
	for _, p := range k.errands.take() {
		switch {
		case p.lost != nil || p.news != nil:
			k.state.Correct(p.lost, p.current)
			k.tell(p.news) // it has nothing to do with what was lost
		case p.again != nil:
			k.decide(p.again)
		case p.expire:
			k.expire()
		case p.query != nil:
			k.heedProbe(p)
		case !p.answered:
			if c := k.state.Unverified(p.ip, k.clock.Now()); !c.Empty() {
				k.state.Put(&c)
				k.submit(c, nil)
			}
		}
	}
}
