package config

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"rollcall/internal/hwaddr"
	"rollcall/internal/option"
)

// placedReservation is a reservation with the places of its parts.
type placedReservation struct {
	Reservation
	text                  string // the identifier as written
	subnetPos, addressPos Pos
}

// readReservation reads a reservation. Its identifier has no value when it does not say which machine it is for.
func readReservation(v value) placedReservation {
	m := v.mapping()
	subnet, address := m.get("subnet"), m.get("address")
	r := placedReservation{subnetPos: subnet.pos, addressPos: address.pos}
	var given []value
	for _, kind := range []IdentifierKind{ByHardware, ByClientID, ByDUID, ByCircuitID, ByRemoteID} {
		id := m.get(string(kind))
		if id.node == nil {
			continue
		}
		if given = append(given, id); len(given) > 1 {
			id.fail("make a second reservation for it", "a machine is recognised by one identifier, and %s is given too (line %d)", given[0].label, given[0].pos.Line)
			continue
		}
		r.Pos = id.pos
		r.Identifier.Kind = kind
		r.Identifier.Value = read(id, nil, func(s string) ([]byte, *problem) {
			r.text = s
			return parseIdentifier(kind, s)
		})
	}
	if len(given) == 0 && v.doc.keys == nil && !m.excused {
		v.doc.addAt(v.pos, `add mac: "08:00:27:2c:49:4b", or client_id, duid, circuit_id or remote_id`, "the reservation does not say for which machine it is")
	}
	if subnet.require("hall") {
		r.Subnet = read(subnet, "", parseRef)
	}
	r.Address = read(address, netip.Addr{}, parseAddr)
	hostname := m.get("hostname")
	r.Hostname = read(hostname, "", parseHostname)
	r.Netboot = oneOf(m.get("netboot"), NetbootAlways, NetbootOnce, NetbootNever, NetbootLocal)
	r.Level = readLevel(m, false)
	for _, o := range r.Options {
		if o.Def.Code == option.HostName && r.Hostname != "" {
			v.doc.addAt(o.Pos, "remove one of them", "the machine is told hostname (line %d), and not option %s", hostname.pos.Line, o.Def.Name)
		}
	}
	r.Classes = readClassNames(m.get("classes"), false)
	r.Extra = readExtra(m.get("extra"))
	m.done()
	return r
}

// parseRef reads name or name/serial and returns it as Subnet.Ref writes it.
func parseRef(s string) (string, *problem) {
	name, serial, ok := strings.Cut(s, "/")
	name, p := parseName(name)
	if p != nil || !ok {
		return name, p
	}
	n, err := strconv.ParseUint(serial, 10, 32)
	if err != nil {
		return "", &problem{fmt.Sprintf("%q does not name a subnet", s), "write the name of the subnet, or name/serial"}
	}
	return ref(name, uint32(n)), nil
}

// ParseIdentifier reads an identifier as it is written in the file: a hardware address in any notation for [ByHardware];
// for the others hex:0a0b, or bytes with colons (01:08:00:27:2c:49:4b), and except for a DUID also text, which stands for
// its bytes. The error says what would do.
func ParseIdentifier(kind IdentifierKind, s string) (Identifier, error) {
	b, p := parseIdentifier(kind, s)
	if p != nil {
		return Identifier{}, fmt.Errorf("%s: %s; %s", kind, p.msg, p.hint)
	}
	return Identifier{Kind: kind, Value: b}, nil
}

func parseIdentifier(kind IdentifierKind, s string) ([]byte, *problem) {
	if kind == ByHardware {
		return parseMAC(s)
	}
	const example = "write hex:0a0b, bytes as in 01:08:00:27:2c:49:4b, or text"
	if fault := looksHex(s); fault != nil {
		return nil, fault
	}
	b, isBytes := []byte(s), false
	if digits, ok := strings.CutPrefix(s, "hex:"); ok {
		v, err := unhex(digits)
		if err != nil {
			return nil, &problem{fmt.Sprintf("%q is not an even number of hexadecimal digits", digits), example}
		}
		b, isBytes = v, true
	} else if v, err := hex.DecodeString(strings.ReplaceAll(s, ":", "")); err == nil && isByteGroups(s) {
		b, isBytes = v, true
	}
	switch {
	case kind == ByDUID && !isBytes:
		return nil, &problem{fmt.Sprintf("%q is not a DUID", s), "write its bytes, as in 00:03:00:01:08:00:27:2c:49:4b or hex:000300010800272c494b"}
	case len(b) == 0:
		return nil, &problem{"the identifier is empty", example}
	case len(b) > 255:
		return nil, &problem{fmt.Sprintf("the identifier has %d bytes; no option has more than 255", len(b)), example}
	}
	return b, nil
}

// looksHex refuses bytes in the notation of other servers, which would be taken for text here.
func looksHex(s string) *problem {
	digits, ok := strings.CutPrefix(strings.ToLower(s), "0x")
	if _, err := unhex(digits); !ok || digits == "" || err != nil {
		return nil
	}
	return &problem{fmt.Sprintf("%q is the text, not the bytes", s), "write hex:" + digits}
}

// unhex reads hexadecimal digits, which colons, dashes or spaces may group.
func unhex(s string) ([]byte, error) { return hex.DecodeString(ungroup.Replace(s)) }

var ungroup = strings.NewReplacer(":", "", "-", "", " ", "")

// isByteGroups reports whether the text is two or more pairs of characters with colons between them.
func isByteGroups(s string) bool {
	groups := strings.Split(s, ":")
	for _, g := range groups {
		if len(g) != 2 {
			return false
		}
	}
	return len(groups) > 1
}

func parseMAC(s string) ([]byte, *problem) {
	const example = "write it like 08:00:27:2c:49:4b (08-00-27-2C-49-4B, 0800.272c.494b, 0800272c494b and 8:0:27:2c:49:4b are fine too)"
	a, err := hwaddr.Parse(s)
	switch {
	case err != nil:
		return nil, &problem{fmt.Sprintf("%q is not a hardware address", s), example}
	case a == hwaddr.Addr{}:
		return nil, &problem{"no machine has the hardware address " + a.String(), example}
	case a[0]&1 != 0:
		return nil, &problem{fmt.Sprintf("%s is the address of a group, not of a machine", a), example}
	}
	return a[:], nil
}
