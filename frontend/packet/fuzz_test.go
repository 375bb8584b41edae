package packet_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/insomniacslk/dhcp/dhcpv4"

	"rollcall/frontend/packet"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
)

// seeds are the shapes the parser tells apart, and the goldens.
func seeds(t testing.TB) [][]byte {
	all := [][]byte{
		dhcptest.Discover(mac), pxe(), split(),
		dhcptest.Request(mac, "10.0.0.5", "10.0.0.1", dhcptest.Broadcast()),
		dhcptest.Renew(mac, "10.0.0.5", dhcptest.Giaddr("10.1.0.1")),
		dhcptest.Release(mac, "10.0.0.5", "10.0.0.1"),
		dhcptest.Decline(mac, "10.0.0.5", "10.0.0.1"),
		dhcptest.Inform(mac, "10.0.0.5", dhcptest.Junk()),
		dhcptest.Discover("", dhcptest.HType(32), dhcptest.ClientID("ff0102")),
		bootRequest(dhcptest.HostName("lamp")), blankRequest(), bootRequest(dhcptest.ClientID("0102"), dhcptest.Giaddr("10.1.0.1")),
		leaseQuery(dhcptest.Ciaddr("10.20.0.50"), dhcptest.PRL(51, 61, 82)), leaseQuery(dhcptest.ClientID("0102")), patch(leaseQuery(), 1, 1, 6),
		raw(slices.Concat(tlv(53, 1), tlv(82, 1, 1, 7), tlv(82), tlv(82, 2, 1, 8))...),
		dhcptest.Discover(mac, dhcptest.Option(82, bytes.Repeat([]byte{1}, 500)), dhcptest.MaxSize(576)),
		dhcptest.Discover(mac, dhcptest.ClientID("00"), dhcptest.PRL(slices.Repeat([]byte{0, 255, 53, 82}, 60)...)),
		raw(53, 1, 1), raw(53, 1, 1, 12), raw(53, 1, 1, 12, 255), raw(53, 1, 2, 255), raw(53, 2, 1, 3),
	}
	files, err := filepath.Glob("testdata/*.hex")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d goldens, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, readHex(t, string(text)))
	}
	return all
}

// FuzzParse holds the parser to three properties: it never panics; what it
// hands on, encoded again, parses to the same; and where insomniacslk/dhcp reads
// the message too, both read the same.
func FuzzParse(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	var m packet.Message // reused, so that leftovers show
	f.Fuzz(func(t *testing.T, b []byte) {
		if m.Parse(b) != packet.OK {
			return
		}
		list := m.AppendOptions(nil)
		if !list.Valid() {
			t.Fatalf("AppendOptions gave a truncated list: %x", list)
		}
		for c, value := range list.All() {
			if got, ok := m.Option(c); !ok || !bytes.Equal(got, value) {
				t.Errorf("option %d is %x in the list and %x alone", c, value, got)
			}
		}
		stable(t, b, list)
		differential(t, b, &m)
	})
}

// stable encodes the options again and expects to read the same. Values have
// one part now, or more if they are long.
func stable(t *testing.T, b []byte, list option.List) {
	again := slices.Clone(b[:240])
	for c, value := range list.All() {
		for rest := value; ; rest = rest[255:] {
			again = append(again, byte(c), byte(min(len(rest), 255)))
			again = append(again, rest[:min(len(rest), 255)]...)
			if len(rest) <= 255 {
				break
			}
		}
	}
	if len(again) > 0xffff {
		return
	}
	var m packet.Message
	if reason := m.Parse(again); reason != packet.OK {
		t.Fatalf("encoded again: Parse = %v", reason)
	}
	if diff := cmp.Diff(list, m.AppendOptions(nil)); diff != "" {
		t.Errorf("encoded again (-first +second):\n%s", diff)
	}
}

