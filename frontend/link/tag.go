package link

import "encoding/binary"

const (
	tagLen  = 4
	maxTags = 2

	typeCTag = 0x8100 // IEEE 802.1Q, customer VLAN
	typeSTag = 0x88a8 // IEEE 802.1ad, service VLAN
	vidMask  = 0x0fff // of the TCI
)

// Tag is one IEEE 802.1Q tag. The zero Tag is none.
type Tag struct {
	// TPID is the EtherType of the tag, 0x8100 or 0x88a8.
	TPID uint16
	// TCI holds the priority in bits 15 to 13, drop eligibility in bit 12 and
	// the VID in bits 11 to 0.
	TCI uint16
}

// NewTag returns a tag with a priority (pcp) of 0 to 7.
func NewTag(tpid, vid uint16, pcp uint8, dei bool) Tag {
	tci := uint16(pcp)<<13 | vid&vidMask
	if dei {
		tci |= 1 << 12
	}
	return Tag{tpid, tci}
}

// VID returns the VLAN of the tag, 0 for none.
func (t Tag) VID() uint16 { return t.TCI & vidMask }

// Tags are those of one frame, outer first. The zero Tags are those of an
// untagged frame.
type Tags [maxTags]Tag

// VLAN returns the outer VID in bits 0 to 15 and the inner one in bits 16 to
// 31, 0 for an untagged frame.
func (t Tags) VLAN() uint32 { return uint32(t[0].VID()) | uint32(t[1].VID())<<16 }

// VLANs is a range of VIDs, its ends included.
type VLANs struct{ First, Last uint16 }

// vidSet says which VIDs are served.
type vidSet [(vidMask + 1) / 64]uint64

// newVIDSet returns the union of ranges, nil if there are none.
func newVIDSet(ranges []VLANs) *vidSet {
	if len(ranges) == 0 {
		return nil
	}
	set := new(vidSet)
	for _, r := range ranges {
		for vid := r.First; vid <= min(r.Last, vidMask-1); vid++ { // 4095 is reserved
			set[vid/64] |= 1 << (vid % 64)
		}
	}
	return set
}

func (s *vidSet) has(vid uint16) bool { return s[vid/64]&(1<<(vid%64)) != 0 }

// untag reads the tags of a frame into r and returns where its IP header
// begins. The kernel has taken the outer tag, if any, out of the frame.
//
// A tag with VID 0 marks a priority and no VLAN (IEEE 802.1Q §6.9): it is as if
// it were not there, and replies do not have it.
func untag(frame []byte, outer Tag, served *vidSet, r *Received) (int, Drop) {
	n := 0
	if outer.VID() != 0 {
		r.Tags[0] = outer
		n = 1
	}
	at := etherLen
	for ; ; at += tagLen {
		if len(frame) < at {
			return at, DropTruncated
		}
		kind := binary.BigEndian.Uint16(frame[at-2:])
		if kind != typeCTag && kind != typeSTag {
			break
		}
		if len(frame) < at+tagLen {
			return at, DropTruncated
		}
		tag := Tag{kind, binary.BigEndian.Uint16(frame[at:])}
		if tag.VID() == 0 {
			continue
		}
		if n == maxTags {
			return at, DropVLAN
		}
		r.Tags[n] = tag
		n++
	}
	r.VLAN = r.Tags.VLAN()
	if n > 0 && !served.has(r.Tags[0].VID()) {
		return at, DropVLAN
	}
	return at, DropNone
}
