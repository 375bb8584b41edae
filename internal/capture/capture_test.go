package capture_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"rollcall/internal/capture"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 123456000, time.UTC)

// ip is an IPv4 packet that carries UDP from port 68 to a port.
func ip(port uint16, payload string, change ...func([]byte)) []byte {
	b := make([]byte, 28, 28+len(payload))
	b[0], b[8], b[9] = 0x45, 64, 17
	binary.BigEndian.PutUint16(b[2:], uint16(28+len(payload)))
	copy(b[12:], []byte{10, 0, 0, 7, 10, 0, 0, 1})
	binary.BigEndian.PutUint16(b[20:], 68)
	binary.BigEndian.PutUint16(b[22:], port)
	binary.BigEndian.PutUint16(b[24:], uint16(8+len(payload)))
	b = append(b, payload...)
	for _, f := range change {
		f(b)
	}
	return b
}

// ether puts a packet into an Ethernet frame. tags are TPID and TCI, one pair for each.
func ether(packet []byte, tags ...uint16) []byte {
	b := make([]byte, 12)
	for _, t := range tags {
		b = binary.BigEndian.AppendUint16(b, t)
	}
	return append(binary.BigEndian.AppendUint16(b, 0x0800), packet...)
}

// set returns a change of one octet.
func set(at int, v byte) func([]byte) { return func(b []byte) { b[at] = v } }

// pcap is a capture of frames.
func pcap(t *testing.T, link layers.LinkType, frames ...[]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := pcapgo.NewWriter(&out)
	if err := w.WriteFileHeader(65535, link); err != nil {
		t.Fatal(err)
	}
	for _, f := range frames {
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: noon, CaptureLength: len(f), Length: len(f)}, f); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// all reads a capture to its end. The error is nil for an end that is one.
func all(t *testing.T, file []byte) ([]capture.Datagram, *capture.Reader, error) {
	t.Helper()
	r, err := capture.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatalf("NewReader: %v", err)
	}
	var list []capture.Datagram
	for {
		d, err := r.Next()
		if errors.Is(err, io.EOF) {
			return list, r, nil
		}
		if err != nil {
			return list, r, err
		}
		list = append(list, d)
	}
}

func TestLinks(t *testing.T) {
	sll := append(make([]byte, 14), 0x08, 0x00)
	sll2 := append([]byte{0x08, 0x00}, make([]byte, 18)...)
	tests := []struct {
		name  string
		link  layers.LinkType
		frame []byte
		vlan  uint32
	}{
		{"ethernet", layers.LinkTypeEthernet, ether(ip(67, "x")), 0},
		{"padded", layers.LinkTypeEthernet, append(ether(ip(67, "x")), make([]byte, 18)...), 0},
		{"tag", layers.LinkTypeEthernet, ether(ip(67, "x"), 0x8100, 100), 100},
		{"tag with priority", layers.LinkTypeEthernet, ether(ip(67, "x"), 0x8100, 0xe064), 100},
		{"priority alone", layers.LinkTypeEthernet, ether(ip(67, "x"), 0x8100, 0xe000), 0},
		{"two tags", layers.LinkTypeEthernet, ether(ip(67, "x"), 0x88a8, 100, 0x8100, 7), 7<<16 | 100},
		{"two tags of old", layers.LinkTypeEthernet, ether(ip(67, "x"), 0x9100, 100, 0x8100, 7), 7<<16 | 100},
		{"cooked", layers.LinkTypeLinuxSLL, append(slices.Clone(sll), ip(67, "x")...), 0},
		{"cooked, version 2", layers.LinkTypeLinuxSLL2, append(slices.Clone(sll2), ip(67, "x")...), 0},
		{"loopback of BSD", layers.LinkTypeNull, append([]byte{2, 0, 0, 0}, ip(67, "x")...), 0},
		{"bare IP", layers.LinkTypeRaw, ip(67, "x"), 0},
		{"bare IPv4", layers.LinkTypeIPv4, ip(67, "x"), 0},
		{"IP options", layers.LinkTypeRaw, slices.Insert(ip(67, "x", set(0, 0x46), set(3, 33)), 20, 1, 1, 1, 0), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, r, err := all(t, pcap(t, tt.link, tt.frame))
			want := []capture.Datagram{{
				Frame: 1, Time: noon, VLAN: tt.vlan, Payload: []byte("x"),
				Src: netip.MustParseAddrPort("10.0.0.7:68"), Dst: netip.MustParseAddrPort("10.0.0.1:67"),
			}}
			if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.AddrPort{})); diff != "" || err != nil {
				t.Errorf("error %v, skipped %v, datagrams (-want +got):\n%s", err, r.Skipped(), diff)
			}
		})
	}
}

