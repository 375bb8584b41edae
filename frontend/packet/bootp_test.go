package packet_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/frontend/packet"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
)

// bootRequest is the message of a client that knows RFC 1497 and not DHCP.
func bootRequest(mods ...dhcptest.Modifier) []byte {
	b := dhcptest.Discover(mac, append([]dhcptest.Modifier{dhcptest.Without(53)}, mods...)...)
	return append(b, make([]byte, max(0, 300-len(b)))...)
}

// blankRequest is that of one older still: its vendor area is all zeros.
func blankRequest() []byte { return append(dhcptest.Discover(mac)[:236], make([]byte, 64)...) }

func bootReply() *packet.Reply {
	return &packet.Reply{Type: packet.BOOTP, YIAddr: yours, SIAddr: server, ServerName: "boot1", File: "/boot/kernel",
		Options: option.List(nil).Append(option.SubnetMask, []byte{255, 255, 252, 0}).AppendAddr(option.Router, server)}
}

func TestParseBOOTP(t *testing.T) {
	for name, b := range map[string][]byte{"options": bootRequest(dhcptest.HostName("lamp")), "blank": blankRequest()} {
		m := parse(t, b)
		if m.Type != packet.BOOTP || m.Type.String() != "BOOTREQUEST" {
			t.Errorf("%s: type %v, want BOOTREQUEST", name, m.Type)
		}
	}
	if got := options(parse(t, bootRequest(dhcptest.HostName("lamp")))); cmp.Diff([]string{"host-name=lamp"}, got) != "" {
		t.Errorf("options %q, want the host name", got)
	}
	if got := options(parse(t, blankRequest())); got != nil {
		t.Errorf("options %q in a blank vendor area", got)
	}
}

// A BOOTREPLY has what BOOTP has, and no more room than its query (RFC 951 §3, RFC 1542 §2.1).
func TestAppendReplyBOOTP(t *testing.T) {
	filled := bootReply()
	for i := range 5 {
		filled.Options = filled.Options.Append(option.Code(128+i), make([]byte, 14))
	}
	bare := bootReply()
	bare.File, bare.ServerName, bare.Options = "", "", filled.Options
	tests := []struct {
		name    string
		in      []byte
		r       *packet.Reply
		size    int
		order   []option.Code
		dropped int
	}{
		{"options that fit", bootRequest(), bootReply(), 300, []option.Code{1, 3, 255}, 0},
		{"the client-id does not return", bootRequest(dhcptest.ClientID("0102")), bootReply(), 300, []option.Code{1, 3, 255}, 0},
		{"what the relay says does", bootRequest(dhcptest.RelayInfo(dhcptest.CircuitID("eth0/7")), dhcptest.Giaddr("10.1.0.1")), bootReply(),
			300, []option.Code{1, 3, 82, 255}, 0},
		{"options that do not fit", bootRequest(), filled, 300, []option.Code{1, 3, 128, 129, 255}, 3},
		{"no overload", bootRequest(), bare, 300, []option.Code{1, 3, 128, 129, 255}, 3},
		{"a longer query", append(bootRequest(), make([]byte, 12)...), filled, 301, []option.Code{1, 3, 128, 129, 130, 255}, 2},
		{"the longest query", append(bootRequest(), make([]byte, 9000)...), filled, 333, []option.Code{1, 3, 128, 129, 130, 131, 132, 255}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, dropped := packet.AppendReply(nil, parse(t, tt.in), tt.r)
			_, order := clientView(t, b)
			if diff := cmp.Diff(tt.order, order); diff != "" || dropped != tt.dropped || len(b) != tt.size {
				t.Errorf("size %d, dropped %d; want %d, %d; order (-want +got):\n%s", len(b), dropped, tt.size, tt.dropped, diff)
			}
			if b[0] != 2 || !bytes.Equal(b[4:8], tt.in[4:8]) || !bytes.Equal(b[16:20], yours.AsSlice()) {
				t.Errorf("header % x", b[:44])
			}
		})
	}
}

// A client that wrote nothing into the vendor area may not know options.
func TestAppendReplyBOOTPBlank(t *testing.T) {
	b, dropped := packet.AppendReply(nil, parse(t, blankRequest()), bootReply())
	if len(b) != 300 || dropped != 0 || !bytes.Equal(b[236:], make([]byte, 64)) {
		t.Errorf("size %d, dropped %d, vendor area % x", len(b), dropped, b[236:])
	}
	if got := string(bytes.TrimRight(b[108:236], "\x00")); got != "/boot/kernel" {
		t.Errorf("file %q", got)
	}
}
