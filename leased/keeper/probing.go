package keeper

import (
	"rollcall/internal/obs"
	"rollcall/leased/engine"
	"rollcall/leased/probe"
)

// probed is what the keeper has to come back to: the result of a probe, and with it the query that waited for it; or work that
// it put off so that packets need not wait.
type probed struct {
	ip       engine.IP
	host     probe.Host
	answered bool
	query    *Query // waits for an offer of ip; nil for the verification of a DECLINE
	to       Sink

	lost    []*engine.Lease // the leases of a commit that lost
	current []*engine.Lease // what a shared store says instead
	again   *Batch          // a batch to decide again, for the same reason
	expire  bool            // more leases have ended
}

// probe asks whether somebody uses ip, which the state holds for the client of q meanwhile.
func (k *Keeper) probe(ip engine.IP, q *Query, to Sink) {
	k.prober.Probe(ip.Addr(), k.set.ProbeTimeout, func(host probe.Host, answered bool) {
		k.probed.put(probed{ip: ip, host: host, answered: answered, query: q, to: to})
	})
}

// verify asks whether a client that declined ip was right.
func (k *Keeper) verify(ip engine.IP) {
	if !k.prober.Attached(ip.Addr()) {
		return
	}
	k.prober.Probe(ip.Addr(), k.set.ProbeTimeout, func(host probe.Host, answered bool) {
		k.probed.put(probed{ip: ip, host: host, answered: answered})
	})
}

// heedProbes goes on where a probe had to be waited for.
func (k *Keeper) heedProbes() {
	for _, p := range k.probed.take() {
		switch {
		case p.lost != nil:
			k.state.Correct(p.lost, p.current)
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

// heedProbe answers the query that waited. An address that somebody uses is set aside and another one chosen, which may mean
// another probe; the client itself answering is no conflict.
func (k *Keeper) heedProbe(p probed) {
	now := k.clock.Now()
	if p.answered && !p.query.HW.Is(p.host.HW) {
		c := k.state.Conflict(p.ip, engine.HWOf(1, p.host.HW), now)
		k.state.Put(&c)
		k.submit(c, nil)
		k.log.Warn("address is in use by a host that did not lease it", obs.KeyAddress, p.ip.String(), obs.KeyCHAddr,
			p.host.HW.String())
	} else {
		k.state.Checked(p.ip, now)
	}
	var commit engine.Commit
	d, ok := k.rule(p.query, p.to, &commit)
	if ok {
		p.to.Send([]Answer{{p.query.ID, d}})
	}
	if !commit.Empty() {
		k.submit(commit, nil)
	}
}
