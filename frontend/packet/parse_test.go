package packet_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/frontend/packet"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
)

const mac = "02:00:00:00:00:01"

// patch overwrites bytes of a message.
func patch(b []byte, at int, with ...byte) []byte {
	b = slices.Clone(b)
	copy(b[at:], with)
	return b
}

// raw is a DISCOVER's header and cookie with an options field byte by byte.
func raw(options ...byte) []byte {
	return append(slices.Clone(dhcptest.Discover(mac)[:240]), options...)
}

// tlv is one option.
func tlv(code option.Code, value ...byte) []byte {
	return append([]byte{byte(code), byte(len(value))}, value...)
}

// leaseQuery is a LEASEQUERY of a relay (RFC 4388 §6.2).
func leaseQuery(mods ...dhcptest.Modifier) []byte {
	mods = append([]dhcptest.Modifier{dhcptest.Option(53, []byte{10}), dhcptest.Giaddr("10.1.0.1")}, mods...)
	return patch(dhcptest.Discover("", mods...), 1, 0, 0, 0)
}

func parse(t testing.TB, b []byte) *packet.Message {
	t.Helper()
	m := new(packet.Message)
	if reason := m.Parse(b); reason != packet.OK {
		t.Fatalf("Parse = %v, want ok", reason)
	}
	return m
}

// options lists what was parsed, one line an option.
func options(m *packet.Message) []string {
	var lines []string
	for c, value := range m.AppendOptions(nil).All() {
		lines = append(lines, c.String()+"="+option.ByCode(c).Text(value))
	}
	return lines
}

func TestParseNotesMissingEnd(t *testing.T) {
	tests := []struct {
		name string
		in   []byte
		want bool
	}{
		{"as it should be", raw(53, 1, 1, 255), false},
		{"rubbish after the end", raw(53, 1, 1, 255, 1, 2, 3), false},
		{"none", raw(53, 1, 1), true},
		{"padding instead", raw(53, 1, 1, 0, 0), true},
		{"none in the file field", patch(raw(53, 1, 1, 52, 1, 1, 255), 108, make([]byte, 128)...), true},
		{"one in the file field", patch(raw(53, 1, 1, 52, 1, 1, 255), 108, 12, 1, 'h', 255), false},
		{"no options at all", bootRequest(), false},
		{"a blank vendor area", patch(dhcptest.Discover(mac)[:240], 236, 0, 0, 0, 0), false},
	}
	var m packet.Message // the same for all: nothing of the one before stays
	for _, tt := range tests {
		if reason := m.Parse(tt.in); reason != packet.OK || m.NoEnd != tt.want {
			t.Errorf("%s: %v, NoEnd %v, want %v", tt.name, reason, m.NoEnd, tt.want)
		}
	}
}

