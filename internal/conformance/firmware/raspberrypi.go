package firmware

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
)

// RaspberryPi is the boot ROM of a Raspberry Pi 3. It looks for its own name in option 43, takes the TFTP server from option 66, and
// asks that for bootcode.bin whatever the server says.
type RaspberryPi struct {
	sent  message
	offer message
	ack   message
}

// Sends implements [Model].
func (p *RaspberryPi) Sends(d Datagram) {
	m := message(slices.Clone(d.Payload))
	if m.kind() == typeDiscover {
		*p = RaspberryPi{} // its xid is a constant
	}
	p.sent = m
}

// Hears implements [Model].
func (p *RaspberryPi) Hears(d Datagram) string {
	m := message(slices.Clone(d.Payload))
	switch {
	case p.sent == nil:
		return "it has asked nothing"
	case d.Src.Port() != serverPort || d.Dst.Port() != clientPort:
		return fmt.Sprintf("from port %d to port %d; it takes what goes from 67 to 68", d.Src.Port(), d.Dst.Port())
	case !m.whole() || !m.cookie() || m.op() != 2:
		return "this is no DHCP message"
	case m.xid() != p.sent.xid() || !bytes.Equal(m.chaddr()[:6], p.sent.chaddr()[:6]):
		return "neither xid nor chaddr may differ from its own"
	}
	if why := padded(m); why != "" {
		return why
	}
	switch {
	case p.sent.kind() == typeDiscover && m.kind() == typeOffer:
		if p.offer == nil || piOffer(m) {
			p.offer = m
		}
	case p.sent.kind() == typeRequest && m.kind() == typeAck:
		p.ack = m
	}
	return ""
}

// piOffer reports whether a reply is for a Raspberry Pi.
func piOffer(m message) bool {
	v, _ := m.first(43)
	return m.class("PXEClient") && bytes.Contains(v, []byte("Raspberry Pi Boot"))
}

// Next implements [Model]. It may begin to fetch when it has the offer, so that must say everything; the acknowledgement too, if one
// has come.
func (p *RaspberryPi) Next() Step {
	if p.offer == nil {
		return givesUp("", "no offer")
	}
	step := piFetches(p.offer)
	if p.ack != nil && step.Verb == Fetch {
		step = piFetches(p.ack)
	}
	return step
}

func piFetches(m message) Step {
	if !piOffer(m) {
		return givesUp("", "no PXEClient and Raspberry Pi Boot")
	}
	server := m.siaddr()
	if v, at := m.first(66); at >= 0 {
		named, err := netip.ParseAddr(text(v))
		if err != nil {
			return givesUp("", "66 is no address in dotted decimals")
		}
		server = named
	}
	if server.IsUnspecified() {
		return givesUp("", "no TFTP server")
	}
	return fetches(server, "bootcode.bin")
}
