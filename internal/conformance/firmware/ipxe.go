package firmware

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// IPXE is iPXE's DHCP client and what it does at the prompt "autoboot".
type IPXE struct {
	sent   message
	to     netip.AddrPort
	offer  message // with an address
	proxy  message // with PXEClient in option 60, from whatever server
	noPXE  bool    // option 175.176 of the offer
	ack    message
	answer message // from port 4011
	item   message // to a boot server request
}

// proxyWait is how long iPXE waits for a proxy's offer after an address was offered.
const proxyWait = 2 * time.Second

// Sends implements [Model].
func (p *IPXE) Sends(d Datagram) {
	m := message(slices.Clone(d.Payload))
	if m.kind() == typeDiscover && (p.sent == nil || p.sent.xid() != m.xid()) {
		*p = IPXE{}
	}
	p.sent, p.to = m, d.Dst
}

// Hears implements [Model].
func (p *IPXE) Hears(d Datagram) string {
	m := message(slices.Clone(d.Payload))
	switch {
	case p.sent == nil:
		return "it has asked nothing"
	case d.Dst.Port() != clientPort:
		return fmt.Sprintf("it listens on port 68, the answer went to port %d", d.Dst.Port())
	case !m.whole() || m.op() != 2:
		return "this is no DHCP message"
	case m.xid() != p.sent.xid():
		return "xid is not that of its session"
	case !bytes.Equal(m.chaddr()[:6], p.sent.chaddr()[:6]):
		return "chaddr is not its own"
	}
	v, _ := p.sent.first(43)
	switch {
	case sub(v)[tagItem] != nil:
		return p.hearsItem(d, m)
	case p.to.Port() == pxePort:
		return p.hearsProxy(d, m)
	case p.sent.kind() == typeDiscover:
		return p.hearsOffer(d, m)
	}
	return p.hearsAck(d, m)
}

// pseudoID is who iPXE takes for the sender: option 54, else siaddr, else the source of the datagram.
func pseudoID(d Datagram, m message) netip.Addr {
	for _, a := range []netip.Addr{m.serverID(), m.siaddr()} {
		if !a.IsUnspecified() {
			return a
		}
	}
	return d.Src.Addr()
}

func (p *IPXE) hearsOffer(d Datagram, m message) string {
	addressed := !m.yiaddr().IsUnspecified() && d.Src.Port() == serverPort && (m.kind() == typeOffer || m.kind() == typeBOOTP)
	proxied := m.class("PXEClient")
	if addressed && p.offer == nil {
		p.offer, p.noPXE = m, false
		v, _ := m.first(175)
		if no := sub(v)[0xb0]; len(no) == 1 && no[0] != 0 {
			p.noPXE = true
		}
	}
	if proxied && p.proxy == nil {
		p.proxy = m
	}
	if !addressed && !proxied {
		return "neither an address from port 67 nor PXEClient in option 60"
	}
	return ""
}

func (p *IPXE) hearsAck(d Datagram, m message) string {
	switch {
	case d.Src.Port() != serverPort:
		return fmt.Sprintf("an acknowledgement from port %d", d.Src.Port())
	case m.kind() == typeNak:
		*p = IPXE{}
		return ""
	case m.kind() != typeAck:
		return fmt.Sprintf("a message of type %d to a DHCPREQUEST", m.kind())
	}
	why := p.sent.unlike(m)
	if why == "" {
		p.ack = m
	}
	return why
}

func (p *IPXE) hearsProxy(d Datagram, m message) string {
	switch {
	case d.Src.Port() != pxePort:
		return fmt.Sprintf("an answer from port %d to a request to port 4011", d.Src.Port())
	case m.kind() != typeOffer && m.kind() != typeAck:
		return fmt.Sprintf("a message of type %d from port 4011", m.kind())
	case p.proxy != nil && pseudoID(d, m) != pseudoID(d, p.proxy):
		return "an answer of another proxy than asked"
	case !pxeOptions(m):
		return "neither siaddr and a file nor a menu"
	}
	p.answer = m
	return ""
}

func (p *IPXE) hearsItem(d Datagram, m message) string {
	v, _ := m.first(43)
	asked, _ := p.sent.first(43)
	switch got := sub(v)[tagItem]; {
	case d.Src.Port() != serverPort && d.Src.Port() != pxePort:
		return fmt.Sprintf("an answer from port %d", d.Src.Port())
	case m.kind() != typeAck:
		return fmt.Sprintf("a message of type %d to a boot server request", m.kind())
	case len(got) < 2 || !bytes.Equal(got[:2], sub(asked)[tagItem][:2]):
		return "the item is not the one asked for"
	}
	p.item = m
	return ""
}

// pxeOptions reports whether a message with PXEClient says what to boot, so that port 4011 need not be asked.
func pxeOptions(m message) bool {
	v, _ := m.first(43)
	return !m.siaddr().IsUnspecified() && ipxeFile(m) != "" || len(sub(v)[tagMenu]) > 0
}

// ipxeFile is the boot file: the header before option 67.
func ipxeFile(m message) string {
	if s := text(m.file()); s != "" {
		return s
	}
	v, _ := m.first(67)
	return text(v)
}

// Next implements [Model].
func (p *IPXE) Next() Step {
	s := p.boots()
	if p.offer != nil && !p.noPXE && p.proxy == nil {
		s.Wait = proxyWait
	}
	return s
}

func (p *IPXE) boots() Step {
	from := p.ack
	switch {
	case from != nil:
	case p.offer != nil:
		from = p.offer // the acknowledgement, which is still to come, says the same
	default:
		return givesUp("PXE-E51", "no DHCP offers")
	}
	proxied := p.proxy != nil && !p.noPXE
	if proxied && !pxeOptions(p.proxy) && p.answer == nil {
		return Step{Verb: AskPXEPort, Server: p.proxy.serverID()}
	}
	list := []message{p.item, from} // what the settings of the interface say is nearer than what a proxy says
	if proxied {
		list = append(list, p.answer, p.proxy)
	}
	list = slices.DeleteFunc(list, func(m message) bool { return m == nil })
	if step, shown := menuOf(list); shown && p.item == nil {
		return step
	}
	for _, m := range list {
		file := ipxeFile(m)
		switch {
		case file == "":
		case strings.Contains(file, "://"):
			return Step{Verb: Fetch, URL: file}
		case m.siaddr().IsUnspecified():
			return givesUp("", "a file and no next-server")
		default:
			return fetches(m.siaddr(), file)
		}
	}
	return givesUp("PXE-E53", "nothing to boot: no such file")
}

// menuOf is the menu that is shown: where option 60 is PXEClient and nothing else, and discovery control does not say that the file
// comes first.
func menuOf(list []message) (Step, bool) {
	for _, m := range list {
		class, _ := m.first(60)
		v, _ := m.first(43)
		options := sub(v)
		if text(class) != "PXEClient" || options[tagMenu] == nil || options.control()&noPrompt != 0 && ipxeFile(m) != "" {
			continue
		}
		items, ok := options.items()
		switch prompt := options[tagPrompt]; {
		case !ok || len(items) == 0:
			return givesUp("PXE-E74", "the menu cannot be read"), true
		case len(prompt) == 0:
			return Step{Verb: ShowMenu, Timeout: 255, Items: items}, true
		case prompt[0] != 0:
			return Step{Verb: ShowMenu, Timeout: int(prompt[0]), Items: items}, true
		case items[0].Type == 0:
			return Step{Verb: BootLocally}, true
		default:
			return Step{Verb: AskItem, Items: items[:1]}, true
		}
	}
	return Step{}, false
}