func TestParseReasons(t *testing.T) {
	discover := dhcptest.Discover(mac)
	noIdentity := dhcptest.Discover("00:00:00:00:00:00")
	tests := []struct {
		name string
		in   []byte
		want packet.Reason
	}{
		{"discover", discover, packet.OK},
		{"request", dhcptest.Request(mac, "10.0.0.5", "10.0.0.1"), packet.OK},
		{"reboot", dhcptest.Reboot(mac, "10.0.0.5"), packet.OK},
		{"renew", dhcptest.Renew(mac, "10.0.0.5"), packet.OK},
		{"release", dhcptest.Release(mac, "10.0.0.5", "10.0.0.1"), packet.OK},
		{"decline", dhcptest.Decline(mac, "10.0.0.5", "10.0.0.1"), packet.OK},
		{"inform", dhcptest.Inform(mac, "10.0.0.5"), packet.OK},
		{"relayed", dhcptest.Discover(mac, dhcptest.Giaddr("10.1.0.1")), packet.OK},

		{"nothing", nil, packet.ReasonShort},
		{"bootp without cookie", discover[:236], packet.ReasonShort},
		{"one byte short", discover[:239], packet.ReasonShort},
		{"too long", append(slices.Clone(discover), make([]byte, 1<<16)...), packet.ReasonLong},
		{"reply", patch(discover, 0, 2), packet.ReasonOp},
		{"op 0", patch(discover, 0, 0), packet.ReasonOp},
		{"other cookie", patch(discover, 236, 1, 2, 3, 4), packet.ReasonCookie},
		{"cookie later", append(patch(discover[:240], 236, 0, 0, 0, 0), 99, 130, 83, 99, 53, 1, 1, 255), packet.ReasonCookie},
		{"htype 0", patch(discover, 1, 0, 0), packet.ReasonHType},
		{"hlen 17", patch(discover, 1, 32, 17), packet.ReasonHLen},
		{"hlen 255", patch(discover, 2, 255), packet.ReasonHLen},
		{"ethernet of 5", patch(discover, 2, 5), packet.ReasonHLen},
		{"ethernet of 16, a GUID", patch(discover, 2, 16), packet.OK},
		{"infiniband of 16", patch(discover, 1, 32, 16), packet.OK},

		{"giaddr loopback", dhcptest.Discover(mac, dhcptest.Giaddr("127.0.0.1")), packet.ReasonGIAddr},
		{"giaddr multicast", dhcptest.Discover(mac, dhcptest.Giaddr("224.0.0.1")), packet.ReasonGIAddr},
		{"giaddr reserved", dhcptest.Discover(mac, dhcptest.Giaddr("240.0.0.1")), packet.ReasonGIAddr},
		{"giaddr broadcast", dhcptest.Discover(mac, dhcptest.Giaddr("255.255.255.255")), packet.ReasonGIAddr},
		{"giaddr this network", dhcptest.Discover(mac, dhcptest.Giaddr("0.0.0.1")), packet.ReasonGIAddr},
		{"ciaddr multicast", dhcptest.Renew(mac, "239.1.2.3"), packet.ReasonCIAddr},
		{"ciaddr broadcast", dhcptest.Renew(mac, "255.255.255.255"), packet.ReasonCIAddr},
		{"ciaddr loopback", dhcptest.Inform(mac, "127.0.0.1"), packet.ReasonCIAddr},
		{"chaddr of a group", dhcptest.Discover("01:00:5e:00:00:01"), packet.OK},
		{"chaddr broadcast of another kind", dhcptest.Discover("ff:ff:ff:ff:ff:ff", dhcptest.HType(6)), packet.ReasonCHAddr},
		{"chaddr broadcast", dhcptest.Discover("ff:ff:ff:ff:ff:ff"), packet.ReasonCHAddr},

		{"no end", raw(53, 1, 1), packet.OK},
		{"no end, padding", raw(53, 1, 1, 0, 0, 0), packet.OK},
		{"rubbish after end", raw(53, 1, 1, 255, 12, 255), packet.OK},
		{"value overruns", raw(53, 1, 1, 12, 255, 'x'), packet.ReasonOptionOverrun},
		{"value overruns by one", raw(53, 1, 1, 12, 2, 'x'), packet.ReasonOptionOverrun},
		{"lone code", raw(53, 1, 1, 12), packet.ReasonOptionOverrun},
		{"lone code in file", patch(raw(53, 1, 1, 52, 1, 1, 255), 235, 12), packet.ReasonOptionOverrun},
		{"value leaves sname", patch(raw(53, 1, 1, 52, 1, 2, 255), 106, 12, 1, 'x'), packet.ReasonOptionOverrun},
		{"value leaves file for the cookie", patch(raw(53, 1, 1, 52, 1, 1, 255), 234, 12, 4), packet.ReasonOptionOverrun},

		{"bootp, no options", raw(), packet.OK},
		{"bootp", raw(12, 1, 'x', 255), packet.OK},
		{"bootp of old", patch(raw(make([]byte, 60)...), 236, 0, 0, 0, 0), packet.OK},
		{"bootp of old, no identity", patch(dhcptest.Discover("00:00:00:00:00:00")[:240], 236, 0, 0, 0, 0), packet.ReasonNoIdentity},
		{"bootp of another format", patch(raw(make([]byte, 60)...), 236, 0, 0, 0, 0, 0, 1), packet.ReasonCookie},
		{"bootp reply", patch(raw(12, 1, 'x', 255), 0, 2), packet.ReasonOp},

		{"leasequery by address", leaseQuery(dhcptest.Ciaddr("10.20.0.50")), packet.OK},
		{"leasequery by client-id", leaseQuery(dhcptest.ClientID("0102")), packet.OK},
		{"leasequery by hardware address", patch(leaseQuery(), 1, 1, 6), packet.OK},
		{"leasequery without a key", leaseQuery(), packet.OK},
		{"leasequery without a relay", leaseQuery(dhcptest.Giaddr("0.0.0.0")), packet.ReasonNoRelay},
		{"bulk leasequery", raw(53, 1, 14, 255), packet.ReasonMessageType},
		{"leaseactive", raw(53, 1, 13, 255), packet.ReasonServerMessage},
		{"type of no bytes", raw(53, 0, 255), packet.ReasonMessageType},
		{"type of two bytes", raw(53, 2, 1, 1, 255), packet.ReasonMessageType},
		{"type twice, differing", raw(53, 1, 1, 53, 1, 3, 255), packet.ReasonMessageType},
		{"type twice", raw(53, 1, 1, 53, 1, 1, 255), packet.ReasonMessageType},
		{"type 0", raw(53, 1, 0, 255), packet.ReasonMessageType},
		{"type 255", raw(53, 1, 255, 255), packet.ReasonMessageType},
		{"offer", raw(53, 1, 2, 255), packet.ReasonServerMessage},
		{"ack", raw(53, 1, 5, 255), packet.ReasonServerMessage},
		{"nak", raw(53, 1, 6, 255), packet.ReasonServerMessage},
		{"forcerenew", raw(53, 1, 9, 255), packet.ReasonServerMessage},
		{"type hidden in file", patch(raw(52, 1, 1, 255), 108, 53, 1, 1, 255), packet.ReasonHiddenMessageType},
		{"type again in sname", patch(raw(53, 1, 1, 52, 1, 2, 255), 44, 53, 1, 3, 255), packet.ReasonHiddenMessageType},

		{"requested-address of 3", raw(53, 1, 1, 50, 3, 1, 2, 3, 255), packet.ReasonOptionLength},
		{"requested-address of 0", raw(53, 1, 1, 50, 0, 255), packet.ReasonOptionLength},
		{"server-identifier of 3", raw(53, 1, 3, 54, 3, 1, 2, 3, 255), packet.ReasonOptionLength},
		{"server-identifier twice", raw(53, 1, 3, 54, 4, 1, 2, 3, 4, 54, 4, 1, 2, 3, 4, 255), packet.ReasonOptionLength},

		{"no identity", noIdentity, packet.ReasonNoIdentity},
		{"no identity, hlen 0", dhcptest.Discover(""), packet.ReasonNoIdentity},
		{"no identity, client-id of 1", dhcptest.Discover("", dhcptest.ClientID("01")), packet.ReasonNoIdentity},
		{"chaddr zero with client-id", dhcptest.Discover("00:00:00:00:00:00", dhcptest.ClientID("0011")), packet.OK},
		{"hlen 0 with client-id", dhcptest.Discover("", dhcptest.ClientID("0011")), packet.OK},
		{"infiniband with client-id", dhcptest.Discover("", dhcptest.HType(32), dhcptest.ClientID("ff00")), packet.OK},

		{"parts that fill a frame", raw(slices.Concat(tlv(53, 1), bytes.Repeat(tlv(43, make([]byte, 250)...), 6))...), packet.OK},
		{"parts that overfill it", raw(slices.Concat(tlv(53, 1), bytes.Repeat(tlv(43, make([]byte, 251)...), 6))...), packet.ReasonOptionParts},
	}
	var reused packet.Message // as the read loop does
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := reused.Parse(tt.in); got != tt.want {
				t.Errorf("Parse = %v, want %v", got, tt.want)
			}
			if tt.want != packet.OK && len(reused.AppendOptions(nil)) != 0 {
				t.Error("a dropped message still has options")
			}
		})
	}
}

