package keeper

import (
	"rollcall/internal/obs"
	"rollcall/leased/engine"
	"rollcall/leased/probe"
	"rollcall/leased/store"
)

// probe asks whether somebody uses ip, which the state holds for the client of q meanwhile.
func (k *Keeper) probe(ip engine.IP, q *Query, to Sink) {
	k.prober.Probe(ip.Addr(), k.set.ProbeTimeout, func(host probe.Host, answered bool) {
		k.errands.put(errand{ip: ip, host: host, answered: answered, query: q, to: to})
	})
}

// verify asks whether a client that declined ip was right.
func (k *Keeper) verify(ip engine.IP) {
	if !k.prober.Attached(ip.Addr()) {
		return
	}
	k.prober.Probe(ip.Addr(), k.set.ProbeTimeout, func(host probe.Host, answered bool) {
		k.errands.put(errand{ip: ip, host: host, answered: answered})
	})
}

// heedProbe answers the query that waited. An address that somebody uses is set aside and another one chosen, which may mean
// another probe; the client itself answering is no conflict.
func (k *Keeper) heedProbe(p errand) {
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
	if ok && d.Kind == engine.Ack { // what is granted at once waits for the disk like any other grant
		q := *p.query
		q.settled = false // it was, while the probe was to answer it
		b := &Batch{Queries: []Query{q}, To: p.to}
		k.submit(commit, func(o store.Outcome) {
			if o.Lost {
				k.errands.put(errand{again: b})
				return
			}
			p.to.Send([]Answer{{p.query.ID, d}})
		})
		return
	}
	if ok {
		p.to.Send([]Answer{{p.query.ID, d}})
	}
	if !commit.Empty() {
		k.submit(commit, nil)
	}
}
