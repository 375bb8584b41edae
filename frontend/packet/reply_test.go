package packet_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/frontend/packet"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
)

var (
	server = netip.MustParseAddr("10.20.0.1")
	yours  = netip.MustParseAddr("10.20.0.50")
)

// lease is the options every OFFER and ACK has.
func lease() option.List {
	return option.List(nil).
		AppendAddr(option.ServerID, server).
		AppendUint32(option.LeaseTime, 3600).
		AppendAddr(option.SubnetMask, netip.MustParseAddr("255.255.252.0"))
}

// clientView is the options of a reply as a client reads them that knows
// overload and long options, and the codes of the main field in order.
func clientView(t testing.TB, b []byte) (all map[option.Code][]byte, order []option.Code) {
	t.Helper()
	all = make(map[option.Code][]byte)
	read := func(b []byte) (codes []option.Code) {
		for len(b) > 0 && b[0] != 255 {
			if b[0] == 0 {
				b = b[1:]
				continue
			}
			if len(b) < 2 || len(b) < 2+int(b[1]) {
				t.Fatalf("option %d overruns its field", b[0])
			}
			c := option.Code(b[0])
			codes = append(codes, c)
			all[c] = append(all[c], b[2:2+int(b[1])]...)
			b = b[2+int(b[1]):]
		}
		if len(b) == 0 {
			t.Fatal("a field of options has no end")
		}
		return append(codes, option.End)
	}
	order = read(b[240:])
	if v := all[option.Overload]; len(v) == 1 {
		if v[0]&1 != 0 {
			read(b[108:236])
		}
		if v[0]&2 != 0 {
			read(b[44:108])
		}
	}
	return all, order
}

func TestAppendReplyHeader(t *testing.T) {
	q := parse(t, patch(dhcptest.Request(mac, "10.20.0.50", "10.20.0.1", dhcptest.Giaddr("10.1.0.1"),
		dhcptest.Broadcast(), dhcptest.Secs(9), dhcptest.Junk(), dhcptest.HostName("junk")), 10, 0xff, 0xff))
	b, dropped := packet.AppendReply([]byte("kept"), q, &packet.Reply{
		Type: packet.Ack, YIAddr: yours, SIAddr: server, ServerName: "boot", File: "ipxe.efi", Options: lease(),
	})
	if !bytes.HasPrefix(b, []byte("kept")) || dropped != 0 {
		t.Fatalf("prefix %q, dropped %d", b[:4], dropped)
	}
	got := dhcptest.Parse(t, b[4:])
	want := dhcptest.Reply{
		Op: 2, Type: "ACK", XID: dhcptest.DefaultXID, Flags: 0x8000,
		CIAddr: netip.IPv4Unspecified(), YIAddr: yours, SIAddr: server, GIAddr: netip.MustParseAddr("10.1.0.1"),
		HType: 1, CHAddr: mac, ServerName: "boot", File: "ipxe.efi",
		Options: map[uint8][]byte{53: {5}, 54: {10, 20, 0, 1}, 51: {0, 0, 0x0e, 0x10}, 1: {255, 255, 252, 0}},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Errorf("reply (-want +got):\n%s", diff)
	}
	if len(b)-4 != packet.MinSize {
		t.Errorf("size %d, want padding to %d", len(b)-4, packet.MinSize)
	}
}

// Nothing the client wrote comes back but what the protocol returns.
func TestAppendReplyReflectsNothing(t *testing.T) {
	in := dhcptest.Discover(mac, dhcptest.ClientID("0102"), dhcptest.Option(224, bytes.Repeat([]byte{0xee}, 200)))
	for i := range in[:236] { // every header byte but op to hlen, and the addresses that are checked
		if i >= 8 && i < 10 || i >= 16 && i < 24 || i >= 34 {
			in[i] = 0xee
		}
	}
	in[3] = 0xee // hops
	b, _ := packet.AppendReply(nil, parse(t, in), &packet.Reply{Type: packet.Offer, YIAddr: yours, Options: lease()})
	if i := bytes.IndexByte(b, 0xee); i >= 0 {
		t.Errorf("byte %d of the reply comes from the client", i)
	}
}

