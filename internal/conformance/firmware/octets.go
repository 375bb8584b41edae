package firmware

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
)

// message is a DHCP message as octets, with the fixed fields by name (RFC 2131 §2). Options are read by each firmware in its own way.
type message []byte

const optionsAt = 240

// The message types that firmware tells apart (RFC 2132 §9.6).
const (
	typeBOOTP    = 0
	typeDiscover = 1
	typeOffer    = 2
	typeRequest  = 3
	typeAck      = 5
	typeNak      = 6
)

// The ports (RFC 2131 §4.1, PXE 2.1).
const (
	serverPort = 67
	clientPort = 68
	pxePort    = 4011
)

func (m message) whole() bool { return len(m) >= optionsAt }

func (m message) op() byte           { return m[0] }
func (m message) htype() byte        { return m[1] }
func (m message) hlen() byte         { return m[2] }
func (m message) xid() uint32        { return binary.BigEndian.Uint32(m[4:]) }
func (m message) flags() uint16      { return binary.BigEndian.Uint16(m[10:]) }
func (m message) ciaddr() netip.Addr { return netip.AddrFrom4([4]byte(m[12:])) }
func (m message) yiaddr() netip.Addr { return netip.AddrFrom4([4]byte(m[16:])) }
func (m message) siaddr() netip.Addr { return netip.AddrFrom4([4]byte(m[20:])) }
func (m message) chaddr() []byte     { return m[28:44] }
func (m message) file() []byte       { return m[108:236] }
func (m message) cookie() bool       { return bytes.Equal(m[236:240], []byte{99, 130, 83, 99}) }

// text is a field or an option up to its first zero octet.
func text(b []byte) string {
	s, _, _ := bytes.Cut(b, []byte{0})
	return string(s)
}

// first returns the value of the first option with the code, and where it is in m; -1 where there is none. It stops at the end option,
// and where an option runs over the end.
func (m message) first(code byte) (value []byte, at int) {
	for i := optionsAt; i < len(m) && m[i] != 255; {
		if m[i] == 0 {
			i++
			continue
		}
		if i+2 > len(m) || i+2+int(m[i+1]) > len(m) {
			return nil, -1
		}
		if m[i] == code {
			return m[i+2 : i+2+int(m[i+1])], i + 2
		}
		i += 2 + int(m[i+1])
	}
	return nil, -1
}

// has reports whether there is an option with the code.
func (m message) has(code byte) bool {
	_, at := m.first(code)
	return at >= 0
}

// kind is the message type, typeBOOTP where it has none.
func (m message) kind() byte {
	if v, _ := m.first(53); len(v) > 0 {
		return v[0]
	}
	return typeBOOTP
}

// serverID is option 54, the zero address where it has none.
func (m message) serverID() netip.Addr {
	if v, _ := m.first(54); len(v) >= 4 {
		return netip.AddrFrom4([4]byte(v))
	}
	return netip.IPv4Unspecified()
}

// unlike says why a reply is not that of the server, or not of the address, that a DHCPREQUEST has chosen.
func (m message) unlike(reply message) string {
	server, address := m.serverID(), m.ciaddr()
	if v, _ := m.first(50); len(v) == 4 {
		address = netip.AddrFrom4([4]byte(v))
	}
	switch {
	case !server.IsUnspecified() && server != reply.serverID():
		return "an acknowledgement of another server than asked"
	case reply.kind() == typeAck && address != reply.yiaddr():
		return "an acknowledgement of another address than offered"
	}
	return ""
}

// class reports whether option 60 begins with the text.
func (m message) class(prefix string) bool {
	v, _ := m.first(60)
	return bytes.HasPrefix(v, []byte(prefix))
}

// encapsulated is what firmware reads of option 43: the sub-options of PXE 2.1 by their tags.
type encapsulated map[byte][]byte

// sub reads option 43 up to its end option, or to its end.
func sub(v []byte) encapsulated {
	all := encapsulated{}
	for i := 0; i < len(v) && v[i] != 255; {
		if v[i] == 0 {
			i++
			continue
		}
		if i+2 > len(v) || i+2+int(v[i+1]) > len(v) {
			break
		}
		if _, there := all[v[i]]; !there {
			all[v[i]] = v[i+2 : i+2+int(v[i+1])]
		}
		i += 2 + int(v[i+1])
	}
	return all
}

// The sub-options of option 43 (PXE 2.1 Table 2-1).
const (
	tagDiscovery = 6
	tagServers   = 8
	tagMenu      = 9
	tagPrompt    = 10
	tagItem      = 71
)

// control is discovery control, 0 where there is none.
func (e encapsulated) control() byte {
	if v := e[tagDiscovery]; len(v) > 0 {
		return v[0]
	}
	return 0
}

// The bits of discovery control.
const (
	noBroadcast = 1
	listOnly    = 4 // take nobody's answer who is not in the list
	noPrompt    = 8 // fetch the file at once, if the offer names one
)

// items are the lines of the menu; ok is false where it is cut short.
func (e encapsulated) items() (list []Item, ok bool) {
	v := e[tagMenu]
	for len(v) > 0 {
		if len(v) < 3 || len(v) < 3+int(v[2]) {
			return list, false
		}
		list = append(list, Item{binary.BigEndian.Uint16(v), string(v[3 : 3+int(v[2])])})
		v = v[3+int(v[2]):]
	}
	return list, true
}

// firstServer is the first address of the list of boot servers, the zero address where there is none.
func (e encapsulated) firstServer() netip.Addr {
	if v := e[tagServers]; len(v) >= 7 && v[2] > 0 {
		return netip.AddrFrom4([4]byte(v[3:]))
	}
	return netip.IPv4Unspecified()
}

// servers are all addresses of the list for a type; ok is false where the list is cut short.
func (e encapsulated) servers(kind uint16) (list []netip.Addr, ok bool) {
	v := e[tagServers]
	for len(v) > 0 {
		if len(v) < 3 || len(v) < 3+4*int(v[2]) {
			return list, false
		}
		for i := range int(v[2]) {
			if binary.BigEndian.Uint16(v) == kind {
				list = append(list, netip.AddrFrom4([4]byte(v[3+4*i:])))
			}
		}
		v = v[3+4*int(v[2]):]
	}
	return list, true
}

// reachable reports whether every item but the local one can be asked for: by broadcast, or at an address that the list has for it.
func (e encapsulated) reachable(items []Item) bool {
	if e.control()&noBroadcast == 0 {
		return true
	}
	return !slices.ContainsFunc(items, func(it Item) bool {
		list, ok := e.servers(it.Type)
		return it.Type != 0 && (!ok || len(list) == 0)
	})
}

// listed reports whether an answer for an item may come from a boot server.
func (e encapsulated) listed(kind uint16, server netip.Addr) bool {
	list, _ := e.servers(kind)
	return e.control()&listOnly == 0 || slices.Contains(list, server)
}