func TestSkips(t *testing.T) {
	tests := []struct {
		name  string
		link  layers.LinkType
		frame []byte
		want  map[capture.Skip]int
	}{
		{"IPv6", layers.LinkTypeEthernet, append(make([]byte, 12), 0x86, 0xdd), nil},
		{"TCP", layers.LinkTypeRaw, ip(67, "x", set(9, 6)), nil},
		{"another port", layers.LinkTypeRaw, ip(53, "x", set(21, 53)), nil},
		{"bare IPv6", layers.LinkTypeRaw, []byte{0x60, 0, 0}, nil},
		{"the PXE port", layers.LinkTypeRaw, ip(4011, "x", set(25, 2)), map[capture.Skip]int{capture.SkipUDPLength: 1}},
		{"radio", layers.LinkTypeIEEE802_11, ip(67, "x"), map[capture.Skip]int{capture.SkipLinkType: 1}},
		{"three tags", layers.LinkTypeEthernet, ether(ip(67, "x"), 0x88a8, 1, 0x88a8, 2, 0x8100, 3), map[capture.Skip]int{capture.SkipTags: 1}},
		{"cut in Ethernet", layers.LinkTypeEthernet, make([]byte, 13), map[capture.Skip]int{capture.SkipTruncated: 1}},
		{"cut in a tag", layers.LinkTypeEthernet, append(make([]byte, 12), 0x81, 0x00, 0), map[capture.Skip]int{capture.SkipTruncated: 1}},
		{"cut in IP", layers.LinkTypeEthernet, ether(ip(67, "x")[:19]), map[capture.Skip]int{capture.SkipTruncated: 1}},
		{"cut in UDP", layers.LinkTypeRaw, ip(67, "x")[:27], map[capture.Skip]int{capture.SkipTruncated: 1}},
		{"cut in the message", layers.LinkTypeRaw, ip(67, "xyz")[:30], map[capture.Skip]int{capture.SkipTruncated: 1}},
		{"IP header of 16", layers.LinkTypeRaw, ip(67, "x", set(0, 0x44)), map[capture.Skip]int{capture.SkipIPHeader: 1}},
		{"IP length of 27", layers.LinkTypeRaw, ip(67, "", set(3, 27)), map[capture.Skip]int{capture.SkipIPHeader: 1}},
		{"first fragment", layers.LinkTypeRaw, ip(67, "x", set(6, 0x20)), map[capture.Skip]int{capture.SkipFragment: 1}},
		{"first fragment of something else", layers.LinkTypeRaw, ip(53, "x", set(6, 0x20), set(21, 53)), nil},
		{"later fragment", layers.LinkTypeRaw, ip(67, "x", set(7, 9)), map[capture.Skip]int{capture.SkipFragment: 1}},
		{"UDP of more than there is", layers.LinkTypeRaw, ip(67, "x", set(25, 200)), map[capture.Skip]int{capture.SkipUDPLength: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, r, err := all(t, pcap(t, tt.link, tt.frame))
			if diff := cmp.Diff(tt.want, r.Skipped(), cmpopts.EquateEmpty()); diff != "" || err != nil || len(got) > 0 {
				t.Errorf("datagrams %v, error %v, skipped (-want +got):\n%s", got, err, diff)
			}
			if r.Frames() != 1 {
				t.Errorf("%d frames", r.Frames())
			}
		})
	}
}

