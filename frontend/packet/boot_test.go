package packet_test

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/frontend/packet"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
)

// bootOptions is what a reply to firmware says in the style that fills most: 43 of n bytes.
func bootOptions(n int) option.List {
	return lease().AppendAddr(option.Router, server).AppendString(option.VendorClass, "PXEClient").
		Append(option.VendorSpecific, bytes.Repeat([]byte{6}, n)).AppendString(option.TFTPServerName, "10.20.0.1").
		AppendString(option.BootfileName, "ipxe.efi\x00").Append(option.ClientUUID, make([]byte, 17))
}

// keptForFirmware are never left out while there is any room.
var keptForFirmware = []option.Code{54, 51, 1, 3, 43, 60, 66, 67, 97}

func missing(list option.List, all map[option.Code][]byte) (codes []option.Code) {
	for c, want := range list.All() {
		if !bytes.Equal(all[c], want) {
			codes = append(codes, c)
		}
	}
	return codes
}

// Whoever boots finds what it boots by, whatever else was configured and wherever it stands in the list.
func TestAppendReplyToFirmwareKeepsBootOptions(t *testing.T) {
	rest := option.List(nil)
	for c := option.Code(150); c < 190; c++ {
		rest = rest.Append(c, make([]byte, 30))
	}
	who := map[string]struct {
		mods []dhcptest.Modifier
		boot bool
	}{
		"leased says so":                       {nil, true},
		"its class says so":                    {[]dhcptest.Modifier{dhcptest.VendorClass("PXEClient:Arch:00000:UNDI:002001")}, false},
		"its class says so, by HTTP":           {[]dhcptest.Modifier{dhcptest.VendorClass("HTTPClient:Arch:00016:UNDI:003000")}, false},
		"its architecture says so":             {[]dhcptest.Modifier{dhcptest.Arch(11)}, false},
		"with an architecture of no length":    {[]dhcptest.Modifier{dhcptest.Option(93, nil)}, false},
		"and asks for other options":           {[]dhcptest.Modifier{dhcptest.PRL(1, 3, 6)}, true},
		"with a limit of its own":              {[]dhcptest.Modifier{dhcptest.MaxSize(1260)}, true},
		"with a limit that is none":            {[]dhcptest.Modifier{dhcptest.MaxSize(300)}, true},
		"with more room than a frame":          {[]dhcptest.Modifier{dhcptest.MaxSize(9000)}, true},
		"behind a relay that says a lot":       {[]dhcptest.Modifier{dhcptest.Giaddr("10.1.0.1"), dhcptest.RelayInfo(dhcptest.Sub(1, make([]byte, 200)))}, true},
		"with a client-id that takes the room": {[]dhcptest.Modifier{dhcptest.Option(61, make([]byte, 200))}, true},
	}
	for name, tt := range who {
		for order, list := range map[string]option.List{
			"first": append(bootOptions(40), rest...), "last": append(slices.Clone(rest), bootOptions(40)...),
		} {
			t.Run(name+", "+order, func(t *testing.T) {
				q := parse(t, dhcptest.Discover(mac, tt.mods...))
				b, dropped := packet.AppendReply(nil, q, &packet.Reply{
					Type: packet.Offer, YIAddr: yours, SIAddr: server, File: "ipxe.efi", ServerName: "10.20.0.1", Options: list, Boot: tt.boot,
				})
				if limit := clientLimit(q, 0); len(b) > limit || len(b) < packet.MinSize {
					t.Errorf("size %d is not within %d and %d", len(b), packet.MinSize, limit)
				}
				all, codes := clientView(t, b)
				if lost := missing(bootOptions(40), all); lost != nil {
					t.Errorf("%v are missing", lost)
				}
				for _, c := range keptForFirmware {
					if i := slices.Index(codes, c); slices.Contains(codes[i+1:], c) {
						t.Errorf("option %d comes in parts", c)
					}
				}
				if got := dhcptest.Parse(t, b); all[option.Overload] != nil || got.File != "ipxe.efi" || got.ServerName != "10.20.0.1" {
					t.Errorf("overload %v, file %q, sname %q", all[option.Overload], got.File, got.ServerName)
				}
				if dropped == 0 {
					t.Error("everything fits; the test tests nothing")
				}
			})
		}
	}
}