func TestAppendReplyOrder(t *testing.T) {
	q := parse(t, dhcptest.Discover(mac, dhcptest.ClientID("01020000000001"),
		dhcptest.RelayInfo(dhcptest.CircuitID("eth0/7"), dhcptest.Sub(255, nil), dhcptest.Sub(0, []byte{9})), dhcptest.Giaddr("10.1.0.1")))
	opts := option.List(nil).Append(option.RelayAgentInfo, []byte("not the relay's")).
		Append(option.ClientID, []byte("not the client's")).Append(option.MessageType, []byte{99}).Append(option.Overload, []byte{3}).
		AppendString(option.DomainName, "x")
	b, dropped := packet.AppendReply(nil, q, &packet.Reply{Type: packet.Offer, Options: append(opts, lease()...)})
	all, order := clientView(t, b)
	want := []option.Code{53, 15, 54, 51, 1, 61, 82, 255}
	if diff := cmp.Diff(want, order); diff != "" || dropped != 0 {
		t.Errorf("dropped %d, order (-want +got):\n%s", dropped, diff)
	}
	for _, c := range []option.Code{option.ClientID, option.RelayAgentInfo} {
		if sent, _ := q.Option(c); !bytes.Equal(all[c], sent) {
			t.Errorf("%v came back as %x, was %x", c, all[c], sent)
		}
	}
}

func TestAppendReplyLeavesOutEmptyRelayInfo(t *testing.T) {
	b, dropped := packet.AppendReply(nil, parse(t, dhcptest.Discover(mac, dhcptest.RelayInfo())), &packet.Reply{Type: packet.Offer})
	if all, _ := clientView(t, b); all[option.RelayAgentInfo] != nil || dropped != 0 {
		t.Errorf("empty option 82 was returned (dropped %d)", dropped)
	}
}

func TestAppendReplyNak(t *testing.T) {
	r := &packet.Reply{Type: packet.Nak, CIAddr: yours, YIAddr: yours, SIAddr: server, ServerName: "boot", File: "file",
		Options: append(lease().AppendString(option.Message, "wrong subnet"), option.List(nil).AppendAddr(option.Router, server)...)}
	tests := []struct {
		name  string
		mods  []dhcptest.Modifier
		flags uint16
	}{
		{"direct", nil, 0},
		{"relayed", []dhcptest.Modifier{dhcptest.Giaddr("10.1.0.1")}, 0x8000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mods := append(tt.mods, dhcptest.ClientID("0102"), dhcptest.RelayInfo(dhcptest.CircuitID("c")))
			b, dropped := packet.AppendReply(nil, parse(t, dhcptest.Renew(mac, "10.99.0.50", mods...)), r)
			got := dhcptest.Parse(t, b)
			none := netip.IPv4Unspecified()
			if got.Flags != tt.flags || got.CIAddr != none || got.YIAddr != none || got.SIAddr != none || got.File+got.ServerName != "" {
				t.Errorf("header %+v", got)
			}
			_, order := clientView(t, b)
			if diff := cmp.Diff([]option.Code{53, 54, 56, 61, 82, 255}, order); diff != "" || dropped != 0 {
				t.Errorf("dropped %d, order (-want +got):\n%s", dropped, diff)
			}
		})
	}
}

