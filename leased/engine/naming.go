package engine

import (
	"strings"

	"rollcall/internal/option"
)

// hostname returns the name that the client is given with an address: from its reservation, else from the pool's pattern.
func (c *decider) hostname(ip IP) string {
	if c.res != nil && c.res.Hostname != "" {
		return c.res.Hostname
	}
	if p := c.poolOf(ip); p != nil && p.Hostname != "" && (c.res == nil || c.res.IP != ip) {
		var room [hostnameRoom]byte
		return c.name(p.appendHostname(room[:0], ip), ip)
	}
	return ""
}

// name makes text of a name for a client of ip: the one that is there, if the last lease had the same.
func (c *decider) name(b []byte, ip IP) string {
	if e := c.leaseAt(ip); e != nil && e.Hostname == string(b) {
		return e.Hostname
	}
	return string(b)
}

// callsItself returns the name that the client sent, cleaned: as its host name (12), else as the first label of its domain name
// (81); "" for none.
func (q *Query) callsItself() string {
	var room [hostnameRoom]byte
	return string(q.appendOwnName(room[:0]))
}

// appendOwnName returns what callsItself does, in dst, which is empty.
func (q *Query) appendOwnName(dst []byte) []byte {
	if len(q.hostname) > 0 {
		if name := appendHostname(dst, q.hostname); len(name) > 0 {
			return name
		}
	}
	if q.fqdn != nil {
		if f, ok := option.ParseFQDN(q.fqdn); ok {
			first, _, _ := strings.Cut(f.Name, ".")
			return appendHostname(dst, []byte(first))
		}
	}
	return dst
}

// putFQDN answers the client's option 81 (RFC 4702 §4): the name it has here, and that this server updates no DNS.
func (c *decider) putFQDN() {
	f, ok := option.ParseFQDN(c.q.fqdn)
	if !ok {
		return
	}
	name := c.out.hostname
	if name == "" {
		name = c.q.callsItself()
	}
	if o := c.find(option.DomainName, c.out.base); name != "" && !strings.Contains(name, ".") && o != nil && o.Value != nil {
		name += "." + strings.TrimSuffix(string(o.Value), ".")
	}
	c.out.list = c.out.list.Append(option.ClientFQDN, f.AppendReply(nil, name))
}