// No option is where firmware looks for names, also where r has none to say.
func TestAppendReplyToFirmwareDoesNotOverload(t *testing.T) {
	list := lease().Append(150, make([]byte, 250)).Append(151, make([]byte, 100))
	b, dropped := packet.AppendReply(nil, parse(t, dhcptest.Discover(mac)), &packet.Reply{Type: packet.Ack, YIAddr: yours, Options: list, Boot: true})
	if all, _ := clientView(t, b); all[option.Overload] != nil || dropped != 1 || len(bytes.Trim(b[44:236], "\x00")) != 0 {
		t.Errorf("overload %v, dropped %d, sname and file % x", all[option.Overload], dropped, bytes.Trim(b[44:236], "\x00"))
	}
}

// What is of use only later gives way first, in this order.
func TestAppendReplyToFirmwareGivesWayInOrder(t *testing.T) {
	asked := dhcptest.PRL(1, 3, 6, 15, 43, 60, 66, 67, 119, 121, 128, 129, 150)
	value := func(n int) []byte { return make([]byte, n-2) }
	// They stand in the list against the order they give way in.
	list := option.List(nil).Append(128, value(20)).Append(151, value(20)).Append(121, value(40)).Append(119, value(40)).
		Append(option.DomainNameServer, value(10)).Append(150, value(60))
	tests := []struct {
		name    string
		more    int // bytes that are asked for
		missing []option.Code
	}{
		{"all fits", 18, nil},
		{"what no server has, or nobody asked for", 19, []option.Code{151}},
		{"both", 39, []option.Code{128, 151}},
		{"then what an operating system needs, whose room is for smaller ones", 59, []option.Code{151, 119}},
		{"all of that", 99, []option.Code{151, 121, 119}},
		{"then the later ones", 139, []option.Code{128, 151, 119, 150}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			more := option.List(nil).Append(option.DomainName, value(tt.more))
			list := slices.Concat(list[:len(list)-60-1], more, list[len(list)-60-1:], bootOptions(18))
			b, dropped := packet.AppendReply(nil, parse(t, dhcptest.Discover(mac, asked)),
				&packet.Reply{Type: packet.Offer, YIAddr: yours, SIAddr: server, File: "ipxe.efi", Options: list, Boot: true})
			all, _ := clientView(t, b)
			if diff := cmp.Diff(tt.missing, missing(list, all)); diff != "" || dropped != len(tt.missing) {
				t.Errorf("dropped %d, size %d; missing (-want +got):\n%s", dropped, len(b), diff)
			}
		})
	}
}

// Where even that does not fit, firmware gets what it can boot from without the rest.
func TestAppendReplyToFirmwareWithoutRoom(t *testing.T) {
	long := func(c option.Code, n int) option.List {
		return option.List(nil).Append(c, bytes.Repeat([]byte{'x'}, n))
	}
	base := lease().AppendAddr(option.Router, server).AppendString(option.VendorClass, "PXEClient").Append(option.ClientUUID, make([]byte, 17))
	tests := []struct {
		name    string
		options option.List
		missing []option.Code
	}{
		{"a server name that is in siaddr too", slices.Concat(long(66, 150), base, long(43, 90), long(67, 30)), []option.Code{66}},
		{"a menu, and the class that promises it", slices.Concat(long(43, 200), base, long(67, 60)), []option.Code{43, 60}},
		{"a long URL", slices.Concat(base, long(67, 250), long(43, 30)), []option.Code{60, 43}},
		{"a URL in two parts", slices.Concat(base, long(67, 256)), []option.Code{67}},
		{"options without a value", slices.Concat(base, long(67, 0), long(66, 0), long(43, 0)), []option.Code{67, 66, 43}},
		{"twice the same", slices.Concat(base, long(67, 5), long(67, 6)), []option.Code{67}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, dropped := packet.AppendReply(nil, parse(t, dhcptest.Discover(mac)),
				&packet.Reply{Type: packet.Offer, YIAddr: yours, SIAddr: server, File: "ipxe.efi", Options: tt.options, Boot: true})
			all, _ := clientView(t, b)
			var lost []option.Code
			for c, want := range tt.options.All() {
				if got, ok := all[c]; !ok || !bytes.Equal(got, want) {
					lost = append(lost, c)
				}
			}
			if diff := cmp.Diff(tt.missing, lost); diff != "" || dropped != len(tt.missing) || len(b) > packet.DefaultMaxSize {
				t.Errorf("dropped %d, size %d; missing (-want +got):\n%s", dropped, len(b), diff)
			}
			if got := dhcptest.Parse(t, b); got.File != "ipxe.efi" || got.SIAddr != server {
				t.Errorf("file %q, siaddr %v", got.File, got.SIAddr)
			}
		})
	}
}

