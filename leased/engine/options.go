package engine

import (
	"slices"

	"rollcall/internal/option"
)

// basic are sent even to a client that does not ask for them: what every host needs to use its address.
var basic = [...]option.Code{option.Router, option.DomainNameServer, option.DomainName}

// options returns what the answer carries, in the order of sending: server identifier and times, the subnet mask before any
// router (RFC 2132 §3.3), what the client asks for in the order it asks (RFC 2132 §9.8), then the basic ones that are left.
// A client that asks for nothing gets everything that is configured (RFC 2131 §4.3.1).
func (c *decider) options(sub *Subnet, server IP, hostname string, lease bool) option.List {
	w := optionWriter{list: make(option.List, 0, 160), sub: sub, hostname: hostname}
	w.reserved = c.res != nil && c.res.Hostname != "" && c.res.Hostname == hostname
	w.list = w.list.AppendUint32(option.ServerID, uint32(server))
	if lease {
		w.list = w.list.AppendUint32(option.LeaseTime, sub.LeaseTime)
		if sub.LeaseTime != Infinite {
			w.list = w.list.AppendUint32(option.RenewalTime, sub.T1)
			w.list = w.list.AppendUint32(option.RebindingTime, sub.T2)
		}
	}
	w.put(option.SubnetMask)
	if _, ok := sub.option(option.ClasslessRoute); ok && slices.Contains(c.q.prl, byte(option.ClasslessRoute)) {
		// A client that understands classless routes gets no others (RFC 3442, DHCP Server Administrator Responsibilities).
		w.leaveOut(option.Router)
		w.leaveOut(option.StaticRoute)
	}
	for _, code := range c.q.prl {
		w.put(option.Code(code))
	}
	for _, code := range basic {
		w.put(code)
	}
	if len(c.q.prl) == 0 {
		w.put(option.HostName)
		for i := range sub.Options {
			w.put(sub.Options[i].Code)
		}
	}
	c.traceLease(sub, lease)
	c.traceOptions(sub, w.list)
	return w.list
}

// optionWriter writes each option at most once, whatever a client asks for.
type optionWriter struct {
	list     option.List
	sub      *Subnet
	hostname string
	reserved bool // hostname is that of a reservation, and comes before the configured one
	sent     [4]uint64
}

func (w *optionWriter) leaveOut(code option.Code) { w.sent[code>>6] |= 1 << (code & 63) }

func (w *optionWriter) put(code option.Code) {
	if w.sent[code>>6]&(1<<(code&63)) != 0 {
		return
	}
	w.leaveOut(code)
	if code == option.HostName && w.reserved {
		w.list = w.list.AppendString(code, w.hostname)
		return
	}
	if o, ok := w.sub.option(code); ok {
		w.list = w.list.Append(code, o.Value)
		return
	}
	if w.sub.optionAt[code] != 0 {
		return // set to send nothing
	}
	switch code {
	case option.SubnetMask:
		w.list = w.list.AppendUint32(code, uint32(w.sub.mask))
	case option.BroadcastAddress:
		if w.sub.Prefix.Bits() < 31 {
			w.list = w.list.AppendUint32(code, uint32(w.sub.last))
		}
	case option.HostName:
		if w.hostname != "" {
			w.list = w.list.AppendString(code, w.hostname)
		}
	}
}

// hostname returns the name that the client is given with an address: from its reservation, else from the pool's pattern.
func (c *decider) hostname(ip IP) string {
	if c.res != nil && c.res.Hostname != "" {
		return c.res.Hostname
	}
	if p := c.s.plan.PoolOf(ip); p != nil && (c.res == nil || c.res.IP != ip) {
		return p.hostname(ip)
	}
	return ""
}
