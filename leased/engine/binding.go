package engine

import (
	"time"

	"rollcall/internal/option"
)

// Binding tells of a lease as it was at the time at (RFC 6926 §8.2): a LeaseActive, or a LeaseUnassigned that names who had it
// last. ok is false when its address is not ours to lease any more.
func (s *State) Binding(b *BulkQuery, l *Lease, at time.Time) (d Decision, ok bool) {
	if !s.manages(l.IP) {
		return d, false
	}
	c := &decider{s: s, q: b.q, now: at, sec: at.Unix()}
	sub := s.plan.SubnetOf(l.IP)
	d = Decision{Kind: LeaseUnassigned, CIAddr: l.IP, Subnet: sub}
	state, since := l.bulkState(c.sec)
	d.Options = appendBase(d.Options, at, state)
	d.Options = d.Options.AppendUint32(option.StartTimeOfState, ago(c.sec, since))
	if l.Reason != "" { // who declined it, or was in the way there, never had it
		return d, true
	}
	d.Holder = l.HW
	if !l.FoundByARP {
		d.Options = d.Options.AppendUint32(option.ClientLastTransaction, ago(c.sec, l.CLTT))
	}
	if len(l.ClientID) > 0 {
		d.Options = d.Options.Append(option.ClientID, l.ClientID)
	}
	if state != bulkActive {
		return d.withRelay(l), true
	}
	d.Kind = LeaseActive
	told := c.told(l, sub, 0)
	for _, code := range [...]option.Code{option.LeaseTime, option.RenewalTime, option.RebindingTime} {
		if v, ok := told.Get(code); ok && (code == option.LeaseTime || c.asks(code)) {
			d.Options = d.Options.Append(code, v)
		}
	}
	d = d.withRelay(l)
	d.Options = c.appendTold(d.Options, l, told)
	return d, true
}

func (d Decision) withRelay(l *Lease) Decision {
	if info := l.relaySaid(); len(info) > 0 {
		d.Options = d.Options.Append(option.RelayAgentInfo, info)
	}
	return d
}

// States of an address (RFC 6926 §6.2.7, option 156).
const (
	bulkAvailable = 1
	bulkActive    = 2
	bulkExpired   = 3
	bulkReleased  = 4
	bulkAbandoned = 5
)

// bulkState returns in which state the lease is at the time now, and since when.
func (l *Lease) bulkState(now int64) (state uint8, since int64) {
	switch {
	case l.Holds(now):
		return bulkActive, l.Started
	case l.State == Declined && now < l.Expires:
		return bulkAbandoned, l.Started
	case l.Reason != "": // was in quarantine
		return bulkAvailable, l.Expires
	case l.State == Released:
		return bulkReleased, l.Expires
	}
	return bulkExpired, l.Expires
}

// changed returns when what is known of the address changed last.
func (l *Lease) changed(now int64) int64 {
	state, since := l.bulkState(now)
	if state == bulkActive {
		return l.CLTT
	}
	return since
}

// appendBase appends what every binding has: the time that the others count from, the state, and that this server knows it at first
// hand.
func appendBase(list option.List, at time.Time, state uint8) option.List {
	list = list.AppendUint32(option.BaseTime, uint32(at.Unix()))
	return list.AppendUint8(option.DHCPState, state).AppendUint8(option.DataSource, 0)
}

// NeverLeased tells of an address that is free and always was.
func NeverLeased(ip IP, at time.Time) Decision {
	return Decision{Kind: LeaseUnassigned, CIAddr: ip, Options: appendBase(nil, at, bulkAvailable)}
}
