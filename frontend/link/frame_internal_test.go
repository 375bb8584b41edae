package link

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	testSrcHW = [6]byte{2, 0, 0, 0, 0, 1}
	testDstHW = [6]byte{2, 0, 0, 0, 0, 2}
)

// testFrame returns a frame from 10.0.0.1 to 10.0.0.2.
func testFrame(tb testing.TB, payload string, src, dst uint16) []byte {
	tb.Helper()
	return taggedFrame(tb, Tags{}, payload, src, dst)
}

// taggedFrame is testFrame with tags.
func taggedFrame(tb testing.TB, tags Tags, payload string, src, dst uint16) []byte {
	tb.Helper()
	var head [maxHeadLen]byte
	n := putHead(&head, &Send{
		Payload: []byte(payload),
		Src:     netip.AddrPortFrom(netip.MustParseAddr("10.0.0.1"), src),
		Dst:     netip.AddrPortFrom(netip.MustParseAddr("10.0.0.2"), dst),
		HW:      testDstHW,
		Tags:    tags,
	}, testSrcHW)
	return append(head[:n], payload...)
}

// withIPOptions inserts four bytes of IP options (no operation).
func withIPOptions(f []byte) []byte {
	f = append(bytes.Clone(f[:etherLen+ipLen]), append([]byte{1, 1, 1, 1}, f[etherLen+ipLen:]...)...)
	f[14] = 0x46
	binary.BigEndian.PutUint16(f[16:], uint16(len(f)-etherLen))
	return fixChecksum(f)
}

// fixChecksum makes the IP header checksum right again.
func fixChecksum(f []byte) []byte {
	ip := f[etherLen : etherLen+int(f[etherLen]&15)*4]
	ip[10], ip[11] = 0, 0
	binary.BigEndian.PutUint16(ip[10:], ^checksum(0, ip))
	return f
}

func TestFrameRoundTrip(t *testing.T) {
	for _, payload := range []string{"", "x", "odd", "even", "0123456789abcdef0"} {
		f := testFrame(t, payload, 67, 68)
		var got Received
		if d := dissect(f, etherLen, &got); d != DropNone {
			t.Fatalf("%q dropped: %v", payload, d)
		}
		want := Received{
			Payload: []byte(payload),
			Src:     netip.MustParseAddrPort("10.0.0.1:67"),
			Dst:     netip.MustParseAddrPort("10.0.0.2:68"),
			SrcHW:   testSrcHW,
		}
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
			t.Errorf("%q (-want +got):\n%s", payload, diff)
		}
		if !udpChecksumOK(f) {
			t.Errorf("%q: bad UDP checksum", payload)
		}
		if !bytes.Equal(f[:6], testDstHW[:]) {
			t.Errorf("%q: to %x, want %x", payload, f[:6], testDstHW)
		}
	}
}

// udpChecksumOK computes the checksum of RFC 768 the slow way, word by word.
func udpChecksumOK(f []byte) bool {
	ip := f[etherLen:]
	ihl, total := int(ip[0]&15)*4, int(binary.BigEndian.Uint16(ip[2:]))
	words := append(bytes.Clone(ip[12:20]), 0, protocolUDP, byte((total-ihl)>>8), byte(total-ihl))
	words = append(words, ip[ihl:total]...)
	if len(words)%2 == 1 {
		words = append(words, 0)
	}
	var sum uint32
	for i := 0; i < len(words); i += 2 {
		sum += uint32(words[i])<<8 | uint32(words[i+1])
		sum = sum>>16 + sum&0xffff
	}
	return sum == 0xffff && binary.BigEndian.Uint16(ip[ihl+6:]) != 0
}

func TestDissectRefuses(t *testing.T) {
	change := func(do func(f []byte) []byte) []byte { return do(testFrame(t, "payload", 68, 67)) }
	tests := []struct {
		name  string
		frame []byte
		want  Drop
	}{
		{"ethernet padding", change(func(f []byte) []byte { return append(f, make([]byte, 20)...) }), DropNone},
		{"ip options", change(withIPOptions), DropNone},
		{"udp shorter than ip", change(func(f []byte) []byte { f[39] -= 3; return f }), DropNone},
		{"unfinished udp checksum", change(func(f []byte) []byte { f[40] ^= 0xff; return f }), DropNone},
		{"empty", nil, DropTruncated},
		{"headers cut", change(func(f []byte) []byte { return f[:headLen-1] }), DropTruncated},
		{"payload cut", change(func(f []byte) []byte { return f[:len(f)-1] }), DropTruncated},
		{"ip length over the frame", change(func(f []byte) []byte { f[16] = 0xff; return fixChecksum(f) }), DropTruncated},
		{"ip length under its headers", change(func(f []byte) []byte { f[17] = 27; return fixChecksum(f) }), DropTruncated},
		{"udp length over ip", change(func(f []byte) []byte { f[39]++; return f }), DropTruncated},
		{"udp length under its header", change(func(f []byte) []byte { f[39] = 7; return f }), DropUDPLength},
		{"ipv6", change(func(f []byte) []byte { f[14] = 0x65; return fixChecksum(f) }), DropIPHeader},
		{"header length 4", change(func(f []byte) []byte { f[14] = 0x44; return f }), DropIPHeader},
		{"header length over the frame", change(func(f []byte) []byte { f[14] = 0x4f; return f }), DropTruncated},
		{"header checksum", change(func(f []byte) []byte { f[24]++; return f }), DropIPHeader},
		{"not udp", change(func(f []byte) []byte { f[23] = 6; return fixChecksum(f) }), DropIPHeader},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var r Received
			if got := dissect(tt.frame, etherLen, &r); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if tt.want != DropNone && r.Payload != nil {
				t.Errorf("a dropped frame left a payload of %d bytes", len(r.Payload))
			}
		})
	}
}

func FuzzDissect(f *testing.F) {
	f.Add(testFrame(f, "payload", 68, 67))
	f.Add(withIPOptions(testFrame(f, "payload", 68, 67)))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, frame []byte) {
		var r Received
		if dissect(frame, etherLen, &r) != DropNone {
			return
		}
		if len(r.Payload) > len(frame)-headLen {
			t.Fatalf("payload of %d bytes from a frame of %d", len(r.Payload), len(frame))
		}
		if cap(r.Payload) != len(r.Payload) {
			t.Fatal("an append to the payload would write over the arena")
		}
	})
}

func BenchmarkDissect(b *testing.B) {
	f := testFrame(b, string(make([]byte, 300)), 68, 67)
	var r Received
	b.ReportAllocs()
	for b.Loop() {
		dissect(f, etherLen, &r)
	}
}

func BenchmarkPutHead(b *testing.B) {
	s := &Send{
		Payload: make([]byte, 300),
		Src:     netip.MustParseAddrPort("10.0.0.1:67"), Dst: netip.MustParseAddrPort("10.0.0.2:68"),
	}
	var head [maxHeadLen]byte
	b.ReportAllocs()
	for b.Loop() {
		putHead(&head, s, testSrcHW)
	}
}
