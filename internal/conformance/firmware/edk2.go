package firmware

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
)

// EDK2 is UEFI's PXE client as EDK2 has it: OVMF, and nearly every UEFI machine. It collects offers for as long as its round lasts,
// takes one by their kinds, and finishes the exchange with that one.
type EDK2 struct {
	edk2DHCP
	offers []*edk2Reply
	ack    *edk2Reply
	proxy  *edk2Reply // the proxy's offer that it took, or what came from port 4011
	item   *edk2Reply // what a boot server said to the item that was chosen
}

// edk2Limit is the largest message that EDK2 takes, edk2Offers how many offers it keeps.
const (
	edk2Limit  = 1472
	edk2Offers = 16
)

// Sends implements [Model].
func (e *EDK2) Sends(d Datagram) {
	if e.sends(d) {
		*e = EDK2{edk2DHCP: e.edk2DHCP}
	}
}

// Hears implements [Model].
func (e *EDK2) Hears(d Datagram) string {
	m := message(slices.Clone(d.Payload))
	if why := e.unheard(d, m); why != "" {
		return why
	}
	r, why := edk2Parse(m)
	if why != "" {
		return why
	}
	asked, _ := e.sent.first(43)
	switch item := sub(asked)[tagItem]; {
	case item != nil:
		return e.hearsItem(item, r)
	case e.to.Port() == pxePort:
		if why := r.nothingToBoot(); why != "" {
			return why
		}
		e.proxy = r
	case e.sent.kind() == typeDiscover:
		return e.hearsOffer(m, r)
	case e.sent.kind() == typeRequest:
		return e.hearsAck(m, r)
	default:
		return "it waits for nothing"
	}
	return ""
}

// hearsItem takes what a boot server says to the item that was asked for.
func (e *EDK2) hearsItem(item []byte, r *edk2Reply) string {
	for _, offered := range append([]*edk2Reply{e.ack, e.proxy}, e.offers...) {
		if offered != nil && offered.options[tagMenu] != nil && len(item) >= 2 &&
			!offered.options.listed(binary.BigEndian.Uint16(item), r.m.siaddr()) {
			return "siaddr is not in the list of boot servers for the item"
		}
	}
	if why := r.nothingToBoot(); why != "" {
		return why
	}
	e.item = r
	return ""
}

// edk2DHCP is EDK2's DHCP driver, which the PXE client and HTTP boot stand on: the last message that it sent, whence and whereto.
type edk2DHCP struct {
	sent     message
	from, to netip.AddrPort
}

// sends notes a message, and reports whether a new boot begins with it.
func (e *edk2DHCP) sends(d Datagram) (begins bool) {
	m := message(slices.Clone(d.Payload))
	begins = m.kind() == typeDiscover && (e.sent == nil || e.sent.xid() != m.xid())
	e.sent, e.from, e.to = m, d.Src, d.Dst
	return begins
}

// unheard says why a datagram does not get as far as who asked.
func (e *edk2DHCP) unheard(d Datagram, m message) string {
	switch unicast := e.to.Port() == pxePort; {
	case e.sent == nil:
		return "it has asked nothing"
	case unicast && d.Dst != e.from:
		return fmt.Sprintf("it listens at %v, the answer went to %v", e.from, d.Dst)
	case !unicast && d.Dst.Port() != clientPort:
		return fmt.Sprintf("it listens on port 68, the answer went to port %d", d.Dst.Port())
	case !unicast && d.Src.Port() != serverPort:
		return fmt.Sprintf("its socket takes nothing but what comes from port 67, the answer comes from port %d", d.Src.Port())
	case !unicast && e.sent.flags()&0x8000 != 0 && d.Dst.Addr() != netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "it asked for a broadcast, and has no address to hear anything else with"
	case len(m) > edk2Limit:
		return fmt.Sprintf("%d octets, it takes %d", len(m), edk2Limit)
	case !m.whole() || !m.cookie():
		return "this is no DHCP message"
	case m.op() != 2:
		return "op is not BOOTREPLY"
	case m.xid() != e.sent.xid():
		return "xid is not that of its request"
	case m.hlen() > 16 || !bytes.Equal(m.chaddr()[:m.hlen()], e.sent.chaddr()[:m.hlen()]):
		return "chaddr is not its own"
	}
	return edk2Valid(m)
}

func (e *EDK2) hearsOffer(m message, r *edk2Reply) string {
	switch {
	case m.kind() != typeOffer && m.kind() != typeBOOTP:
		return fmt.Sprintf("a message of type %d to a DHCPDISCOVER", m.kind())
	case m.kind() == typeOffer && m.serverID().IsUnspecified():
		return "an offer without option 54"
	case len(e.offers) == edk2Offers:
		return "it has sixteen offers"
	}
	e.offers = append(e.offers, r)
	return ""
}

func (e *EDK2) hearsAck(m message, r *edk2Reply) string {
	switch why := e.sent.unlike(m); {
	case why != "":
		return why
	case m.kind() == typeNak:
		*e = EDK2{}
		return ""
	case m.kind() != typeAck:
		return fmt.Sprintf("a message of type %d to a DHCPREQUEST", m.kind())
	}
	e.ack = r
	return ""
}

// Next implements [Model].
func (e *EDK2) Next() Step {
	if e.item != nil {
		return e.item.boots()
	}
	chosen, proxy, step := e.choose()
	switch {
	case chosen == nil && e.ack != nil: // of an offer that nobody told of
		return e.ack.boots()
	case chosen == nil:
		return step
	case proxy == nil && chosen.kind != dhcpBINL:
		if e.ack != nil {
			return e.ack.boots() // of DHCP alone, the acknowledgement decides
		}
		return chosen.boots()
	case proxy != nil && proxy.kind == proxyPXE10:
		return proxy.boots()
	case e.proxy != nil:
		return e.proxy.boots()
	}
	asked := chosen
	if proxy != nil {
		asked = proxy
	}
	server := asked.m.siaddr()
	if server.IsUnspecified() {
		server = asked.m.serverID()
	}
	return Step{Verb: AskPXEPort, Server: server}
}

// choose picks the offer that it requests and the proxy's offer that goes with it; where it can use none, step says what it shows.
func (e *EDK2) choose() (chosen, proxy *edk2Reply, step Step) {
	find := func(k edk2Kind) *edk2Reply {
		for _, r := range e.offers {
			if r.kind == k {
				return r
			}
		}
		return nil
	}
	only := find(dhcpOnly)
	switch {
	case find(dhcpPXE10) != nil:
		return find(dhcpPXE10), nil, Step{}
	case only != nil && find(proxyPXE10) != nil:
		return only, find(proxyPXE10), Step{}
	case find(dhcpBINL) != nil:
		return find(dhcpBINL), nil, Step{}
	case only != nil && find(proxyBINL) != nil:
		return only, find(proxyBINL), Step{}
	}
	for _, k := range []edk2Kind{dhcpOnly, bootp} {
		for _, r := range e.offers {
			if r.kind == k && r.file != "" {
				return r, nil, Step{}
			}
		}
	}
	return nil, nil, givesUp("PXE-E16", "no valid offer received")
}