func differential(t *testing.T, b []byte, m *packet.Message) {
	if bytes.Equal(b[236:240], make([]byte, 4)) {
		return // they do not read BOOTP without vendor extensions
	}
	// They insist on an end option; we tolerate its absence.
	theirs, err := dhcpv4.FromBytes(append(slices.Clone(b), byte(option.End)))
	if err != nil {
		t.Fatalf("we read it, insomniacslk/dhcp does not: %v", err)
	}
	type header struct {
		HType, HLen, Hops              uint8
		XID                            uint32
		Secs, Flags                    uint16
		CIAddr, YIAddr, SIAddr, GIAddr string
		CHAddr                         []byte
		SName, File                    string
		Type                           uint8
	}
	overloaded := false
	if v := theirs.Options[uint8(option.Overload)]; len(v) == 1 && v[0] >= 1 && v[0] <= 3 {
		overloaded = true // they do not know it
		theirs.ServerHostName, theirs.BootFileName = string(m.ServerName()), string(m.File())
	}
	ours := header{m.HType, m.HLen, m.Hops, m.XID, m.Secs, m.Flags, m.CIAddr.String(), m.YIAddr.String(),
		m.SIAddr.String(), m.GIAddr.String(), m.HardwareAddr(), string(m.ServerName()), string(m.File()), uint8(m.Type)}
	want := header{uint8(theirs.HWType), uint8(len(theirs.ClientHWAddr)), theirs.HopCount,
		binary.BigEndian.Uint32(theirs.TransactionID[:]), theirs.NumSeconds, theirs.Flags,
		theirs.ClientIPAddr.String(), theirs.YourIPAddr.String(), theirs.ServerIPAddr.String(), theirs.GatewayIPAddr.String(),
		theirs.ClientHWAddr, theirs.ServerHostName, theirs.BootFileName, uint8(theirs.MessageType())}
	if diff := cmp.Diff(want, ours); diff != "" {
		t.Errorf("header (-theirs +ours):\n%s", diff)
	}
	if overloaded {
		return
	}
	options := make(dhcpv4.Options)
	for c, value := range m.AppendOptions(nil).All() {
		options[uint8(c)] = append([]byte(nil), value...)
	}
	delete(theirs.Options, uint8(option.Overload))
	if diff := cmp.Diff(theirs.Options, options); diff != "" {
		t.Errorf("options (-theirs +ours):\n%s", diff)
	}
}

