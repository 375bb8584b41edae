package engine

import (
	"bytes"

	"rollcall/internal/option"
)

// hostname returns the name that the client is given with an address: from its reservation, else from the pool's pattern.
func (c *decider) hostname(ip IP) string {
	if c.res != nil && c.res.Hostname != "" {
		return c.res.Hostname
	}
	if p := c.poolOf(ip); p != nil && p.Hostname != "" && !c.owns(ip) {
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

// CallsItself returns the name that the client sent, cleaned: as its host name (12), else as the first label of its domain name
// (81); "" for none.
func (q *Query) CallsItself() string {
	var room [hostnameRoom]byte
	return string(q.appendOwnName(room[:0]))
}

// appendOwnName returns what CallsItself does, in dst, which is empty.
func (q *Query) appendOwnName(dst []byte) []byte {
	if len(q.hostname) > 0 {
		if name := appendHostname(dst, q.hostname); len(name) > 0 {
			return name
		}
	}
	if q.fqdn != nil {
		var room [fqdnRoom]byte
		if name, _, _, ok := option.AppendFQDN(room[:0], q.fqdn); ok {
			first, _, _ := bytes.Cut(name, []byte("."))
			return appendHostname(dst, first)
		}
	}
	return dst
}

// putFQDN answers the client's option 81 (RFC 4702 §4): the name it has here, and that this server updates no DNS.
func (c *decider) putFQDN() {
	var theirs, ours [fqdnRoom]byte
	_, flags, _, ok := option.AppendFQDN(theirs[:0], c.q.fqdn)
	if !ok {
		return
	}
	name := append(ours[:0], c.out.hostname...)
	if len(name) == 0 {
		name = c.q.appendOwnName(name)
	}
	if o := c.find(option.DomainName, c.out.base); len(name) > 0 && bytes.IndexByte(name, '.') < 0 && o != nil && o.Value != nil {
		name = append(append(name, '.'), bytes.TrimSuffix(o.Value, []byte("."))...)
	}
	var value [3 + fqdnRoom]byte
	c.out.list = c.out.list.Append(option.ClientFQDN, flags.AppendReply(value[:0], name))
}

// fqdnRoom is what a domain name fits in.
const fqdnRoom = 255
