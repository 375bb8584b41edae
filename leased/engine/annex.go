package engine

import "encoding/binary"

// annexes holds what only some leases have, such as a host name: octets of any number, written once and never changed, each belonging
// to a record.
//
// They lie one behind the other in segments. What is given out refers to them, so a segment is never written over: when little of it is
// still in use, that is copied elsewhere and the garbage collector takes the segment once nobody looks at it any more.
type annexes struct {
	segments []segment
	filling  uint32   // number of the segment that takes what comes next
	spare    []uint32 // numbers of segments that are gone
	cursor   uint32   // where tidy looks next
	live     int      // octets in use
	held     int      // octets in segments
	// owned tells where the annex of a record is now, and move that it is elsewhere.
	owned func(no int32) annex
	move  func(no int32, to annex)
}

type segment struct {
	octets []byte
	live   int
}

// annex says where octets are: the segment, and the place in it in units of annexUnit; 0 for nowhere.
type annex uint32

const (
	segmentSize = 1 << 16
	annexUnit   = 4
	placeBits   = 14 // of segmentSize/annexUnit places
	annexHeader = 8  // the record that it belongs to, and the number of octets
)

func newAnnexes(owned func(int32) annex, move func(int32, annex)) annexes {
	return annexes{owned: owned, move: move, segments: []segment{{}}} // number 0 takes nothing, so that place 0 is nowhere
}

// at returns the octets of an annex, nil for none. They must not be changed, and never will be.
func (as *annexes) at(a annex) []byte {
	if a == 0 {
		return nil
	}
	b := as.segments[a>>placeBits].octets[int(a&(1<<placeBits-1))*annexUnit:]
	n := int(binary.NativeEndian.Uint32(b[4:]))
	return b[annexHeader : annexHeader+n : annexHeader+n]
}

// add keeps octets for a record, and returns where.
func (as *annexes) add(no int32, octets []byte) annex {
	size := annexSize(len(octets))
	s := &as.segments[as.filling]
	if len(s.octets)+size > cap(s.octets) {
		s = as.open(max(size, segmentSize))
	}
	at := len(s.octets)
	s.octets = s.octets[:at+size]
	b := s.octets[at:]
	binary.NativeEndian.PutUint32(b, uint32(no))
	binary.NativeEndian.PutUint32(b[4:], uint32(len(octets)))
	copy(b[annexHeader:], octets)
	s.live += size
	as.live += size
	return annex(as.filling)<<placeBits | annex(at/annexUnit)
}

func annexSize(n int) int { return (annexHeader + n + annexUnit - 1) &^ (annexUnit - 1) }

// open begins a new segment.
func (as *annexes) open(size int) *segment {
	if full := as.filling; full != 0 && as.segments[full].live == 0 {
		as.close(full)
	}
	if n := len(as.spare); n > 0 {
		as.filling, as.spare = as.spare[n-1], as.spare[:n-1]
	} else {
		as.filling = uint32(len(as.segments))
		as.segments = append(as.segments, segment{})
	}
	as.held += size
	s := &as.segments[as.filling]
	*s = segment{octets: make([]byte, 0, size)}
	return s
}

// drop ends an annex. What was given out of it stays as it is.
func (as *annexes) drop(a annex) {
	if a == 0 {
		return
	}
	size, number := annexSize(len(as.at(a))), uint32(a>>placeBits)
	s := &as.segments[number]
	s.live -= size
	as.live -= size
	if s.live == 0 && number != as.filling {
		as.close(number)
	}
	as.tidy()
}

func (as *annexes) close(number uint32) {
	as.held -= cap(as.segments[number].octets)
	as.segments[number] = segment{}
	as.spare = append(as.spare, number)
}

// tidy looks at a segment when more than half of what is held is in no use, and empties it when that is true of the segment itself.
// One segment at a time: packets wait for it.
func (as *annexes) tidy() {
	if as.held < 2*as.live+4*segmentSize {
		return
	}
	as.cursor = (as.cursor + 1) % uint32(len(as.segments))
	s := as.segments[as.cursor]
	if as.cursor == as.filling || s.octets == nil || 2*s.live > cap(s.octets) {
		return
	}
	for at := 0; at < len(s.octets); {
		no := int32(binary.NativeEndian.Uint32(s.octets[at:]))
		n := int(binary.NativeEndian.Uint32(s.octets[at+4:]))
		if here := annex(as.cursor)<<placeBits | annex(at/annexUnit); as.owned(no) == here {
			as.live -= annexSize(n)
			as.move(no, as.add(no, s.octets[at+annexHeader:at+annexHeader+n]))
		}
		at += annexSize(n)
	}
	as.close(as.cursor)
}
