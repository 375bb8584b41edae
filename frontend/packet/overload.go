package packet

import (
	"math"

	"rollcall/internal/option"
)

// rooms are the bytes left for options in each field of a reply, without the
// end option of each.
type rooms struct{ main, file, sname int }

// where is the field that has room for an option.
type where uint8

const (
	inNone where = iota
	inMain
	inFile
	inSName
)

// take takes n bytes from the first field that has them.
func (r *rooms) take(n int) where {
	switch {
	case n <= r.main:
		r.main -= n
		return inMain
	case n <= r.file:
		r.file -= n
		return inFile
	case n <= r.sname:
		r.sname -= n
		return inSName
	}
	return inNone
}

// chooseFields decides whether options extend into the header fields that r
// does not use (RFC 2132 §9.3): if that saves some, and not at the cost of one
// that comes before them, for option 52 needs room too.
func (e *encoder) chooseFields(r *Reply) {
	with := rooms{e.left.main - overloadSize, e.file.room(), e.sname.room()}
	if with.main < 0 || r.Type != Offer && r.Type != Ack {
		return
	}
	first, lost := unplaced(r, e.left)
	firstWith, lostWith := unplaced(r, with)
	if firstWith > first || firstWith == first && lostWith < lost {
		e.left = with
	}
}

// unplaced says which option of r is the first without room, and how many are.
func unplaced(r *Reply, left rooms) (first, n int) {
	first = math.MaxInt
	var sorted reservation
	at := 0
	for c, value := range r.Options.All() {
		at++
		if sorted.class(c, value) == ordinary && left.take(size(value)) == inNone {
			first = min(first, at)
			n++
		}
	}
	return first, n
}

// space is a header field that may hold options: offsets in out.
type space struct{ begin, at, end int }

// room is how many bytes of options the field takes.
func (s space) room() int { return max(0, s.end-s.begin-endSize) }

// closeFields ends the header fields that hold options (RFC 2131 §4.1: each
// ends with option 255) and returns the value of option 52, or 0.
func (e *encoder) closeFields() (overload byte) {
	if e.file.at > e.file.begin {
		e.out[e.file.at] = byte(option.End)
		overload |= 1
	}
	if e.sname.at > e.sname.begin {
		e.out[e.sname.at] = byte(option.End)
		overload |= 2
	}
	return overload
}
