package conformance_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// types are the words for option 53. A bootp message has none.
var types = map[string]int{
	"bootp": 0, "discover": 1, "offer": 2, "request": 3, "decline": 4, "ack": 5, "nak": 6, "release": 7, "inform": 8,
	"forcerenew": 9, "leasequery": 10, "leaseunassigned": 11, "leaseunknown": 12, "leaseactive": 13,
	"bulkleasequery": 14, "leasequerydone": 15, "activeleasequery": 16, "leasequerystatus": 17,
}

// query is a message on its way to the server.
type query struct {
	payload  []byte
	xid      uint32
	mac      []byte // of the frame; chaddr where that is one
	src, dst netip.AddrPort
	link     string
	frame    map[string]string // faults and tags of the frame, for the wire
	machine  string            // of testdata/machines, "" for none
}

var (
	nobody    = netip.MustParseAddrPort("0.0.0.0:68")
	everybody = netip.MustParseAddrPort("255.255.255.255:67")
)

// machine is the hardware address of a letter: that of a client with the group bit set for A, which exists, and local ones.
func machine(name string) string {
	switch {
	case name == "A":
		return "ff:01:02:03:ff:04"
	case len(name) == 1:
		return fmt.Sprintf("02:00:00:00:00:%02x", name[0])
	}
	return name
}

// draft is a message being put together.
type draft struct {
	*query
	header  [236]byte
	options []byte
	tail    []byte
	cookie  []byte
	end     bool
	cut     int
	pad     int
}

// build makes a message of its words. server is where unicasts go.
func build(line string, xid uint32, server netip.Addr) (*query, error) {
	list, as, err := dressed(words(line))
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("nothing to send")
	}
	q := &query{xid: xid, link: "eth1", frame: map[string]string{}, machine: as}
	d := &draft{query: q, cookie: []byte{99, 130, 83, 99}, end: true, cut: -1}
	d.header[0], d.header[1], d.header[2] = 1, 1, 6
	typ, ok := types[list[0]]
	if !ok {
		return nil, fmt.Errorf("no message is called %q", list[0])
	}
	if typ > 0 {
		d.options = []byte{53, 1, byte(typ)}
	}
	if err := d.set("mac", "A"); err != nil {
		return nil, err
	}
	for _, w := range list[1:] {
		key, value, _ := strings.Cut(w, "=")
		if err := d.set(key, value); err != nil {
			return nil, fmt.Errorf("%s: %w", w, err)
		}
	}
	d.address(server)
	return d.encode(), nil
}

// address says where the message comes from and goes to, unless the case did.
func (d *draft) address(server netip.Addr) {
	giaddr, ciaddr := netip.AddrFrom4([4]byte(d.header[24:])), netip.AddrFrom4([4]byte(d.header[12:]))
	switch {
	case d.src.IsValid():
	case !giaddr.IsUnspecified():
		d.src = netip.AddrPortFrom(giaddr, 67)
	case !ciaddr.IsUnspecified():
		d.src = netip.AddrPortFrom(ciaddr, 68)
	default:
		d.src = nobody
	}
	switch {
	case d.dst.IsValid():
	case !giaddr.IsUnspecified():
		d.dst = netip.AddrPortFrom(server, 67)
	default:
		d.dst = everybody
	}
}

func (d *draft) encode() *query {
	if n := binary.BigEndian.Uint32(d.header[4:]); n != 0 {
		d.xid = n
	}
	binary.BigEndian.PutUint32(d.header[4:], d.xid)
	b := slices.Concat(d.header[:], d.cookie, d.options, d.tail)
	if d.end {
		b = append(b, 255)
	}
	for len(b) < d.pad {
		b = append(b, 0)
	}
	if d.cut >= 0 && d.cut < len(b) {
		b = b[:d.cut]
	}
	d.payload = b
	return d.query
}

// aliases are options by name where the number would hide what is meant.
var aliases = map[string]int{"cid": 61, "prl": 55}

func (d *draft) set(key, value string) error {
	if code, ok := aliases[key]; ok {
		key = strconv.Itoa(code)
	}
	if code, err := strconv.Atoi(key); err == nil {
		v, err := octets(code, value)
		d.options = appendOption(d.options, byte(code), v)
		return err
	}
	h := d.header[:]
	switch key {
	case "mac":
		b, err := hex.DecodeString(strings.ReplaceAll(machine(value), ":", ""))
		clear(h[28:44])
		copy(h[28:44], b)
		h[2], d.mac = byte(len(b)), b
		return err
	case "chaddr": // all sixteen octets
		b, err := hex.DecodeString(value)
		copy(h[28:44], b)
		return err
	case "op", "htype", "hlen", "hops":
		n, err := strconv.ParseUint(value, 0, 8)
		h[map[string]int{"op": 0, "htype": 1, "hlen": 2, "hops": 3}[key]] = byte(n)
		return err
	case "secs", "flags":
		n, err := strconv.ParseUint(value, 0, 16)
		binary.BigEndian.PutUint16(h[map[string]int{"secs": 8, "flags": 10}[key]:], uint16(n))
		return err
	case "broadcast":
		h[10] |= 0x80
	case "xid":
		n, err := strconv.ParseUint(value, 0, 32)
		binary.BigEndian.PutUint32(h[4:], uint32(n))
		return err
	case "ciaddr", "yiaddr", "siaddr", "giaddr":
		b, err := addresses(value)
		copy(h[map[string]int{"ciaddr": 12, "yiaddr": 16, "siaddr": 20, "giaddr": 24}[key]:], b)
		return err
	case "sname":
		return put(h[44:108], value)
	case "file":
		return put(h[108:236], value)
	case "cookie":
		b, err := hex.DecodeString(value)
		d.cookie = b
		return err
	case "tail":
		b, err := hex.DecodeString(value)
		d.tail = b
		return err
	case "noend":
		d.end = false
	case "cut":
		return number(value, &d.cut)
	case "pad":
		return number(value, &d.pad)
	case "src":
		return endpoint(value, 68, &d.src)
	case "dst":
		return endpoint(value, 67, &d.dst)
	case "link":
		d.link = value
	case "vlan", "ipsum", "udpsum", "udplen", "fragment", "cutframe", "frommac":
		d.frame[key] = value
	default:
		return fmt.Errorf("no field is called %q", key)
	}
	return nil
}

func put(field []byte, value string) error {
	b, err := octets(0, value)
	copy(field, b)
	return err
}

func number(text string, to *int) (err error) {
	*to, err = strconv.Atoi(text)
	return err
}

func endpoint(text string, port uint16, to *netip.AddrPort) (err error) {
	if !strings.Contains(text, ":") {
		text = fmt.Sprintf("%s:%d", text, port)
	}
	*to, err = netip.ParseAddrPort(text)
	return err
}

// appendOption writes an option, a long one in parts (RFC 3396).
func appendOption(b []byte, code byte, value []byte) []byte {
	for len(value) > 255 {
		b = append(append(b, code, 255), value[:255]...)
		value = value[255:]
	}
	return append(append(b, code, byte(len(value))), value...)
}