func TestSnapped(t *testing.T) {
	var out bytes.Buffer
	w := pcapgo.NewWriter(&out)
	if err := w.WriteFileHeader(40, layers.LinkTypeRaw); err != nil {
		t.Fatal(err)
	}
	f := ip(67, "a message that is longer")
	if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: noon, CaptureLength: 40, Length: len(f)}, f[:40]); err != nil {
		t.Fatal(err)
	}
	_, r, err := all(t, out.Bytes())
	if r.Skipped()[capture.SkipSnapped] != 1 || err != nil {
		t.Errorf("skipped %v, error %v", r.Skipped(), err)
	}
}

// pcapng with two interfaces of different kinds, and one that has no name.
func TestInterfaces(t *testing.T) {
	var out bytes.Buffer
	w, err := pcapgo.NewNgWriterInterface(&out, pcapgo.NgInterface{Name: "eth1", LinkType: layers.LinkTypeEthernet}, pcapgo.NgWriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	bare, err := w.AddInterface(pcapgo.NgInterface{LinkType: layers.LinkTypeRaw})
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range [][]byte{ether(ip(67, "a"), 0x8100, 5), ip(4011, "b")} {
		at := []int{0, bare}[i]
		if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: noon, CaptureLength: len(f), Length: len(f), InterfaceIndex: at}, f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	type seen struct {
		Frame     int
		Interface string
		VLAN      uint32
		Port      uint16
		Payload   string
	}
	want := []seen{{1, "eth1", 5, 67, "a"}, {2, "", 0, 4011, "b"}}
	for _, file := range [][]byte{out.Bytes(), zipped(t, out.Bytes())} {
		list, _, err := all(t, file)
		if err != nil {
			t.Fatal(err)
		}
		var got []seen
		for _, d := range list {
			got = append(got, seen{d.Frame, d.Interface, d.VLAN, d.Dst.Port(), string(d.Payload)})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func zipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What was read before the damage counts, wherever a file is cut.
func TestCut(t *testing.T) {
	whole := pcap(t, layers.LinkTypeRaw, ip(67, "a"), ip(67, "b"))
	first := len(pcap(t, layers.LinkTypeRaw, ip(67, "a")))
	for n := 24; n < len(whole); n++ {
		got, _, err := all(t, whole[:n])
		if wantWhole := n == 24 || n == first; (err == nil) != wantWhole {
			t.Errorf("cut to %d octets: error %v", n, err)
		}
		if want := n / first; len(got) != want {
			t.Errorf("cut to %d octets: %d datagrams, want %d", n, len(got), want)
		}
	}
}

func TestNoCapture(t *testing.T) {
	for _, text := range []string{"", "a", "leased: {}\n", "\x0a\x0d\x0d\x0a", "\x1f\x8b nothing zipped"} {
		if _, err := capture.NewReader(bytes.NewReader([]byte(text))); err == nil {
			t.Errorf("%q was taken for a capture", text)
		}
	}
}

func TestSkipsAreNamed(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range capture.Skips() {
		if text := s.String(); text == "" || seen[text] {
			t.Errorf("skip %d is called %q", s, text)
		}
		seen[s.String()] = true
	}
}

func FuzzReader(f *testing.F) {
	t := &testing.T{}
	f.Add(pcap(t, layers.LinkTypeEthernet, ether(ip(67, "x"), 0x8100, 7), ether(ip(68, "y"))))
	f.Add(pcap(t, layers.LinkTypeLinuxSLL2, ip(67, "x")))
	var ng bytes.Buffer
	w, err := pcapgo.NewNgWriter(&ng, layers.LinkTypeEthernet)
	if err != nil {
		f.Fatal(err)
	}
	frame := ether(ip(67, "x"))
	if err := w.WritePacket(gopacket.CaptureInfo{Timestamp: noon, CaptureLength: len(frame), Length: len(frame)}, frame); err != nil {
		f.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		f.Fatal(err)
	}
	f.Add(ng.Bytes())
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := capture.NewReader(bytes.NewReader(file))
		if err != nil {
			return
		}
		for range len(file) + 1 { // a frame costs octets
			d, err := r.Next()
			if err != nil {
				return
			}
			if !d.Src.IsValid() || !d.Dst.IsValid() || len(d.Payload) > 0xffff {
				t.Fatalf("datagram %+v", d)
			}
		}
		t.Fatal("it does not end")
	})
}
