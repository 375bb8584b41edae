package link

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/bpf"
)

// inKernel returns a frame as a packet socket gets it: without its outer tag,
// which comes beside it.
func inKernel(frame []byte) ([]byte, Tag) {
	if len(frame) < etherLen+2 {
		return frame, Tag{}
	}
	tag := Tag{binary.BigEndian.Uint16(frame[12:]), binary.BigEndian.Uint16(frame[14:])}
	if tag.TPID != typeCTag && tag.TPID != typeSTag {
		return frame, Tag{}
	}
	return append(bytes.Clone(frame[:12]), frame[16:]...), tag
}

func TestTaggedFrames(t *testing.T) {
	c := func(tci uint16) Tag { return Tag{typeCTag, tci} }
	s := func(tci uint16) Tag { return Tag{typeSTag, tci} }
	served := newVIDSet([]VLANs{{100, 100}, {200, 210}, {4094, 4095}})
	tests := []struct {
		name string
		tags Tags
		drop Drop
		want Tags // that a reply carries
		vlan uint32
	}{
		{"untagged", Tags{}, DropNone, Tags{}, 0},
		{"one tag", Tags{c(100)}, DropNone, Tags{c(100)}, 100},
		{"priority and drop eligibility", Tags{c(0xf064)}, DropNone, Tags{c(0xf064)}, 100},
		{"service tag", Tags{s(200)}, DropNone, Tags{s(200)}, 200},
		{"last of a range", Tags{c(210)}, DropNone, Tags{c(210)}, 210},
		{"last of all", Tags{c(4094)}, DropNone, Tags{c(4094)}, 4094},
		{"not served", Tags{c(211)}, DropVLAN, Tags{c(211)}, 211},
		{"reserved VID", Tags{c(4095)}, DropVLAN, Tags{c(4095)}, 4095},
		{"priority only", Tags{c(0xe000)}, DropNone, Tags{}, 0},
		{"two tags", Tags{s(100), c(7)}, DropNone, Tags{s(100), c(7)}, 7<<16 | 100},
		{"two customer tags", Tags{c(100), c(100)}, DropNone, Tags{c(100), c(100)}, 100<<16 | 100},
		{"only the inner one served", Tags{s(7), c(100)}, DropVLAN, Tags{s(7), c(100)}, 100<<16 | 7},
		{"priority outside", Tags{s(0x2000), c(100)}, DropNone, Tags{c(100)}, 100},
		{"priority inside", Tags{s(100), c(0x2000)}, DropNone, Tags{s(100)}, 100},
	}
	vm, err := bpf.NewVM(taggedFilter([]uint16{67, 4011}))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wire := taggedFrame(t, tt.tags, "hello", 68, 4011)
			frame, outer := inKernel(wire)
			if n, err := vm.Run(frame); err != nil || n < len(frame) {
				t.Errorf("the filter takes %d of %d bytes (%v)", n, len(frame), err)
			}
			var r Received
			at, drop := untag(frame, outer, served, &r)
			if drop != tt.drop || r.Tags != tt.want || r.VLAN != tt.vlan {
				t.Errorf("dropped %q, tags %x, VLAN %#x; want %q, %x, %#x", drop, r.Tags, r.VLAN, tt.drop, tt.want, tt.vlan)
			}
			if d := dissect(frame, at, &r); d != DropNone || string(r.Payload) != "hello" {
				t.Errorf("carries %q, dropped %q", r.Payload, d)
			}
		})
	}
}

// Whatever the kernel hands over, it ends somewhere.
func TestTruncatedTaggedFrames(t *testing.T) {
	served := newVIDSet([]VLANs{{1, 4094}})
	for _, tags := range []Tags{{}, {{typeCTag, 100}}, {{typeSTag, 100}, {typeCTag, 7}}} {
		whole, outer := inKernel(taggedFrame(t, tags, "hello", 68, 67))
		for n := range whole {
			var r Received
			at, drop := untag(whole[:n], outer, served, &r)
			if drop == DropNone {
				drop = dissect(whole[:n], at, &r)
			}
			if drop != DropTruncated || r.Payload != nil {
				t.Errorf("%d of %d bytes: dropped %q with a payload of %d bytes", n, len(whole), drop, len(r.Payload))
			}
		}
	}
}

