package recorded_test

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/frontend/packet"
	"rollcall/internal/cli/recorded"
	"rollcall/internal/dhcptest"
)

// frame is a datagram of a capture of bare IP, and when it was caught.
type frame struct {
	at       time.Duration
	src, dst string
	payload  []byte
}

// pcap is a capture file.
func pcap(frames ...frame) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b2c3d4)
	b = le.AppendUint32(b, 2|4<<16)
	b = append(b, make([]byte, 8)...)
	b = le.AppendUint32(le.AppendUint32(b, 65535), 101)
	for _, f := range frames {
		src, dst := netip.MustParseAddrPort(f.src), netip.MustParseAddrPort(f.dst)
		n := len(f.payload)
		ip := make([]byte, 28)
		ip[0], ip[8], ip[9] = 0x45, 64, 17
		binary.BigEndian.PutUint16(ip[2:], uint16(28+n))
		copy(ip[12:], src.Addr().AsSlice())
		copy(ip[16:], dst.Addr().AsSlice())
		binary.BigEndian.PutUint16(ip[20:], src.Port())
		binary.BigEndian.PutUint16(ip[22:], dst.Port())
		binary.BigEndian.PutUint16(ip[24:], uint16(8+n))
		b = le.AppendUint32(le.AppendUint32(b, uint32(f.at/time.Second)), uint32(f.at%time.Second/time.Microsecond))
		b = le.AppendUint32(le.AppendUint32(b, uint32(28+n)), uint32(28+n))
		b = append(append(b, ip...), f.payload...)
	}
	return b
}

const (
	mac       = "02:00:00:00:00:01"
	client    = "0.0.0.0:68"
	broadcast = "255.255.255.255:67"
)

// answer is what a server says to a client.
func answer(mac, yiaddr, server, mask, giaddr string) []byte {
	b := dhcptest.Discover(mac, dhcptest.Giaddr(giaddr), dhcptest.ServerID(server), dhcptest.Option(53, []byte{2}),
		dhcptest.Option(1, netip.MustParseAddr(mask).AsSlice()))
	b[0] = 2
	copy(b[16:], netip.MustParseAddr(yiaddr).AsSlice())
	return b
}

