package firmware

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// UBoot is U-Boot's "dhcp" command. It goes by siaddr and file, and knows nothing of proxies and of option 66.
type UBoot struct {
	sent  message
	offer message
	ack   message
}

// Sends implements [Model].
func (u *UBoot) Sends(d Datagram) {
	m := message(slices.Clone(d.Payload))
	if m.kind() == typeDiscover && (u.sent == nil || u.sent.xid() != m.xid()) {
		*u = UBoot{}
	}
	u.sent = m
}

// Hears implements [Model].
func (u *UBoot) Hears(d Datagram) string {
	m := message(slices.Clone(d.Payload))
	switch {
	case u.sent == nil:
		return "it has asked nothing"
	case d.Src.Port() != serverPort || d.Dst.Port() != clientPort:
		return fmt.Sprintf("from port %d to port %d; it takes what goes from 67 to 68", d.Src.Port(), d.Dst.Port())
	case !m.whole() || m.op() != 2 || m.htype() != 1 || m.hlen() != 6:
		return "this is no BOOTP message for Ethernet"
	case m.xid() != u.sent.xid():
		return "xid is not its own"
	case m.yiaddr().IsUnspecified():
		return "no address"
	case m.has(52):
		return "file is used for options, which it takes for a name"
	}
	if why := padded(m); why != "" {
		return why
	}
	switch {
	case u.sent.kind() == typeDiscover && m.kind() == typeOffer:
		u.offer = m
	case u.sent.kind() == typeRequest && m.kind() == typeAck:
		u.ack = m
	case m.kind() == typeNak:
		*u = UBoot{}
	default:
		return fmt.Sprintf("a message of type %d to one of type %d", m.kind(), u.sent.kind())
	}
	return ""
}

// padded says where a message has padding before its end option.
func padded(m message) string {
	for i := optionsAt; i < len(m) && m[i] != 255; i += 2 + int(m[i+1]) {
		if m[i] == 0 {
			return "padding before the end option"
		}
		if i+1 >= len(m) {
			break
		}
	}
	return ""
}

// Next implements [Model].
func (u *UBoot) Next() Step {
	m := u.offer
	if u.ack != nil {
		m = u.ack
	}
	if m == nil {
		return givesUp("", "BOOTP broadcast without an answer")
	}
	file := text(m.file())
	if v, _ := m.first(67); file == "" {
		file = text(v)
	}
	switch {
	case file == "":
		return givesUp("", "no boot file name")
	case m.siaddr() == netip.IPv4Unspecified():
		return givesUp("", "TFTP from server 0.0.0.0")
	case strings.Contains(file, "://"):
		return givesUp("", "no file on a TFTP server is called "+file)
	}
	return fetches(m.siaddr(), file)
}
