package engine

import (
	"rollcall/internal/option"
)

// told returns the options that the holder of a lease would be sent now, times included, if it asked for what the requestor asks for.
// What its relay said when the lease was granted counts as it did then (RFC 4388 §6.4.2); of the client itself more is not kept than
// its identity and its vendor class.
func (c *decider) told(l *Lease, sub *Subnet, server IP) option.List {
	q := &Query{Link: c.q.Link, Port: dhcpPort, Type: Request, HW: l.HW, CIAddr: l.IP, GIAddr: l.Giaddr}
	for _, o := range [...]struct {
		code  option.Code
		value []byte
	}{
		{option.ParameterRequestList, c.q.prl}, {option.ClientID, l.ClientID}, {option.VendorClass, l.VendorClass},
		{option.RelayAgentInfo, l.relaySaid()},
	} {
		if len(o.value) > 0 {
			q.Options = q.Options.Append(o.code, o.value)
		}
	}
	q.Index()
	h := &decider{s: c.s, q: q, now: c.now, sec: c.sec, network: sub.Network, at: sub, relay: q.relay, have: c.s.leaseAt(l.IP)}
	if h.res = c.s.roll.byIP[l.IP]; h.res == nil || l.Reservation == "" {
		h.res = c.s.roll.match(sub.Network, q)
	}
	if h.res != nil && h.res.Details != nil {
		h.nearest(h.res.Details)
	}
	h.classify() // a class that gets no answer had one before
	scope := h.scope(l.IP, sub)
	h.readBoot()
	name := h.hostname(l.IP)
	h.tellBoot(&Decision{IP: l.IP, Subnet: sub}, scope, name)
	length := l.length()
	return h.options(sub, scope, server, name, h.term(&scope.Times, length, min(ago(c.sec, l.CLTT), length)))
}

// appendTold adds what the client was told and the requestor wants, apart from the times, and what the client said itself where it was
// told nothing.
func (c *decider) appendTold(list option.List, l *Lease, told option.List) option.List {
	if c.asks(option.VendorClass) && len(l.VendorClass) > 0 {
		list = list.Append(option.VendorClass, l.VendorClass)
	}
	if _, ok := told.Get(option.HostName); !ok && c.asks(option.HostName) && l.Hostname != "" {
		list = list.AppendString(option.HostName, l.Hostname)
	}
	for code, value := range told.All() {
		switch {
		case !c.wants(code), sensitive(code), code == option.ServerID, code == option.LeaseTime, code == option.RenewalTime,
			code == option.RebindingTime, code == option.VendorClass, code == option.ClientID:
			continue
		}
		list = list.Append(code, value)
	}
	return list
}

// sensitive reports whether the value of an option is between server and client: what vendors make of it may hold a password. RFC
// 4388 §6.4.2 wants only options that are harmless told to others.
func sensitive(code option.Code) bool {
	const siteSpecific = 224 // and on (RFC 3942)
	switch code {
	case option.VendorSpecific, option.VIVendorSpecific, option.Authentication, option.UserAuthentication:
		return true
	}
	return code >= siteSpecific
}
