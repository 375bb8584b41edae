package keeper

import (
	"rollcall/internal/obs"
	"rollcall/leased/engine"
	"rollcall/leased/probe"
)

// probe asks whether somebody uses ip, which the state holds for the client of the one query in b meanwhile.
func (k *Keeper) probe(ip engine.IP, b *Batch) {
	k.prober.Probe(ip.Addr(), k.set.ProbeTimeout, func(host probe.Host, answered bool) {
		k.errands.put(errand{ip: ip, host: host, answered: answered, query: b})
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
	now, q := k.clock.Now(), &p.query.Queries[0]
	if p.answered && !q.HW.Is(p.host.HW) {
		c := k.state.Conflict(p.ip, engine.HWOf(1, p.host.HW), now)
		k.state.Put(&c)
		k.submit(c, nil)
		k.log.Warn("address is in use by a host that did not lease it", obs.KeyAddress, p.ip.String(), obs.KeyCHAddr,
			p.host.HW.String())
	} else {
		k.state.Checked(p.ip, now)
	}
	q.settled, p.query.waits = false, false
	k.decide(p.query)
}
