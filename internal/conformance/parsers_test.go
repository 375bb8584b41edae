package conformance_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"testing"

	"github.com/insomniacslk/dhcp/dhcpv4"

	"rollcall/frontend/packet"
)

// TestParsersAgree: whatever both our parser and insomniacslk/dhcp accept of the table's messages, they read alike. (Its
// answers are compared as they are read. FuzzParse of frontend/packet does the same with messages that nobody thought of.)
func TestParsersAgree(t *testing.T) {
	all, both := 0, 0
	for _, rec := range recordings(t) {
		for _, b := range rec.payloads {
			all++
			compared, err := agree(b)
			if compared {
				both++
			}
			if err != nil {
				t.Errorf("%s: %v\n%x", rec.name, err, b)
			}
		}
	}
	if both < all/2 || all < 300 {
		t.Errorf("of %d messages %d were compared; the table has more", all, both)
	}
	t.Logf("%d messages, %d accepted by both", all, both)
}

// agree compares what two parsers read, if both accept the message.
func agree(b []byte) (compared bool, err error) {
	var ours packet.Message
	if ours.Parse(bytes.Clone(b)) != packet.OK {
		return false, nil
	}
	theirs, err := dhcpv4.FromBytes(b)
	if err != nil {
		return false, nil
	}
	for _, f := range []struct {
		name        string
		ours, their any
	}{
		{"htype", uint16(ours.HType), uint16(theirs.HWType)},
		{"hops", ours.Hops, theirs.HopCount},
		{"xid", ours.XID, binary.BigEndian.Uint32(theirs.TransactionID[:])},
		{"secs", ours.Secs, theirs.NumSeconds},
		{"flags", ours.Flags, theirs.Flags},
		{"ciaddr", ours.CIAddr, four(theirs.ClientIPAddr)},
		{"yiaddr", ours.YIAddr, four(theirs.YourIPAddr)},
		{"siaddr", ours.SIAddr, four(theirs.ServerIPAddr)},
		{"giaddr", ours.GIAddr, four(theirs.GatewayIPAddr)},
		{"chaddr", fmt.Sprintf("%x", ours.HardwareAddr()), fmt.Sprintf("%x", []byte(theirs.ClientHWAddr))},
		{"type", byte(ours.Type), byte(theirs.MessageType())},
	} {
		if f.ours != f.their {
			return true, fmt.Errorf("%s is %v, insomniacslk/dhcp reads %v", f.name, f.ours, f.their)
		}
	}
	if v := theirs.Options[52]; len(v) == 1 && v[0] >= 1 && v[0] <= 3 {
		return true, nil // it knows no overload
	}
	n := 0
	for code, value := range ours.AppendOptions(nil).All() {
		n++
		if !bytes.Equal(value, theirs.Options[uint8(code)]) {
			return true, fmt.Errorf("option %d is %x, insomniacslk/dhcp reads %x", code, value, theirs.Options[uint8(code)])
		}
	}
	if _, there := theirs.Options[52]; there {
		n++ // which ours has used up
	}
	if n != len(theirs.Options) {
		return true, fmt.Errorf("%d options, insomniacslk/dhcp reads %d", n, len(theirs.Options))
	}
	return true, nil
}

func four(ip net.IP) netip.Addr {
	a, _ := netip.AddrFromSlice(ip.To4())
	return a
}