func TestTooManyTags(t *testing.T) {
	frame := taggedFrame(t, Tags{{typeCTag, 2}, {typeCTag, 3}}, "hello", 68, 67)
	served := newVIDSet([]VLANs{{1, 4094}})
	var r Received
	if _, drop := untag(frame, Tag{typeSTag, 1}, served, &r); drop != DropVLAN {
		t.Errorf("three tags: %q, want %q", drop, DropVLAN)
	}
	zeros := bytes.Repeat([]byte{0x81, 0}, 1000) // as long as a frame can be, without end
	for i := 14; i+1 < len(zeros); i += 4 {
		zeros[i], zeros[i+1] = 0, 0
	}
	if _, drop := untag(zeros, Tag{}, served, &r); drop != DropTruncated {
		t.Errorf("tags to the end: %q, want %q", drop, DropTruncated)
	}
}

func TestTaggedFilterRefuses(t *testing.T) {
	vm, err := bpf.NewVM(taggedFilter([]uint16{67}))
	if err != nil {
		t.Fatal(err)
	}
	tag := Tags{{typeCTag, 100}}
	arp := taggedFrame(t, tag, "x", 68, 67)
	binary.BigEndian.PutUint16(arp[16:], 0x0806)
	fragment := taggedFrame(t, tag, "x", 68, 67)
	fragment[24] = 0x20
	for name, frame := range map[string][]byte{
		"another port":      taggedFrame(t, tag, "x", 68, 69),
		"untagged, another": testFrame(t, "x", 68, 69),
		"arp":               arp,
		"fragment":          fragment,
		"two in the frame":  taggedFrame(t, Tags{{typeSTag, 100}, {typeCTag, 7}}, "x", 68, 67),
		"cut in the tag":    arp[:15],
	} {
		if n, err := vm.Run(frame); err != nil || n != 0 {
			t.Errorf("%s: took %d bytes (%v)", name, n, err)
		}
	}
	if _, err := assemble(hereFilter(), taggedFilter([]uint16{67, 4011})); err != nil {
		t.Error(err)
	}
}

// The head of a tagged frame differs from that of an untagged one by the tags
// alone.
func TestTagsOfAReply(t *testing.T) {
	plain := testFrame(t, "offer", 67, 68)
	tagged := taggedFrame(t, Tags{{typeSTag, 0x3064}, {typeCTag, 7}}, "offer", 67, 68)
	want := bytes.Join([][]byte{plain[:12], {0x88, 0xa8, 0x30, 0x64, 0x81, 0, 0, 7}, plain[12:]}, nil)
	if diff := cmp.Diff(want, tagged); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzUntag(f *testing.F) {
	for _, tags := range []Tags{{}, {{typeCTag, 100}}, {{typeSTag, 100}, {typeCTag, 7}}} {
		frame, outer := inKernel(taggedFrame(f, tags, "payload", 68, 67))
		f.Add(frame, outer.TPID, outer.TCI)
	}
	served := newVIDSet([]VLANs{{100, 200}})
	f.Fuzz(func(t *testing.T, frame []byte, tpid, tci uint16) {
		var r Received
		at, drop := untag(frame, Tag{tpid, tci}, served, &r)
		if drop != DropNone {
			return
		}
		if at > len(frame) {
			t.Fatalf("the IP header begins at %d of %d bytes", at, len(frame))
		}
		if vid := r.VLAN & vidMask; vid != 0 && !served.has(uint16(vid)) || vid == 0 && r.VLAN != 0 {
			t.Fatalf("VLAN %#x is let through", r.VLAN)
		}
		if dissect(frame, at, &r) == DropNone && len(r.Payload) > len(frame)-headLen {
			t.Fatalf("payload of %d bytes from a frame of %d", len(r.Payload), len(frame))
		}
	})
}

func BenchmarkUntag(b *testing.B) {
	frame, outer := inKernel(taggedFrame(b, Tags{{typeSTag, 100}, {typeCTag, 7}}, "payload", 68, 67))
	served := newVIDSet([]VLANs{{1, 4094}})
	var r Received
	b.ReportAllocs()
	for b.Loop() {
		untag(frame, outer, served, &r)
	}
}
