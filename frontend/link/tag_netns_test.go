//go:build netns

package link_test

import (
	"bufio"
	"encoding/binary"
	"io"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"rollcall/frontend/link"
)

// tagged inserts 802.1Q tags into a frame, outer first.
func tagged(frame []byte, tags ...link.Tag) []byte {
	frame = slices.Clone(frame)
	for _, t := range slices.Backward(tags) {
		frame = slices.Insert(frame, 12, byte(t.TPID>>8), byte(t.TPID), byte(t.TCI>>8), byte(t.TCI))
	}
	return frame
}

func ctag(tci uint16) link.Tag { return link.Tag{TPID: 0x8100, TCI: tci} }
func stag(tci uint16) link.Tag { return link.Tag{TPID: 0x88a8, TCI: tci} }

// tcpdump records frames to the client there. The function returns the next one.
func (f *far) tcpdump(t *testing.T, dev string) func() []byte {
	t.Helper()
	cmd := exec.Command("tcpdump", "-i", dev, "-U", "-w", "-", "ether dst 02:00:00:00:00:09")
	var out, said io.ReadCloser
	f.do(t, func() (err error) {
		if out, err = cmd.StdoutPipe(); err != nil {
			return err
		}
		if said, err = cmd.StderrPipe(); err != nil {
			return err
		}
		return cmd.Start()
	})
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	stuck := time.AfterFunc(2*patience, func() { _ = cmd.Process.Kill() }) // ends every wait below
	t.Cleanup(func() { stuck.Stop() })
	for lines := bufio.NewScanner(said); ; {
		if !lines.Scan() {
			t.Fatal("tcpdump ended")
		}
		if strings.Contains(lines.Text(), "listening on") {
			break
		}
	}
	head := make([]byte, 24) // pcap-savefile(5), in the order of the host
	_, err := io.ReadFull(out, head)
	must(t, err)
	return func() []byte {
		t.Helper()
		head := make([]byte, 16)
		if _, err := io.ReadFull(out, head); err != nil {
			t.Fatal("tcpdump saw nothing")
		}
		frame := make([]byte, binary.NativeEndian.Uint32(head[8:]))
		_, err := io.ReadFull(out, frame)
		must(t, err)
		return frame
	}
}

// Frames of the segments that are served are received with their tags, beside
// untagged ones; others are counted.
func TestTaggedSegments(t *testing.T) {
	f := newFar(t)
	f.veth(t, "b-near", "10.7.0.1/24", "b-far", "")
	conn, info := open(t, link.Config{Interface: "b-near", VLANs: []link.VLANs{{First: 100, Last: 100}, {First: 200, Last: 210}}})
	got := reads(conn)

	renew := clientFrame("renew", 67) // unicast to this host
	copy(renew, info.HW[:])
	copy(renew[30:], []byte{10, 7, 0, 1})
	binary.BigEndian.PutUint16(renew[24:], 0)
	binary.BigEndian.PutUint16(renew[24:], ^sum(renew[14:34]))
	otherHost := clientFrame("other host", 67)
	copy(otherHost, []byte{2, 9, 9, 9, 9, 9})
	tests := []struct {
		name  string
		frame []byte
		want  link.Received // nothing where Payload is nil and Drop is none
	}{
		{"untagged", clientFrame("a", 67), link.Received{Payload: []byte("a")}},
		{"tagged", tagged(clientFrame("b", 67), ctag(100)),
			link.Received{Payload: []byte("b"), VLAN: 100, Tags: link.Tags{ctag(100)}}},
		{"priority and drop eligibility", tagged(clientFrame("c", 67), ctag(0xf0c8)),
			link.Received{Payload: []byte("c"), VLAN: 200, Tags: link.Tags{ctag(0xf0c8)}}},
		{"not served", tagged(clientFrame("d", 67), ctag(101)), link.Received{VLAN: 101, Drop: link.DropVLAN}},
		{"priority only", tagged(clientFrame("e", 67), ctag(0x6000)), link.Received{Payload: []byte("e")}},
		{"two tags", tagged(clientFrame("f", 67), stag(100), ctag(7)),
			link.Received{Payload: []byte("f"), VLAN: 7<<16 | 100, Tags: link.Tags{stag(100), ctag(7)}}},
		{"two customer tags", tagged(clientFrame("g", 67), ctag(100), ctag(7)),
			link.Received{Payload: []byte("g"), VLAN: 7<<16 | 100, Tags: link.Tags{ctag(100), ctag(7)}}},
		{"three tags", tagged(clientFrame("h", 67), stag(100), ctag(7), ctag(8)), link.Received{}},
		{"unicast", tagged(renew, ctag(100)), link.Received{Payload: []byte("renew"), VLAN: 100, Tags: link.Tags{ctag(100)}}},
		{"other host", tagged(otherHost, ctag(100)), link.Received{}},
		{"other host, untagged", otherHost, link.Received{}},
		{"another port", tagged(clientFrame("i", 69), ctag(100)), link.Received{}},
		{"cut", tagged(clientFrame("jjjjjjjj", 67), ctag(100))[:50], link.Received{VLAN: 100, Drop: link.DropTruncated}},
		{"last", clientFrame("last", 67), link.Received{Payload: []byte("last")}},
	}
	for _, tt := range tests {
		f.inject(t, "b-far", tt.frame)
	}
	for _, tt := range tests {
		if tt.want.Payload == nil && tt.want.Drop == link.DropNone {
			continue
		}
		r := next(t, got)
		if string(r.Payload) != string(tt.want.Payload) || r.Drop != tt.want.Drop || r.VLAN != tt.want.VLAN ||
			r.Drop == link.DropNone && r.Tags != tt.want.Tags {
			t.Fatalf("%s: got %q of VLAN %#x with tags %x, dropped %q; want %q of VLAN %#x with tags %x, dropped %q", tt.name,
				r.Payload, r.VLAN, r.Tags, r.Drop, tt.want.Payload, tt.want.VLAN, tt.want.Tags, tt.want.Drop)
		}
		if want := [6]byte{2, 0, 0, 0, 0, 9}; r.Drop == link.DropNone && r.SrcHW != want {
			t.Errorf("%s: from %x, want %x", tt.name, r.SrcHW, want)
		}
	}
}