func TestReasonsAreAllNamed(t *testing.T) {
	seen := make(map[string]bool)
	for _, r := range packet.Reasons() {
		if s := r.String(); s == "" || s == "ok" || s == "unknown" || seen[s] {
			t.Errorf("reason %d is called %q", r, s)
		}
		seen[r.String()] = true
	}
}

func TestParseHeader(t *testing.T) {
	in := dhcptest.Renew(mac, "10.0.0.5", dhcptest.XID(0x01020304), dhcptest.Giaddr("10.1.0.1"),
		dhcptest.Broadcast(), dhcptest.Secs(65535), dhcptest.Junk())
	m := parse(t, patch(in, 28+6, 0xde, 0xad)) // rubbish behind the hardware address
	type header struct {
		Op, HType, HLen, Hops          uint8
		XID                            uint32
		Secs, Flags                    uint16
		CIAddr, YIAddr, SIAddr, GIAddr string
		CHAddr                         [16]byte
		SName, File                    string
		Type                           string
		Broadcast                      bool
	}
	got := header{m.Op, m.HType, m.HLen, m.Hops, m.XID, m.Secs, m.Flags, m.CIAddr.String(), m.YIAddr.String(),
		m.SIAddr.String(), m.GIAddr.String(), m.CHAddr, string(m.ServerName()), string(m.File()), m.Type.String(), m.Broadcast()}
	want := header{1, 1, 6, 1, 0x01020304, 65535, 0x8000, "10.0.0.5", "192.0.2.67",
		"192.0.2.66", "10.1.0.1", [16]byte{2, 0, 0, 0, 0, 1}, "junk.example", "/junk", "REQUEST", true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if reserved := parse(t, patch(in, 10, 0x7f, 0xff)); reserved.Broadcast() {
		t.Error("reserved bits of flags were taken for the broadcast bit")
	}
}

func TestParseServerNameAndFile(t *testing.T) {
	long := bytes.Repeat([]byte{'s'}, 64+128)
	for name, tt := range map[string]struct {
		in          []byte
		sname, file string
	}{
		"empty":             {raw(53, 1, 1, 255), "", ""},
		"both":              {patch(patch(raw(53, 1, 1, 255), 44, 's'), 108, 'f'), "s", "f"},
		"no padding":        {patch(raw(53, 1, 1, 255), 44, long...), string(long[:64]), string(long[:128])},
		"after the padding": {patch(raw(53, 1, 1, 255), 44, 's', 0, 'x'), "s", ""},
		"no text":           {patch(raw(53, 1, 1, 255), 44, 0xff, 1), "\xff\x01", ""},
		"BOOTP":             {patch(dhcptest.Discover(mac, dhcptest.Without(53)), 108, 'f', 0, 'x'), "", "f"},
		"options in file":   {patch(patch(raw(53, 1, 1, 52, 1, 1, 255), 44, 's'), 108, 12, 1, 'f', 255), "s", ""},
		"options in sname":  {patch(patch(raw(53, 1, 1, 52, 1, 2, 255), 44, 12, 1, 's', 255), 108, 'f'), "", "f"},
		"options in both":   {patch(patch(raw(53, 1, 1, 52, 1, 3, 255), 44, 12, 1, 's', 255), 108, 12, 1, 'f', 255), "", ""},
	} {
		m := parse(t, tt.in)
		if sname, file := string(m.ServerName()), string(m.File()); sname != tt.sname || file != tt.file {
			t.Errorf("%s: sname %q and file %q, want %q and %q", name, sname, file, tt.sname, tt.file)
		}
	}
	m := parse(t, patch(raw(53, 1, 1, 255), 44, 's'))
	if m.Parse(nil); len(m.ServerName()) > 0 {
		t.Error("a message that is none has the server name of the one before")
	}
}

func TestParseOptions(t *testing.T) {
	tests := []struct {
		name string
		in   []byte
		want []string
	}{
		{"order of appearance", raw(60, 3, 'P', 'X', 'E', 53, 1, 1, 0, 0, 12, 1, 'h', 255, 15, 1, 'x'),
			[]string{"vendor-class-identifier=PXE", "message-type=1", "host-name=h"}},
		{"length zero", raw(53, 1, 1, 80, 0, 255), []string{"message-type=1", "rapid-commit=true"}},
		{"parts are joined", raw(60, 3, 'P', 'X', 'E', 53, 1, 1, 60, 6, 'C', 'l', 'i', 'e', 'n', 't', 255),
			[]string{"vendor-class-identifier=PXEClient", "message-type=1"}},
		{"parts interleaved", raw(12, 1, 'a', 15, 1, 'x', 53, 1, 1, 12, 1, 'b', 15, 1, 'y', 12, 1, 'c', 255),
			[]string{"host-name=abc", "domain-name=xy", "message-type=1"}},
		{"an empty part", raw(12, 0, 53, 1, 1, 12, 1, 'b', 255), []string{"host-name=b", "message-type=1"}},
		{"file", patch(raw(53, 1, 1, 52, 1, 1, 255), 108, 12, 1, 'f', 255), []string{"message-type=1", "host-name=f"}},
		{"sname", patch(raw(53, 1, 1, 52, 1, 2, 255), 44, 12, 1, 's', 255), []string{"message-type=1", "host-name=s"}},
		{"main, file, sname", patch(patch(raw(53, 1, 1, 52, 1, 3, 12, 1, 'm', 255), 108, 12, 1, 'f', 255), 44, 12, 1, 's', 255),
			[]string{"message-type=1", "host-name=mfs"}},
		{"file without end", patch(raw(53, 1, 1, 52, 1, 1, 255), 108, 12, 1, 'f'), []string{"message-type=1", "host-name=f"}},
		{"overload 0", patch(raw(53, 1, 1, 52, 1, 0, 255), 108, 12, 1, 'f', 255), []string{"message-type=1"}},
		{"overload 4", patch(raw(53, 1, 1, 52, 1, 4, 255), 108, 12, 1, 'f', 255), []string{"message-type=1"}},
		{"overload of two bytes", patch(raw(53, 1, 1, 52, 2, 1, 1, 255), 108, 12, 1, 'f', 255), []string{"message-type=1"}},
		{"overload within file", patch(patch(raw(53, 1, 1, 52, 1, 1, 255), 108, 52, 1, 2, 255), 44, 12, 1, 's', 255),
			[]string{"message-type=1"}},
		{"boot file is no option", dhcptest.Discover(mac, dhcptest.Junk()), []string{"message-type=1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, options(parse(t, tt.in))); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseForgetsTheMessageBefore(t *testing.T) {
	var m packet.Message
	m.Parse(raw(53, 1, 1, 12, 1, 'a', 12, 1, 'b', 61, 3, 1, 2, 3, 255))
	if reason := m.Parse(raw(53, 1, 3, 15, 1, 'x', 255)); reason != packet.OK {
		t.Fatal(reason)
	}
	want := []string{"message-type=3", "domain-name=x"}
	if diff := cmp.Diff(want, options(&m)); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	if _, ok := m.Option(option.ClientID); ok {
		t.Error("the client-id of the message before is still there")
	}
}

// A whole datagram of one-byte options in parts must not cost more than its
// length: it is the worst a client can do to the joining.
func TestParseManyParts(t *testing.T) {
	in := raw(53, 1, 1)
	for len(in) < 60000 {
		in = append(in, byte(len(in)%190)+60, 0)
	}
	m := new(packet.Message)
	if reason := m.Parse(in); reason != packet.OK {
		t.Errorf("Parse = %v", reason)
	}
}