func TestAppendReplySize(t *testing.T) {
	fill := func(n, size int) option.List {
		l := lease()
		for i := range n {
			l = l.Append(option.Code(150+i), bytes.Repeat([]byte{byte(i)}, size))
		}
		return l
	}
	tests := []struct {
		name     string
		mods     []dhcptest.Modifier
		options  option.List
		file     string
		sname    string
		limit    int
		dropped  int
		overload byte
	}{
		{"fits", nil, fill(10, 20), "", "", 548, 0, 0},
		{"fits to the byte", nil, fill(1, 255).Append(200, make([]byte, 29-2)), "", "", 548, 0, 0},
		{"one byte more goes to file", nil, fill(1, 255).Append(200, make([]byte, 30-2)), "", "", 548, 0, 1},
		{"into file and sname", nil, fill(19, 20), "", "", 548, 0, 3},
		{"into sname when file is used", nil, fill(14, 20), "pxelinux.0", "", 548, 0, 2},
		{"into file when sname is used", nil, fill(17, 20), "", "boot", 548, 0, 1},
		{"nowhere when both are used", nil, fill(20, 20), "pxelinux.0", "boot", 548, 7, 0},
		{"more than all fields", nil, fill(40, 20), "", "", 548, 21, 3},
		{"small limit is raised", []dhcptest.Modifier{dhcptest.MaxSize(300)}, fill(12, 20), "", "", 548, 0, 0},
		{"larger limit", []dhcptest.Modifier{dhcptest.MaxSize(1260)}, fill(40, 20), "", "", 1232, 0, 0},
		{"larger limit overflown", []dhcptest.Modifier{dhcptest.MaxSize(1260)}, fill(60, 20), "f", "s", 1232, 16, 0},
		{"ethernet", []dhcptest.Modifier{dhcptest.MaxSize(1500)}, fill(50, 20), "", "", 1472, 0, 0},
		{"never fragmented", []dhcptest.Modifier{dhcptest.MaxSize(65535)}, fill(70, 20), "f", "s", 1472, 15, 0},
		{"malformed limit", []dhcptest.Modifier{dhcptest.Option(57, []byte{9, 9, 9})}, fill(20, 20), "f", "s", 548, 7, 0},
		{"value in parts", nil, lease().Append(option.VendorSpecific, make([]byte, 270)), "", "", 548, 0, 0},
		{"value over the room", nil, lease().Append(option.VendorSpecific, make([]byte, 300)), "", "", 548, 1, 0},
		{"relay info and client-id first", []dhcptest.Modifier{dhcptest.RelayInfo(dhcptest.Sub(1, make([]byte, 200))), dhcptest.ClientID(strings.Repeat("00", 30))},
			fill(3, 20), "f", "s", 548, 1, 0},
		{"relay info does not fit", []dhcptest.Modifier{dhcptest.RelayInfo(dhcptest.Sub(1, make([]byte, 250))), dhcptest.ClientID(strings.Repeat("00", 60))},
			fill(1, 20), "f", "s", 548, 1, 0},
		{"file too long", nil, lease(), strings.Repeat("x", 128), "", 548, 1, 0},
		{"file of full length", nil, lease(), strings.Repeat("x", 127), "", 548, 0, 0},
		{"sname too long", nil, lease(), "", strings.Repeat("x", 64), 548, 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := parse(t, dhcptest.Discover(mac, tt.mods...))
			r := &packet.Reply{Type: packet.Offer, YIAddr: yours, File: tt.file, ServerName: tt.sname, Options: tt.options}
			b, dropped := packet.AppendReply(nil, q, r)
			if len(b) > tt.limit {
				t.Errorf("size %d is over the client's limit %d", len(b), tt.limit)
			}
			all, _ := clientView(t, b)
			var overload byte
			if v := all[option.Overload]; len(v) == 1 {
				overload = v[0]
			}
			if dropped != tt.dropped || overload != tt.overload {
				t.Errorf("dropped %d, overload %d; want %d, %d (size %d)", dropped, overload, tt.dropped, tt.overload, len(b))
			}
			for _, c := range []option.Code{option.ServerID, option.LeaseTime, option.SubnetMask} {
				want, _ := tt.options.Get(c)
				if !bytes.Equal(all[c], want) {
					t.Errorf("%v = %x, want %x", c, all[c], want)
				}
			}
		})
	}
}

