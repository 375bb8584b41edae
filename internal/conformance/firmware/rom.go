package firmware

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
)

// ROM is a PXE ROM of the years before UEFI, as strict as the strictest of them: it reads option 67 as a text of C, up to the zero octet
// wherever that is, and 43 up to its end option wherever that is, and finds sub-options only in ascending order.
type ROM struct {
	sent   message
	to     netip.AddrPort
	from   netip.AddrPort
	offer  message // with an address
	proxy  message // with PXEClient in option 60
	ack    message
	answer message // from port 4011, or to a boot server request
}

// Sends implements [Model].
func (r *ROM) Sends(d Datagram) {
	m := message(slices.Clone(d.Payload))
	if m.kind() == typeDiscover && (r.sent == nil || r.sent.xid() != m.xid()) && d.Dst.Port() == serverPort {
		*r = ROM{}
	}
	r.sent, r.from, r.to = m, d.Src, d.Dst
}

// Hears implements [Model].
func (r *ROM) Hears(d Datagram) string {
	m := message(slices.Clone(d.Payload))
	if why := r.unheard(d, m); why != "" {
		return why
	}
	item := false
	if v, _ := r.sent.first(43); sub(v)[tagItem] != nil {
		item = true
	}
	switch kind := m.kind(); {
	case item || r.to.Port() == pxePort:
		if kind != typeAck && kind != typeOffer {
			return fmt.Sprintf("a message of type %d from a boot server", kind)
		}
		if v, _ := m.first(43); romFile(m) == "" && sub(v)[tagMenu] == nil {
			return "neither a boot file nor a menu from a boot server"
		}
		r.answer = m
	case r.sent.kind() == typeDiscover:
		return r.hearsOffer(m, kind)
	case kind == typeNak:
		*r = ROM{}
	case r.sent.kind() == typeRequest && m.yiaddr().IsUnspecified():
		return "an acknowledgement without an address: it waits for another one and stalls"
	default:
		why := r.sent.unlike(m)
		if why == "" {
			r.ack = m
		}
		return why
	}
	return ""
}

func (r *ROM) hearsOffer(m message, kind byte) string {
	pxe := m.class("PXEClient")
	switch {
	case kind != typeOffer:
		return fmt.Sprintf("a message of type %d to a DHCPDISCOVER", kind)
	case m.yiaddr().IsUnspecified() && !pxe:
		return "neither an address nor PXEClient in option 60"
	}
	if pxe && r.proxy == nil {
		r.proxy = m
	}
	if !m.yiaddr().IsUnspecified() && r.offer == nil {
		r.offer = m
	}
	return ""
}

// unheard says why it does not look at a datagram, or cannot read it.
func (r *ROM) unheard(d Datagram, m message) string {
	switch {
	case r.sent == nil:
		return "it has asked nothing"
	case d.Dst.Port() != r.from.Port() && d.Dst.Port() != clientPort:
		return fmt.Sprintf("it listens on port %d, the answer went to port %d", r.from.Port(), d.Dst.Port())
	case d.Src.Port() != r.to.Port():
		return fmt.Sprintf("it asked port %d, port %d answers", r.to.Port(), d.Src.Port())
	case len(m) < 300:
		return "shorter than BOOTP"
	case !m.cookie() || m.op() != 2:
		return "this is no DHCP message"
	case m.xid() != r.sent.xid() || !bytes.Equal(m.chaddr()[:6], r.sent.chaddr()[:6]):
		return "neither xid nor chaddr may differ from its own"
	case !m.serverID().IsValid() || m.serverID().IsUnspecified():
		return "no option 54"
	}
	if v, _ := m.first(52); v != nil {
		return "file and sname are used for options, which it takes for names"
	}
	if v, at := m.first(43); at >= 0 && m.class("PXEClient") {
		if why := romEncapsulated(v); why != "" {
			return why
		}
	}
	return ""
}

// romEncapsulated says why it cannot read option 43.
func romEncapsulated(v []byte) string {
	last := byte(0)
	for i := 0; ; {
		switch {
		case i >= len(v):
			return "43 has no end option: it reads on into the next option"
		case v[i] == 255:
			return ""
		case i+2 > len(v) || i+2+int(v[i+1]) > len(v):
			return "43 is cut short within a sub-option"
		case v[i] <= last:
			return fmt.Sprintf("sub-option %d of 43 comes after %d", v[i], last)
		}
		last = v[i]
		i += 2 + int(v[i+1])
	}
}

// romFile is the boot file: option 67 up to a zero octet, even behind its end, else the header.
func romFile(m message) string {
	if v, at := m.first(67); at >= 0 && len(v) > 0 {
		return text(m[at:])
	}
	return text(m.file())
}

// Next implements [Model].
func (r *ROM) Next() Step {
	offer, proxy := r.offer, r.proxy
	if r.ack != nil {
		if !r.ack.class("PXEClient") && string(proxy) == string(offer) {
			proxy = nil
		} else if r.ack.class("PXEClient") {
			proxy = r.ack
		}
		offer = r.ack
	}
	switch {
	case r.answer != nil && romFile(r.answer) != "":
		return r.fetches(r.answer)
	case r.answer != nil:
		return r.asksUser(r.answer)
	case offer == nil && proxy == nil:
		return givesUp("PXE-E51", "no DHCP or proxyDHCP offers were received")
	case offer == nil:
		return givesUp("PXE-E52", "proxyDHCP offers were received, no DHCP offers were received")
	case proxy == nil:
		return r.fetches(offer)
	}
	v, at := proxy.first(43)
	switch {
	case at < 0:
		return Step{Verb: AskPXEPort, Server: proxy.serverID()}
	case sub(v).control()&noPrompt != 0 && romFile(proxy) != "":
		return r.fetches(proxy)
	}
	return r.asksUser(proxy)
}

// asksUser shows prompt and menu, both of which it must have.
func (r *ROM) asksUser(m message) Step {
	v, _ := m.first(43)
	options := sub(v)
	items, ok := options.items()
	prompt := options[tagPrompt]
	switch {
	case !ok || len(items) == 0 || len(prompt) == 0:
		return givesUp("PXE-E74", "bad or missing PXE menu and/or prompt information")
	case !options.reachable(items):
		return givesUp("PXE-E78", "bad or missing server discovery list")
	case prompt[0] != 0:
		return Step{Verb: ShowMenu, Timeout: int(prompt[0]), Items: items}
	case items[0].Type == 0:
		return Step{Verb: BootLocally}
	}
	return Step{Verb: AskItem, Items: items[:1]}
}

func (r *ROM) fetches(m message) Step {
	file, server := romFile(m), m.siaddr()
	switch {
	case file == "":
		return givesUp("PXE-E53", "no boot filename received")
	case server.IsUnspecified():
		server = m.serverID()
	}
	return fetches(server, file)
}
