package packet

import "rollcall/internal/option"

const (
	maxPart      = 255 // bytes of value one option holds
	overloadSize = 3   // option 52
	typeSize     = 3   // option 53
	endSize      = 1
)

// size is how much room a value takes, with the headers of its parts.
func size(value []byte) int {
	parts := max(1, (len(value)+maxPart-1)/maxPart)
	return len(value) + 2*parts
}

// writeOptions lays the options out. It reserves room for what must not be
// lost before it lets the others have the rest, in their order.
func (e *encoder) writeOptions(q *Message, r *Reply) {
	if r.Type == BOOTP && !q.vendorArea() {
		// The client may expect another format there, or none (RFC 951 §3).
		clear(e.out[e.start+atCookie:])
		return
	}
	e.left.main = limit(q, r) - atOptions - endSize
	if r.Type != BOOTP {
		e.left.main -= typeSize
		e.out = append(e.out, byte(option.MessageType), 1, byte(r.Type))
	}
	wanted := 0
	reserved := reservation{nak: r.Type == Nak}
	for c, value := range r.Options.All() {
		switch reserved.class(c, value) {
		case kept:
			e.left.main -= size(value)
		case ordinary:
			wanted += size(value)
		}
	}
	// What is returned to others comes before what is offered to the client.
	back := returned(q, r)
	e.reserve(&back.clientID)
	e.reserve(&back.relayInfo)

	if wanted > e.left.main {
		e.chooseFields(q, r)
	}
	reserved = reservation{nak: r.Type == Nak}
	for c, value := range r.Options.All() {
		switch reserved.class(c, value) {
		case kept:
			e.out = appendOption(e.out, c, value)
		case ordinary:
			e.place(c, value)
		}
	}
	if v := e.closeFields(); v != 0 {
		e.out = append(e.out, byte(option.Overload), 1, v)
	}
	e.out = back.clientID.append(e.out)
	e.out = back.relayInfo.append(e.out) // last (RFC 3046 §2.2)
	e.out = append(e.out, byte(option.End))
}

// reserve sets room aside for what is written later, or counts it as dropped:
// RFC 3046 §2.2 wants a reply without option 82 rather than none.
func (e *encoder) reserve(b *echo) {
	if b.size > e.left.main {
		e.dropped++
		*b = echo{}
	}
	e.left.main -= b.size
}

// place writes an option into the first field that has room for all of it: an
// option is entirely contained in its field (RFC 2131 §4.1), and few clients
// would join parts from several.
func (e *encoder) place(c option.Code, value []byte) {
	switch e.left.take(size(value)) {
	case inMain:
		e.out = appendOption(e.out, c, value)
	case inFile:
		e.file.at = len(appendOption(e.out[:e.file.at], c, value))
	case inSName:
		e.sname.at = len(appendOption(e.out[:e.sname.at], c, value))
	default:
		e.dropped++
	}
}

// appendOption writes one option, in parts if it is long (RFC 3396 §6).
func appendOption(b []byte, c option.Code, value []byte) []byte {
	for len(value) > maxPart {
		b = append(b, byte(c), maxPart)
		b = append(b, value[:maxPart]...)
		value = value[maxPart:]
	}
	b = append(b, byte(c), byte(len(value)))
	return append(b, value...)
}

// class says what becomes of an option of the reply.
type class uint8

const (
	skipped  class = iota // the encoder writes it, or it has no place here
	kept                  // never dropped
	ordinary              // written if it fits
)

// reservation sorts the options of one reply. Each option is kept once at
// most, so that the reserved room is bounded whatever the list says.
type reservation struct {
	nak  bool
	seen uint8 // a bit for each option that is kept
}

func (s *reservation) class(c option.Code, value []byte) class {
	switch c {
	case option.Pad, option.End, option.Overload, option.MessageType, option.ClientID, option.RelayAgentInfo:
		return skipped
	case option.ServerID:
		return s.once(1<<0, len(value) == 4)
	case option.Message:
		return ordinary
	}
	if s.nak { // RFC 2131 Table 3: all other options MUST NOT be in a NAK
		return skipped
	}
	switch c {
	case option.LeaseTime:
		return s.once(1<<1, len(value) == 4)
	case option.SubnetMask:
		return s.once(1<<2, len(value) == 4)
	case option.RapidCommit: // without it the client does not take the ACK (RFC 4039 §3.1)
		return s.once(1<<3, len(value) == 0)
	case option.IPv6OnlyPreferred: // it explains why there is no address (RFC 8925 §3.3)
		return s.once(1<<4, len(value) == 4)
	}
	return ordinary
}

// once keeps the first option of its code, if it is as long as it must be.
func (s *reservation) once(bit uint8, fit bool) class {
	if !fit || s.seen&bit != 0 {
		return ordinary
	}
	s.seen |= bit
	return kept
}