// Option 52 is written where it saves options, for clients that can be expected to read it.
func TestAppendReplyOverloads(t *testing.T) {
	value := func(n int) []byte { return make([]byte, n-2) }
	// What is left of 548 bytes is 286 for options besides header, types and lease.
	tests := []struct {
		name     string
		typ      packet.MessageType
		mods     []dhcptest.Modifier
		options  option.List
		overload []byte
		missing  []option.Code
	}{
		{"an option that no field holds", packet.Offer, nil, option.List(nil).Append(150, make([]byte, 300)), nil, []option.Code{150}},
		{"not at the cost of an earlier one", packet.Offer, nil,
			option.List(nil).Append(150, value(150)).Append(151, value(136)).Append(152, value(20)), nil, []option.Code{152}},
		{"but where all find room", packet.Offer, nil,
			option.List(nil).Append(150, value(170)).Append(151, value(116)).Append(152, value(20)), []byte{1}, nil},
		{"a field of exactly that size", packet.Ack, nil,
			option.List(nil).Append(150, value(250)).Append(151, value(127)).Append(152, value(63)), []byte{3}, nil},
		{"one byte more", packet.Ack, nil,
			option.List(nil).Append(150, value(250)).Append(151, value(128)).Append(152, value(63)), []byte{1}, []option.Code{151}},
		{"boot firmware reads names there", packet.Offer, []dhcptest.Modifier{dhcptest.VendorClass("PXEClient:Arch:00000:UNDI:002001")},
			option.List(nil).Append(150, value(250)).Append(151, value(100)), nil, []option.Code{151}},
		{"boot firmware over HTTP too", packet.Offer, []dhcptest.Modifier{dhcptest.VendorClass("HTTPClient:Arch:00016:UNDI:003001")},
			option.List(nil).Append(150, value(250)).Append(151, value(100)), nil, []option.Code{151}},
		{"what makes the answer what it is stays", packet.Ack, nil,
			option.List(nil).Append(150, value(255)).Append(151, value(127)).Append(152, value(63)).Append(153, value(21)).
				Append(option.RapidCommit, nil).AppendUint32(option.IPv6OnlyPreferred, 1800), []byte{3}, []option.Code{153}},
		{"a long NAK", packet.Nak, nil, option.List(nil).AppendString(option.Message, strings.Repeat("x", 350)), nil, []option.Code{56}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list := lease()
			if tt.typ == packet.Nak {
				list = option.List(nil).AppendAddr(option.ServerID, server)
			}
			list = append(list, tt.options...)
			b, dropped := packet.AppendReply(nil, parse(t, dhcptest.Discover(mac, tt.mods...)), &packet.Reply{Type: tt.typ, YIAddr: yours, Options: list})
			all, _ := clientView(t, b)
			var missing []option.Code
			for c, want := range list.All() {
				if got, ok := all[c]; !ok {
					missing = append(missing, c)
				} else if !bytes.Equal(got, want) {
					t.Errorf("option %d is %x", c, got)
				}
			}
			if diff := cmp.Diff(tt.missing, missing); diff != "" || dropped != len(missing) || !bytes.Equal(all[option.Overload], tt.overload) {
				t.Errorf("dropped %d, overload %v, size %d; missing (-want +got):\n%s", dropped, all[option.Overload], len(b), diff)
			}
		})
	}
}

// What a relay wrote in several options it finds again in several: not every relay joins (RFC 3046 §2.2).
func TestAppendReplyRelayInfoInParts(t *testing.T) {
	circuit, remote := dhcptest.Sub(1, bytes.Repeat([]byte{7}, 100)), dhcptest.Sub(2, bytes.Repeat([]byte{8}, 200))
	in := raw(slices.Concat(tlv(53, 1), tlv(82, circuit...), tlv(12, 'h'), tlv(82), tlv(82, remote...), tlv(57, 5, 220), []byte{255})...)
	b, dropped := packet.AppendReply(nil, parse(t, in), &packet.Reply{Type: packet.Offer, YIAddr: yours, Options: lease()})
	want := slices.Concat(tlv(82, circuit...), tlv(82), tlv(82, remote...), []byte{255})
	if dropped != 0 || !bytes.HasSuffix(b, want) {
		t.Errorf("dropped %d; the reply ends with\n% x, want\n% x", dropped, b[len(b)-min(len(b), len(want)):], want)
	}
	// In the header fields it is not the relay's, but it is not lost either.
	in = patch(raw(53, 1, 1, 52, 1, 1, 82, 3, 1, 1, 'a', 255), 108, 82, 3, 2, 1, 'b', 255)
	b, _ = packet.AppendReply(nil, parse(t, in), &packet.Reply{Type: packet.Offer, YIAddr: yours, Options: lease()})
	if !bytes.Contains(b[240:], []byte{82, 3, 1, 1, 'a', 82, 3, 2, 1, 'b', 255}) {
		t.Errorf("options % x", b[240:])
	}
	// All of it returns or nothing.
	in = raw(slices.Concat(tlv(53, 1), tlv(82, make([]byte, 250)...), tlv(82, make([]byte, 250)...), []byte{255})...)
	b, dropped = packet.AppendReply(nil, parse(t, in), &packet.Reply{Type: packet.Offer, YIAddr: yours, Options: lease()})
	if all, _ := clientView(t, b); dropped != 1 || all[82] != nil || all[54] == nil {
		t.Errorf("dropped %d, option 82 % x", dropped, all[82])
	}
}

