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
	query    *Batch // waits for an offer of ip; nil for the verification of a DECLINE

	lost    *parcel         // whose commit lost
	current []*engine.Lease // what a shared store says instead
	expire  bool            // more leases have ended
	heard   *question       // the policy has spoken
}

// runErrands goes on where something had to be waited for.
func (k *Keeper) runErrands() {
	for _, p := range k.errands.take() {
		switch {
		case p.heard != nil:
			k.heedPolicy(p.heard)
		case p.lost != nil:
			k.heedLoss(p.lost, p.current)
		case p.expire:
			k.expiring = false
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