func read(t *testing.T, file []byte) *recorded.Recording {
	t.Helper()
	r, err := recorded.Read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMessages(t *testing.T) {
	discover := dhcptest.Discover(mac, dhcptest.HostName("desk"), dhcptest.Secs(3))
	r := read(t, pcap(
		frame{1 * time.Second, client, broadcast, discover},
		frame{1*time.Second + 300*time.Microsecond, client, broadcast, discover}, // the same one, on another port of the bridge
		frame{5 * time.Second, client, broadcast, discover},                      // sent again
		frame{6 * time.Second, "10.0.0.7:68", "10.0.0.1:67", dhcptest.Renew(mac, "10.0.0.7")},
		frame{7 * time.Second, "10.0.0.7:68", "10.0.0.1:4011", dhcptest.Request(mac, "10.0.0.7", "10.0.0.1")},
		frame{8 * time.Second, "10.0.0.7:68", "10.0.0.1:67", []byte{1, 2, 3}},
		frame{9 * time.Second, "10.0.0.7:68", "10.0.0.1:67", dhcptest.Discover("ff:ff:ff:ff:ff:ff")},
	))
	type seen struct {
		Frame           int
		Seconds         int64
		Type            string
		Port            uint16
		CIAddr, To      string
		Hostname        string
		Secs            uint16
		HardwareAddress string
	}
	var got []seen
	for _, m := range r.Messages {
		q := m.Query
		name, _ := q.Options.Get(12)
		got = append(got, seen{m.Frame, m.Time.Unix(), q.Type.String(), q.Port, q.CIAddr.String(), q.Destination.String(), string(name), q.Secs, q.HW.String()})
	}
	want := []seen{
		{1, 1, "DISCOVER", 67, "", "255.255.255.255", "desk", 3, mac},
		{3, 5, "DISCOVER", 67, "", "255.255.255.255", "desk", 3, mac},
		{4, 6, "REQUEST", 67, "10.0.0.7", "10.0.0.1", "", 0, mac},
		{5, 7, "REQUEST", 4011, "", "10.0.0.1", "", 0, mac},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[packet.Reason]int{packet.ReasonShort: 1, packet.ReasonCHAddr: 1}, r.Refused); diff != "" || r.Twice != 1 || r.Frames != 7 {
		t.Errorf("%d frames, %d twice, refused (-want +got):\n%s", r.Frames, r.Twice, diff)
	}
}

// What is read of a message is its own: the buffers of the reader are used again.
func TestMessagesAreCopies(t *testing.T) {
	r := read(t, pcap(
		frame{1 * time.Second, client, broadcast, dhcptest.Discover(mac, dhcptest.Junk(), dhcptest.HostName("one"))},
		frame{2 * time.Second, client, broadcast, dhcptest.Discover(mac, dhcptest.HostName("two"))},
	))
	q := r.Messages[0].Query
	if name, _ := q.Options.Get(12); string(name) != "one" || string(q.ServerName) != "junk.example" || string(q.File) != "/junk" {
		t.Errorf("host name %q, sname %q, file %q", name, q.ServerName, q.File)
	}
}

func TestSurroundings(t *testing.T) {
	none := "0.0.0.0"
	tests := []struct {
		name    string
		frames  []frame
		servers []string
		relays  []string
		subnets []string
	}{
		{"a client alone", []frame{{0, client, broadcast, dhcptest.Discover(mac)}}, nil, nil, nil},
		{"a client that chose", []frame{{0, client, broadcast, dhcptest.Request(mac, "10.0.0.7", "10.0.0.1")}}, []string{"10.0.0.1"}, nil, nil},
		{"an answer", []frame{{0, "10.0.0.1:67", "10.0.0.7:68", answer(mac, "10.0.3.7", "10.0.0.1", "255.255.252.0", none)}},
			[]string{"10.0.0.1"}, nil, []string{"10.0.0.0/22"}},
		{"a mask that is none", []frame{{0, "10.0.0.1:67", "10.0.0.7:68", answer(mac, "10.0.3.7", "10.0.0.1", "255.0.255.0", none)}},
			[]string{"10.0.0.1"}, nil, []string{"10.0.3.0/24"}},
		{"a mask that leaves no room", []frame{{0, "10.0.0.1:67", "10.0.0.7:68", answer(mac, "10.0.3.7", "10.0.0.1", "255.255.255.255", none)}},
			[]string{"10.0.0.1"}, nil, []string{"10.0.3.0/24"}},
		{"a mask that is too large", []frame{{0, "10.0.0.1:67", "10.0.0.7:68", answer(mac, "10.9.3.7", "10.0.0.1", "255.0.0.0", none)}},
			[]string{"10.0.0.1"}, nil, []string{"10.9.0.0/16"}},
		{"nonsense", []frame{
			{0, "10.0.0.1:67", "10.0.0.7:68", answer(mac, "0.0.3.7", "127.0.0.1", "255.255.252.0", "224.0.0.1")},
			{1, client, broadcast, dhcptest.Request(mac, "10.0.0.7", "255.255.255.255")},
		}, nil, nil, nil},
		{"a relay", []frame{{0, "10.1.0.1:67", "10.0.0.1:67", dhcptest.Discover(mac, dhcptest.Giaddr("10.1.0.1"))}},
			nil, []string{"10.1.0.1"}, []string{"10.1.0.0/24 relayed"}},
		{"a relay and its answer", []frame{
			{0, "10.1.0.1:67", "10.0.0.1:67", dhcptest.Discover(mac, dhcptest.Giaddr("10.1.0.1"))},
			{1, "10.0.0.1:67", "10.1.0.1:67", answer(mac, "10.1.2.7", "10.0.0.1", "255.255.0.0", "10.1.0.1")},
		}, []string{"10.0.0.1"}, []string{"10.1.0.1"}, []string{"10.1.0.0/16 relayed"}},
		{"a renewal past the relay", []frame{
			{0, "10.1.0.7:68", "10.0.0.1:67", dhcptest.Renew(mac, "10.1.0.7")},
			{1, "10.1.0.1:67", "10.0.0.1:67", dhcptest.Discover(mac, dhcptest.Giaddr("10.1.0.1"))},
		}, nil, []string{"10.1.0.1"}, []string{"10.1.0.0/24 relayed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := read(t, pcap(tt.frames...))
			texts := func(list []netip.Addr) (s []string) {
				for _, a := range list {
					s = append(s, a.String())
				}
				return s
			}
			var subnets []string
			for _, s := range r.Subnets {
				text := s.Prefix.String()
				if s.Relayed {
					text += " relayed"
				}
				subnets = append(subnets, text)
			}
			got := [][]string{texts(r.Servers), texts(r.Relays), subnets}
			if diff := cmp.Diff([][]string{tt.servers, tt.relays, tt.subnets}, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("servers, relays, subnets (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDamage(t *testing.T) {
	file := pcap(frame{1 * time.Second, client, broadcast, dhcptest.Discover(mac)}, frame{2 * time.Second, client, broadcast, dhcptest.Discover(mac)})
	r := read(t, file[:len(file)-5])
	if len(r.Messages) != 1 || r.Damage == nil {
		t.Errorf("%d messages, damage %v", len(r.Messages), r.Damage)
	}
	whole := read(t, file)
	if len(whole.Messages) != 2 || whole.Damage != nil || len(whole.Skipped) > 0 {
		t.Errorf("%d messages, damage %v, skipped %v", len(whole.Messages), whole.Damage, whole.Skipped)
	}
	if _, err := recorded.Read(bytes.NewReader([]byte("no capture at all"))); err == nil {
		t.Error("text was taken for a capture")
	}
}