// FuzzReply holds the encoder to its contract for any query and any reply: the
// client's limit is kept, a client reads every option that was not counted as
// dropped, and insomniacslk/dhcp reads the same header.
func FuzzReply(f *testing.F) {
	for i, seed := range seeds(f) {
		f.Add(seed, uint8(i), "boot", "ipxe.efi", []byte(offer().Options))
		f.Add(seed, uint8(0), "", "ipxe.efi", []byte(bootOptions(200)))
		f.Add(seed, uint8(1), "", "", []byte(offer().Options.Append(150, make([]byte, 300)).Append(151, make([]byte, 60))))
	}
	var q packet.Message
	f.Fuzz(func(t *testing.T, query []byte, typ uint8, sname, file string, list []byte) {
		if q.Parse(query) != packet.OK {
			return
		}
		answers := answersTo(q.Type)
		r := &packet.Reply{Type: answers[int(typ)%len(answers)], YIAddr: yours, SIAddr: server, ServerName: sname, File: file, Options: list,
			HType: 1, HardwareAddr: []byte(file)}
		b, dropped := packet.AppendReply(nil, &q, r)
		if limit := clientLimit(&q, len(query)); len(b) > limit || len(b) < packet.MinSize {
			t.Fatalf("size %d is not within %d and %d", len(b), packet.MinSize, limit)
		}
		if bytes.Equal(query[236:240], make([]byte, 4)) {
			if len(bytes.Trim(b[236:], "\x00")) != 0 {
				t.Errorf("the client left its vendor area blank, the reply does not: % x", b[236:])
			}
			return
		}
		theirs, err := dhcpv4.FromBytes(b)
		if err != nil {
			t.Fatalf("insomniacslk/dhcp does not read the reply: %v", err)
		}
		chaddr := q.HardwareAddr()
		if q.Type == packet.LeaseQuery {
			chaddr = r.HardwareAddr[:min(16, len(file))]
		}
		if theirs.OpCode != dhcpv4.OpcodeBootReply || !bytes.Equal(theirs.ClientHWAddr, chaddr) ||
			theirs.GatewayIPAddr.String() != q.GIAddr.String() || theirs.HopCount != 0 || theirs.NumSeconds != 0 {
			t.Errorf("header: %v", theirs.Summary())
		}
		all, order := clientView(t, b)
		if q.Type != packet.BOOTP && (order[0] != option.MessageType || !bytes.Equal(all[option.MessageType], []byte{byte(r.Type)})) {
			t.Errorf("first option is %d, message type %x", order[0], all[option.MessageType])
		}
		if q.Type == packet.BOOTP && (all[option.MessageType] != nil || all[option.Overload] != nil || all[option.ClientID] != nil) {
			t.Errorf("options of DHCP in a BOOTREPLY: %v", order)
		}
		if last := slices.Index(order, option.RelayAgentInfo); last >= 0 {
			sent, _ := q.Option(option.RelayAgentInfo)
			if q.Type == packet.LeaseQuery {
				sent, _ = r.Options.Get(option.RelayAgentInfo)
			}
			if !bytes.Equal(sent, all[option.RelayAgentInfo]) {
				t.Error("relay agent information is not as it came")
			}
			for _, c := range order[last : len(order)-1] {
				if c != option.RelayAgentInfo {
					t.Errorf("option %d follows the relay agent information", c)
				}
			}
		}
		if r.Type == packet.Nak {
			return
		}
		complete(t, r, all, dropped)
		if q.Type == packet.LeaseQuery {
			return
		}
		r.Boot = true
		b, dropped = packet.AppendReply(nil, &q, r)
		if limit := clientLimit(&q, len(query)); len(b) > limit || len(b) < packet.MinSize {
			t.Fatalf("to firmware: size %d is not within %d and %d", len(b), packet.MinSize, limit)
		}
		all, order = clientView(t, b)
		complete(t, r, all, dropped)
		for _, c := range []option.Code{option.Overload, option.VendorSpecific, option.VendorClass, option.TFTPServerName, option.BootfileName} {
			if i := slices.Index(order, c); i >= 0 && (c == option.Overload || slices.Contains(order[i+1:], c) || len(all[c]) == 0) {
				t.Errorf("to firmware: option %d of %d bytes, in %v", c, len(all[c]), order)
			}
		}
	})
}

// answersTo lists the replies that a query of a type can have.
func answersTo(query packet.MessageType) []packet.MessageType {
	switch query {
	case packet.BOOTP:
		return []packet.MessageType{packet.BOOTP}
	case packet.LeaseQuery:
		return []packet.MessageType{packet.LeaseUnassigned, packet.LeaseUnknown, packet.LeaseActive}
	}
	return []packet.MessageType{packet.Offer, packet.Ack, packet.Nak}
}

// complete expects that each option of the reply is there or was counted.
func complete(t *testing.T, r *packet.Reply, all map[option.Code][]byte, dropped int) {
	count := make(map[option.Code]int)
	for c := range r.Options.All() {
		count[c]++
	}
	missing := 0
	for c, value := range r.Options.All() {
		switch c {
		case 0, 255, option.Overload, option.MessageType, option.ClientID, option.RelayAgentInfo:
			continue
		}
		if count[c] > 1 {
			return // a client would join them; which part was dropped cannot be told
		}
		if got, ok := all[c]; !ok {
			missing++
		} else if !bytes.Equal(got, value) {
			t.Errorf("option %d is %x, want %x", c, got, value)
		}
	}
	if missing > dropped {
		t.Errorf("%d options are missing, %d were counted", missing, dropped)
	}
}

// clientLimit is the size of message the client announced, read independently.
func clientLimit(q *packet.Message, size int) int {
	if q.Type == packet.BOOTP {
		return max(300, min(size, 1472))
	}
	if v, ok := q.Option(option.MaxMessageSize); ok && len(v) == 2 {
		return min(max(576, int(v[0])<<8|int(v[1])), 1500) - 28
	}
	return 576 - 28
}
