package engine

import "strconv"

// nameRoom is what the names of all links fit in: an interface name has 15 characters, two VIDs with their dots 10.
const nameRoom = 32

// appendLink appends the name of a tagged segment: eth1.100 for VLAN 100 of eth1, eth1.100.7 for VLAN 7 inside it. vlan is as in
// Query; the untagged segment, 0, has the name of the link.
func appendLink(b []byte, link string, vlan uint32) []byte {
	b = append(b, link...)
	if outer := vlan & 0xffff; outer != 0 {
		b = strconv.AppendUint(append(b, '.'), uint64(outer), 10)
	}
	if inner := vlan >> 16; inner != 0 {
		b = strconv.AppendUint(append(b, '.'), uint64(inner), 10)
	}
	return b
}

// around returns the segment that a tagged one is carried in.
func around(vlan uint32) uint32 {
	if vlan > 0xffff {
		return vlan & 0xffff
	}
	return 0
}

// LinkName returns the name of the link that q came from, its tagged segment included.
func (q *Query) LinkName() string {
	if q.VLAN == 0 {
		return q.Link.Name
	}
	var buf [nameRoom]byte
	return string(q.AppendLinkName(buf[:0]))
}

// AppendLinkName appends what LinkName returns.
func (q *Query) AppendLinkName(b []byte) []byte { return appendLink(b, q.Link.Name, q.VLAN) }

// linkText returns frontend/link, for events.
func (q *Query) linkText() string { return string(q.appendLinkText(nil)) }

func (q *Query) appendLinkText(b []byte) []byte {
	b = append(append(b, q.Link.Frontend.Name...), '/')
	return appendLink(b, q.Link.Name, q.VLAN)
}

// networkOn returns the network that the configuration puts on the link of q, and the segment that it names: that of q, the one
// around it, or else the link itself. The network is nil if no subnet names any of them.
func (p *Plan) networkOn(q *Query) (n *Network, vlan uint32) {
	var buf [nameRoom]byte
	for vlan = q.VLAN; vlan != 0; vlan = around(vlan) {
		if n = p.byLink[string(appendLink(buf[:0], q.Link.Name, vlan))]; n != nil {
			return n, vlan
		}
	}
	return p.byLink[q.Link.Name], 0
}