func TestAppendReplyOmitsClientID(t *testing.T) {
	for _, typ := range []packet.MessageType{packet.Offer, packet.Ack, packet.Nak} {
		q := parse(t, dhcptest.Discover(mac, dhcptest.ClientID("0102")))
		b, _ := packet.AppendReply(nil, q, &packet.Reply{Type: typ, Options: lease(), OmitClientID: true})
		if all, _ := clientView(t, b); all[option.ClientID] != nil {
			t.Errorf("%v returns the client-id", typ)
		}
	}
}

// A relay cannot unicast what has no address for the client (RFC 1542 §4.1.2), so it is asked to broadcast.
func TestAppendReplyBroadcastBit(t *testing.T) {
	relay := dhcptest.Giaddr("10.1.0.1")
	tests := []struct {
		name string
		in   []byte
		r    packet.Reply
		want byte
	}{
		{"an offer as the client asks", dhcptest.Discover(mac, relay), packet.Reply{Type: packet.Offer, YIAddr: yours}, 0},
		{"an offer by broadcast", dhcptest.Discover(mac, relay, dhcptest.Broadcast()), packet.Reply{Type: packet.Offer, YIAddr: yours}, 0x80},
		{"inform without an address", dhcptest.Inform(mac, "0.0.0.0", relay), packet.Reply{Type: packet.Ack}, 0x80},
		{"inform with an address", dhcptest.Inform(mac, "10.20.0.50", relay), packet.Reply{Type: packet.Ack, CIAddr: yours}, 0},
		{"offer of no address", dhcptest.Discover(mac, relay), packet.Reply{Type: packet.Offer}, 0x80},
		{"without a relay we know how", dhcptest.Discover(mac), packet.Reply{Type: packet.Offer}, 0},
		{"but firmware wants to be told", dhcptest.Discover(mac), packet.Reply{Type: packet.Offer, Boot: true}, 0x80},
		{"whoever says that it is", dhcptest.Discover(mac, dhcptest.Arch(7)), packet.Reply{Type: packet.Offer}, 0x80},
		{"a question on port 4011 has its address back", dhcptest.Renew(mac, "10.20.0.50"), packet.Reply{Type: packet.Ack, CIAddr: yours}, 0},
		{"boot reply", bootRequest(relay), *bootReply(), 0},
	}
	for _, tt := range tests {
		if b, _ := packet.AppendReply(nil, parse(t, tt.in), &tt.r); b[10] != tt.want || b[11] != 0 {
			t.Errorf("%s: flags %02x%02x, want %02x00", tt.name, b[10], b[11], tt.want)
		}
	}
}

// Which options give way depends on their order only.
func TestAppendReplyDropsLaterOptions(t *testing.T) {
	opts := option.List(nil).Append(150, make([]byte, 200)).Append(151, make([]byte, 200)).AppendString(option.DomainName, "x")
	b, dropped := packet.AppendReply(nil, parse(t, dhcptest.Discover(mac)),
		&packet.Reply{Type: packet.Offer, File: "f", ServerName: "s", Options: append(opts, lease()...)})
	_, order := clientView(t, b)
	if diff := cmp.Diff([]option.Code{53, 150, 15, 54, 51, 1, 255}, order); diff != "" || dropped != 1 {
		t.Errorf("dropped %d, order (-want +got):\n%s", dropped, diff)
	}
}

func TestAppendReplySplitsLongValues(t *testing.T) {
	value := make([]byte, 300)
	for i := range value {
		binary.BigEndian.PutUint16(value[i&^1:], uint16(i&^1))
	}
	b, _ := packet.AppendReply(nil, parse(t, dhcptest.Discover(mac, dhcptest.MaxSize(1500))),
		&packet.Reply{Type: packet.Offer, Options: lease().Append(option.VendorSpecific, value)})
	all, order := clientView(t, b)
	if diff := cmp.Diff([]option.Code{53, 54, 51, 1, 43, 43, 255}, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if !bytes.Equal(all[43], value) {
		t.Error("the parts do not add up to the value")
	}
}
