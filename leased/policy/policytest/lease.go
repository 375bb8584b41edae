package policytest

import (
	"math"
	"net/netip"
	"slices"
	"time"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// usualTime is the lease time in seconds where a test says none.
const usualTime = 3600

// Words for a lease that nothing is stored of.
const (
	stateNew     = "new"
	stateOffered = "offered"
)

// states are what lease.state may be.
var states = map[string]engine.LeaseState{
	"active": engine.Active, "expired": engine.Expired, "released": engine.Released, "declined": engine.Declined,
}

// stored are the keywords that only a lease can have that there was before.
var stored = []string{"renewals", "first_seen", "last_seen", "expires"}

// held is a built lease with the plan that its subnet and its pool are of.
type held struct {
	record *engine.Lease
	plan   *engine.Plan
}

// lease builds what reply is given as its second argument, and what request.lease_held is.
func (t *T) lease(k *keywords) (starlark.Value, error) {
	ip := k.address("address", clientIP)
	plan := planAround(k, ip)
	sub := plan.Subnets[0]
	length := k.number("time", usualTime, engine.Infinite)
	res := t.reservationOf(k)
	l, state := record(k, ip, sub.Ref, length, res)
	m := plainMessage(engine.Discover)
	if state == stateOffered {
		m = plainMessage(engine.Request)
	}
	m.facts = &engine.Facts{Known: res != nil, Reservation: res, Subnet: sub.Ref, Network: sub.Network.Name}
	if state != stateOffered && state != stateNew {
		m.facts.Lease = l
	}
	d := &engine.Decision{Kind: engine.Ack, IP: ip, Subnet: sub, Commit: engine.Commit{Leases: []*engine.Lease{l}}}
	d.Options = d.Options.AppendUint32(option.LeaseTime, length).AppendUint32(option.ServerID, uint32(serverIP))
	if err := k.done(); err != nil {
		return nil, err
	}
	c := t.context(m)
	c.Plan = plan
	v := c.Lease(d)
	t.made[v] = held{l, plan}
	return v, nil
}

// reservationOf reads known, reservation and extra, which is a reservation's. It returns nil for a stranger's lease.
func (t *T) reservationOf(k *keywords) *engine.Reservation {
	var r *engine.Reservation
	switch v := k.get("reservation").(type) {
	case nil:
	case starlark.String:
		r = plainReservation()
		r.ID = string(v)
	default:
		var ok bool
		if r, ok = t.made[v].(*engine.Reservation); !ok {
			k.wrong("reservation", v, "what test.reservation(…) returns, or the id of one")
		}
	}
	extra := k.extra("extra")
	known := k.yes("known", r != nil || extra != nil)
	switch {
	case !known && (r != nil || extra != nil):
		k.fail("known is False, but only a machine with a reservation has reservation or extra")
		return nil
	case known && r == nil:
		r = plainReservation()
	}
	if extra != nil {
		with := *r
		with.Details = &engine.Details{Extra: extra}
		if r.Details != nil {
			with.Details.Classes = r.Details.Classes
		}
		r = &with
	}
	return r
}

// record reads what is stored of a lease, and the word for its state.
func record(k *keywords, ip engine.IP, ref string, length uint32, res *engine.Reservation) (l *engine.Lease, state string) {
	l = &engine.Lease{
		IP: ip, State: engine.Active, HW: engine.HWOf(1, clientHW), Subnet: ref, Hostname: k.text("hostname", ""),
		Renewals: k.number("renewals", 0, math.MaxUint32), Revision: 1,
	}
	if res != nil {
		l.Reservation = res.ID
	}
	state = stateNew
	if slices.ContainsFunc(stored, k.has) {
		state = engine.Active.String()
	}
	switch state = k.text("state", state); {
	case state == stateNew, state == stateOffered:
	case states[state] == 0:
		k.wrong("state", starlark.String(state), `"new", "offered", "active", "expired", "released" or "declined"`)
	default:
		l.State = states[state]
	}
	seen := k.moment("last_seen", noon)
	l.CLTT, l.Started = seen.Unix(), k.moment("first_seen", seen).Unix()
	ends := seen.Add(time.Duration(length) * time.Second)
	l.Expires = k.moment("expires", ends).Unix()
	if length == engine.Infinite && !k.has("expires") {
		l.Expires = engine.Never
	}
	return l, state
}

// planAround makes a plan with the subnet of a lease, and the pool in it, of what the test says of them.
func planAround(k *keywords, ip engine.IP) *engine.Plan {
	name, serial := k.text("subnet", "subnet"), k.number("serial", 0, math.MaxUint32)
	sub := &engine.Subnet{
		Ref: withSerial(name, serial), Network: &engine.Network{Name: k.text("network", name)},
		Prefix: netip.PrefixFrom(ip.Addr(), 24).Masked(),
	}
	if !sub.Prefix.IsValid() {
		sub.Prefix = netip.PrefixFrom(clientIP.Addr(), 24).Masked()
	}
	if pool := k.text("pool", ""); pool != "" {
		first := engine.IPOf(sub.Prefix.Addr())
		sub.Pools = []*engine.Pool{{Name: pool, Subnet: sub, First: first, Last: first | 0xff}}
	}
	return engine.NewPlan(engine.Parts{Subnets: []*engine.Subnet{sub}})
}