// A class in two parts is one (RFC 3396); of the rest of what firmware says nothing can confuse the reply.
func TestAppendReplyToOddFirmware(t *testing.T) {
	queries := map[string][]byte{
		"class in two parts":        raw(slices.Concat(tlv(53, 1), tlv(60, []byte("PXECl")...), tlv(12, 'h'), tlv(60, []byte("ient:Arch:00007")...), []byte{255})...),
		"everything of no length":   raw(slices.Concat(tlv(53, 1), tlv(93), tlv(97), tlv(77), tlv(43), tlv(60), tlv(94), tlv(175), []byte{255})...),
		"an architecture and a bit": dhcptest.Discover(mac, dhcptest.Option(93, []byte{0, 7, 0})),
		"no end":                    raw(slices.Concat(tlv(53, 1), tlv(60, []byte("PXEClient")...))...),
		"it asks for what it sends": dhcptest.Discover(mac, dhcptest.Arch(7), dhcptest.PRL(93, 94, 77, 175, 128, 129, 130, 131, 132, 133, 134, 135)),
	}
	list := append(bootOptions(18), option.List(nil).Append(150, make([]byte, 250)).Append(151, make([]byte, 100))...)
	for name, in := range queries {
		b, _ := packet.AppendReply(nil, parse(t, in), &packet.Reply{Type: packet.Offer, YIAddr: yours, SIAddr: server, Options: list})
		all, _ := clientView(t, b)
		if lost := missing(bootOptions(18), all); lost != nil || all[option.Overload] != nil {
			t.Errorf("%s: %v are missing, overload %v", name, lost, all[option.Overload])
		}
		for _, c := range []option.Code{93, 94, 77, 175} {
			if all[c] != nil {
				t.Errorf("%s: option %d returns", name, c)
			}
		}
	}
}

// The notion of firmware does not reach into replies that boot nobody.
func TestAppendReplyBootWhereItMeansNothing(t *testing.T) {
	nak := &packet.Reply{Type: packet.Nak, Options: option.List(nil).AppendAddr(option.ServerID, server).AppendString(option.BootfileName, "x"), Boot: true}
	b, _ := packet.AppendReply(nil, parse(t, dhcptest.Request(mac, "10.20.0.50", "10.20.0.1", dhcptest.Arch(7))), nak)
	if _, order := clientView(t, b); !slices.Equal(order, []option.Code{53, 54, 255}) || b[10] != 0 {
		t.Errorf("options of the NAK: %v, flags %x", order, b[10:12])
	}
	boot := bootReply()
	boot.Boot = true
	boot.Options = boot.Options.AppendString(option.BootfileName, "ipxe.efi")
	b, _ = packet.AppendReply(nil, parse(t, bootRequest()), boot)
	if got := dhcptest.Parse(t, b); len(b) != packet.MinSize || got.YIAddr == netip.IPv4Unspecified() {
		t.Errorf("BOOTREPLY of %d bytes: %+v", len(b), got)
	}
}

// UEFI may send the machine's GUID for a hardware address; it compares as many bytes as the reply says.
func TestAppendReplyReturnsHLen(t *testing.T) {
	for _, hlen := range []byte{6, 16} {
		in := patch(dhcptest.Discover(mac, dhcptest.Arch(7)), 2, hlen)
		guid := bytes.Repeat([]byte{0xa5}, int(hlen))
		in = patch(in, 28, guid...)
		b, _ := packet.AppendReply(nil, parse(t, in), &packet.Reply{Type: packet.Offer, YIAddr: yours, Options: lease(), Boot: true})
		if b[1] != 1 || b[2] != hlen || !bytes.Equal(b[28:28+hlen], guid) {
			t.Errorf("htype %d, hlen %d, chaddr % x", b[1], b[2], b[28:44])
		}
	}
}