// A link without VLANs takes a tag that only says a priority for what it is,
// and nothing else that is tagged.
func TestUntaggedLink(t *testing.T) {
	f := newFar(t)
	f.veth(t, "b-near", "", "b-far", "")
	conn, _ := open(t, link.Config{Interface: "b-near"})
	got := reads(conn)
	for _, frame := range [][]byte{
		tagged(clientFrame("tagged", 67), ctag(100)), tagged(clientFrame("two tags", 67), stag(100), ctag(7)),
		tagged(clientFrame("priority", 67), ctag(0xe000)), clientFrame("last", 67),
	} {
		f.inject(t, "b-far", frame)
	}
	for _, want := range []string{"priority", "last"} {
		if r := next(t, got); string(r.Payload) != want || r.VLAN != 0 || r.Tags != (link.Tags{}) {
			t.Errorf("got %q of VLAN %#x (%v), want %q", r.Payload, r.VLAN, r.Drop, want)
		}
	}
}

// A card that filters VLANs lets all of them in while it is promiscuous, which
// takes no further capability. What is for other hosts is refused all the same
// (above).
func TestPromiscuousWhileOpen(t *testing.T) {
	f := newFar(t)
	f.veth(t, "b-near", "", "b-far", "")
	wanted := func() int { // by how many sockets
		l, err := netlink.LinkByName("b-near")
		must(t, err)
		return l.Attrs().Promisc
	}
	var conn link.Conn
	withoutCapability(t, unix.CAP_NET_ADMIN, func() {
		var err error
		k := link.NewKernel(nil)
		conn, err = k.Open(link.Config{Interface: "b-near", VLANs: []link.VLANs{{First: 100, Last: 100}}}, find(t, k, "b-near"))
		if err != nil {
			t.Error(err)
		}
	})
	if n := wanted(); n != 1 {
		t.Errorf("promiscuous for %d sockets, want 1", n)
	}
	must(t, conn.Close())
	if n := wanted(); n != 0 {
		t.Errorf("promiscuous for %d sockets that are closed, want none", n)
	}
}

// The tags of a link take the place of those of the query, and stand on
// answers to untagged queries.
func TestTagsOfALink(t *testing.T) {
	f := newFar(t)
	f.veth(t, "b-near", "10.7.0.1/24", "b-far", "")
	own := link.Tags{ctag(0x2007)}
	conn, _ := open(t, link.Config{Interface: "b-near", VLANs: []link.VLANs{{First: 1, Last: 4094}}, Tags: own})
	got := reads(conn)
	f.inject(t, "b-far", clientFrame("untagged", 67))
	f.inject(t, "b-far", tagged(clientFrame("tagged", 67), ctag(100)))
	for _, vlan := range []uint32{0, 100} {
		if r := next(t, got); r.VLAN != vlan || r.Tags != own {
			t.Errorf("from VLAN %d with tags %x, want %d and %x", r.VLAN, r.Tags, vlan, own)
		}
	}
}

// What tcpdump sees of replies with and without tags.
func TestTaggedReplies(t *testing.T) {
	f := newFar(t)
	f.veth(t, "b-near", "10.7.0.1/24", "b-far", "")
	conn, info := open(t, link.Config{Interface: "b-near", VLANs: []link.VLANs{{First: 1, Last: 4094}}})
	wire := f.tcpdump(t, "b-far")
	client := [6]byte{2, 0, 0, 0, 0, 9}
	full := make([]byte, 1500-28) // the MTU counts no tag
	for _, tags := range []link.Tags{{}, {ctag(0xf064)}, {stag(100), ctag(7)}, {stag(100)}} {
		payload := []byte("offer")
		if tags == (link.Tags{ctag(0xf064)}) {
			payload = full
		}
		n, err := conn.WriteBatch([]link.Send{{
			Payload: payload, L2: true, HW: client, Tags: tags,
			Src: netip.MustParseAddrPort("10.7.0.1:67"), Dst: netip.MustParseAddrPort("10.7.0.50:68"),
		}})
		if n != 1 || err != nil {
			t.Fatalf("%x: sent %d: %v", tags, n, err)
		}
		frame := wire()
		want := slices.Concat(client[:], info.HW[:])
		for _, tag := range tags {
			if tag != (link.Tag{}) {
				want = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(want, tag.TPID), tag.TCI)
			}
		}
		want = binary.BigEndian.AppendUint16(want, 0x0800)
		if got := frame[:len(want)]; !slices.Equal(got, want) {
			t.Fatalf("frame begins with %x, want %x", got, want)
		}
		if ip := frame[len(want):]; sum(ip[:20]) != 0xffff || string(ip[28:]) != string(payload) {
			t.Errorf("%x: carries %q", tags, ip[28:])
		}
	}
}
