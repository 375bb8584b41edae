package packet_test

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/frontend/packet"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
)

// told is what a server told a client whose DISCOVER is in.
func told(t testing.TB, r *packet.Reply, in ...dhcptest.Modifier) []byte {
	t.Helper()
	b, _ := packet.AppendReply(nil, parse(t, dhcptest.Discover(mac, in...)), r)
	return b
}

func TestParseForeign(t *testing.T) {
	type foreign struct {
		Type         packet.MessageType
		Server       string
		Client, File string
		Proxy        bool
	}
	proxy := lease()[:7] // 54 alone
	pxe := proxy.AppendString(option.VendorClass, "PXEClient")
	long := strings.Repeat("u", 200)
	const client = "\x02\x00\x00\x00\x00\x01"
	tests := []struct {
		name string
		in   []byte
		want foreign
	}{
		{"an address", told(t, &packet.Reply{Type: packet.Offer, YIAddr: yours, Options: lease()}), foreign{packet.Offer, "10.20.0.1", client, "", false}},
		{"an address and a file", told(t, &packet.Reply{Type: packet.Ack, YIAddr: yours, File: "pxelinux.0", Options: lease()}),
			foreign{packet.Ack, "10.20.0.1", client, "pxelinux.0", false}},
		{"an address, marked for firmware", told(t, &packet.Reply{Type: packet.Offer, YIAddr: yours, Options: pxe}), foreign{packet.Offer, "10.20.0.1", client, "", false}},
		{"a boot server", told(t, &packet.Reply{Type: packet.Offer, File: "ipxe.efi", Options: pxe}), foreign{packet.Offer, "10.20.0.1", client, "ipxe.efi", true}},
		{"a boot server for HTTP", told(t, &packet.Reply{Type: packet.Offer, Options: proxy.AppendString(option.VendorClass, "HTTPClient").AppendString(option.BootfileName, "http://x/y")}),
			foreign{packet.Offer, "10.20.0.1", client, "http://x/y", true}},
		{"no address and nothing to boot", told(t, &packet.Reply{Type: packet.Ack, Options: proxy}), foreign{packet.Ack, "10.20.0.1", client, "", false}},
		{"a file in option 67 alone, as C writes it", told(t, &packet.Reply{Type: packet.Offer, YIAddr: yours, Options: lease().AppendString(option.BootfileName, long+"\x00")}),
			foreign{packet.Offer, "10.20.0.1", client, long, false}},
		{"a file of all the field", patch(told(t, &packet.Reply{Type: packet.Offer, YIAddr: yours, Options: lease()}), 108, bytes.Repeat([]byte{'f'}, 128)...),
			foreign{packet.Offer, "10.20.0.1", client, strings.Repeat("f", 128), false}},
		{"options in the file field", told(t, &packet.Reply{Type: packet.Offer, YIAddr: yours,
			Options: lease().Append(150, make([]byte, 255)).AppendString(option.BootfileName, "a").AppendString(option.RootPath, strings.Repeat("r", 50))}),
			foreign{packet.Offer, "10.20.0.1", client, "a", false}},
		{"no server identifier", told(t, &packet.Reply{Type: packet.Offer, YIAddr: yours}), foreign{packet.Offer, "invalid IP", client, "", false}},
		{"a server identifier that is none", told(t, &packet.Reply{Type: packet.Offer, YIAddr: yours, Options: option.List(nil).AppendAddr(option.ServerID, netip.IPv4Unspecified())}),
			foreign{packet.Offer, "invalid IP", client, "", false}},
		{"a server identifier of a group", told(t, &packet.Reply{Type: packet.Offer, YIAddr: yours, Options: option.List(nil).Append(option.ServerID, []byte{224, 0, 0, 1})}),
			foreign{packet.Offer, "invalid IP", client, "", false}},
		{"to a GUID", patch(told(t, &packet.Reply{Type: packet.Offer, YIAddr: yours, Options: lease()}), 2, 16),
			foreign{packet.Offer, "10.20.0.1", client + strings.Repeat("\x00", 10), "", false}},
	}
	var m packet.Message
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, reason := m.ParseForeign(tt.in)
			got := foreign{f.Type, f.Server.String(), string(f.Client), string(f.File), f.Proxy}
			if diff := cmp.Diff(tt.want, got); diff != "" || reason != packet.OK {
				t.Errorf("reason %v (-want +got):\n%s", reason, diff)
			}
		})
	}
}

func TestParseForeignRefuses(t *testing.T) {
	offer := told(t, &packet.Reply{Type: packet.Offer, YIAddr: yours, Options: lease()})
	tests := []struct {
		name string
		in   []byte
		want packet.Reason
	}{
		{"nothing", nil, packet.ReasonShort},
		{"one byte", []byte{2}, packet.ReasonShort},
		{"more than a datagram", append(offer, make([]byte, 0xffff)...), packet.ReasonLong},
		{"a client's", dhcptest.Discover(mac), packet.ReasonOp},
		{"another cookie", patch(offer, 236, 1, 2, 3, 4), packet.ReasonCookie},
		{"BOOTP", patch(offer, 236, make([]byte, 64)...), packet.ReasonCookie},
		{"hlen 255", patch(offer, 2, 255), packet.ReasonHLen},
		{"an option over the end", offer[:244], packet.ReasonOptionOverrun},
		{"a NAK", told(t, &packet.Reply{Type: packet.Nak, Options: lease()}), packet.ReasonMessageType},
		{"a DISCOVER that says it is a reply", patch(dhcptest.Discover(mac), 0, 2), packet.ReasonMessageType},
		{"no type", patch(offer, 240, 12), packet.ReasonMessageType},
	}
	var m packet.Message
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if f, reason := m.ParseForeign(tt.in); reason != tt.want || f.Type != 0 || len(m.AppendOptions(nil)) != 0 {
				t.Errorf("reason %v, want %v; %+v", reason, tt.want, f)
			}
		})
	}
}

// FuzzParseForeign holds what strangers on the link can make us remember within bounds.
func FuzzParseForeign(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(patch(seed, 0, 2))
	}
	f.Add(told(f, offer()))
	var m packet.Message
	f.Fuzz(func(t *testing.T, b []byte) {
		got, reason := m.ParseForeign(b)
		if reason != packet.OK {
			return
		}
		if len(got.Client) > 16 || len(got.File) > 255 || bytes.IndexByte(got.File, 0) >= 0 || got.Server.IsValid() && !got.Server.Is4() {
			t.Errorf("%+v", got)
		}
		if got.Type != packet.Offer && got.Type != packet.Ack {
			t.Errorf("type %v", got.Type)
		}
	})
}
