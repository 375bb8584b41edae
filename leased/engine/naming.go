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
	if p := c.poolOf(ip); p != nil && (c.res == nil || c.res.IP != ip) {
		return p.hostname(ip)
	}
	return ""
}

// callsItself returns the name that the client sent, cleaned: as its host name (12), else as the first label of its domain name
// (81); "" for none.
func (q *Query) callsItself() string {
	if len(q.hostname) > 0 {
		if name := CleanHostname(q.hostname); name != "" {
			return name
		}
	}
	if q.fqdn != nil {
		if f, ok := option.ParseFQDN(q.fqdn); ok {
			first, _, _ := strings.Cut(f.Name, ".")
			return CleanHostname([]byte(first))
		}
	}
	return ""
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
