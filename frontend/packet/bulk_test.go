package packet_test

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/insomniacslk/dhcp/dhcpv4"

	"rollcall/frontend/packet"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
)

func TestParseBulk(t *testing.T) {
	var m packet.Message
	query := dhcptest.BulkLeaseQuery("", dhcptest.ClientID("010203"))
	if r := m.ParseBulk(query); r != packet.OK || m.Type != packet.BulkLeaseQuery || m.XID != dhcptest.DefaultXID || m.HType != 0 {
		t.Fatalf("%v: %+v", r, m)
	}
	if v, ok := m.Option(option.ClientID); !ok || !bytes.Equal(v, []byte{1, 2, 3}) {
		t.Errorf("client identifier %x", v)
	}
	for _, tc := range []struct {
		name string
		b    []byte
		want packet.Reason
	}{
		{"nothing", nil, packet.ReasonShort},
		{"header alone", query[:239], packet.ReasonShort},
		{"too long", make([]byte, 65536), packet.ReasonLong},
		{"reply", edit(query, 0, 2), packet.ReasonOp},
		{"no cookie", edit(query, 239, 0), packet.ReasonCookie},
		{"hlen", edit(query, 2, 17), packet.ReasonHLen},
		{"overrun", edit(query, 241, 250), packet.ReasonOptionOverrun},
		{"no type", edit(query, 240, 55), packet.ReasonMessageType},
		{"long type", dhcptest.BulkLeaseQuery("", dhcptest.Option(53, []byte{14, 14})), packet.ReasonMessageType},
	} {
		if got := m.ParseBulk(tc.b); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
		if _, ok := m.Option(option.ClientID); ok || m.Type != 0 {
			t.Errorf("%s: options of another message are left", tc.name)
		}
	}
}

func edit(b []byte, at int, octet byte) []byte {
	b = bytes.Clone(b)
	b[at] = octet
	return b
}

// A reply never outgrows the two octets of its length, whatever it is made of, and nothing follows its end.
func TestAppendBulkReplySize(t *testing.T) {
	l := option.List(nil).AppendUint32(option.LeaseTime, 600)
	for range 3 {
		l = l.Append(option.VendorSpecific, make([]byte, 40000))
	}
	l = l.AppendUint8(option.DHCPState, 2)
	b := packet.AppendBulkReply([]byte{9, 9}, &packet.BulkReply{Type: packet.LeaseActive, XID: 3, CIAddr: netip.MustParseAddr("10.0.0.1"),
		HType: 1, CHAddr: make([]byte, 20), Options: l})
	if len(b)-2 > packet.MaxBulkSize || b[len(b)-1] != 255 || b[2+2] != 16 {
		t.Fatalf("%d octets, the last is %d, hlen %d", len(b), b[len(b)-1], b[4])
	}
	m, err := dhcpv4.FromBytes(b[2:])
	if err != nil {
		t.Fatal(err)
	}
	if got := len(m.Options.Get(dhcpv4.GenericOptionCode(43))); got != 40000 || len(m.Options.Get(dhcpv4.GenericOptionCode(156))) != 1 {
		t.Errorf("option 43 has %d octets; want that one of the three, and what comes after", got)
	}
}

// Whatever comes over TCP is parsed or refused, and a parse and its reason agree.
func FuzzParseBulk(f *testing.F) {
	f.Add(dhcptest.BulkLeaseQuery("02:00:00:00:00:01"))
	f.Add(dhcptest.BulkLeaseQuery("", dhcptest.RelayInfo(dhcptest.RemoteID("x")), dhcptest.Option(154, []byte{1, 2, 3, 4})))
	f.Fuzz(func(t *testing.T, b []byte) {
		var m packet.Message
		if r := m.ParseBulk(b); r != packet.OK {
			if len(m.AppendOptions(nil)) > 0 {
				t.Errorf("%v, and options", r)
			}
			return
		}
		if l := m.AppendOptions(nil); !l.Valid() || len(m.HardwareAddr()) > 16 {
			t.Errorf("options %x, hlen %d", l, m.HLen)
		}
	})
}
