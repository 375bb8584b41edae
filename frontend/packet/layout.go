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
	clientID, echoID := q.Option(option.ClientID)
	// An empty option 82 is not returned: there is nothing to return.
	relayInfo, echoRelay := q.Option(option.RelayAgentInfo)
	e.room = limit(q, r) - atOptions - typeSize - endSize
	switch {
	case r.Type == BOOTP:
		if !q.vendorArea() {
			clear(e.out[e.start+atCookie:])
			return
		}
		echoID = false
		e.room += typeSize
		e.file, e.sname = space{}, space{} // overload is an option of DHCP
	case r.aboutLease():
		clientID, echoID = r.Options.Get(option.ClientID)
		relayInfo, echoRelay = r.Options.Get(option.RelayAgentInfo)
	}
	echoID = echoID && !r.OmitClientID
	echoRelay = echoRelay && len(relayInfo) > 0

	wanted := 0
	reserved := reservation{nak: r.Type == Nak}
	for c, value := range r.Options.All() {
		switch reserved.class(c, value) {
		case kept:
			e.room -= size(value)
		case ordinary:
			wanted += size(value)
		}
	}
	// What is returned to others comes before what is offered to the client.
	// RFC 3046 §2.2 wants a reply without option 82 rather than none.
	if echoID {
		echoID = e.reserve(clientID)
	}
	if echoRelay {
		echoRelay = e.reserve(relayInfo)
	}

	if r.Type != BOOTP {
		e.out = append(e.out, byte(option.MessageType), 1, byte(r.Type))
	}
	overload := wanted > e.room && e.room >= overloadSize && (e.file.end > 0 || e.sname.end > 0)
	if overload {
		e.room -= overloadSize
	} else {
		e.file, e.sname = space{}, space{}
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
	if v := e.closeSpaces(); v != 0 {
		e.out = append(e.out, byte(option.Overload), 1, v)
	}
	if echoID {
		e.out = appendOption(e.out, option.ClientID, clientID)
	}
	if echoRelay {
		e.out = appendOption(e.out, option.RelayAgentInfo, relayInfo)
	}
	e.out = append(e.out, byte(option.End))
}

// reserve sets room aside for a value that is written later, if there is any.
func (e *encoder) reserve(value []byte) bool {
	if size(value) > e.room {
		e.dropped++
		return false
	}
	e.room -= size(value)
	return true
}

// place writes an option into the first field that has room for all of it: an
// option is entirely contained in its field (RFC 2131 §4.1), and few clients
// would join parts from several.
func (e *encoder) place(c option.Code, value []byte) {
	n := size(value)
	switch {
	case n <= e.room:
		e.out = appendOption(e.out, c, value)
		e.room -= n
	case e.file.fits(n):
		e.file.at = len(appendOption(e.out[:e.file.at], c, value))
	case e.sname.fits(n):
		e.sname.at = len(appendOption(e.out[:e.sname.at], c, value))
	default:
		e.dropped++
	}
}

// fits reports whether n bytes and the end option fit.
func (s space) fits(n int) bool { return s.at+n+endSize <= s.end }

// closeSpaces ends the header fields that hold options (RFC 2131 §4.1: each
// ends with option 255) and returns the value of option 52, or 0.
func (e *encoder) closeSpaces() (overload byte) {
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
	nak                   bool
	server, lease, subnet bool
}

func (s *reservation) class(c option.Code, value []byte) class {
	switch c {
	case option.Pad, option.End, option.Overload, option.MessageType, option.ClientID, option.RelayAgentInfo:
		return skipped
	case option.ServerID:
		return first(&s.server, value)
	case option.Message:
		return ordinary
	}
	switch {
	case s.nak: // RFC 2131 Table 3: all other options MUST NOT be in a NAK
		return skipped
	case c == option.LeaseTime:
		return first(&s.lease, value)
	case c == option.SubnetMask:
		return first(&s.subnet, value)
	}
	return ordinary
}

// first keeps the first option of its code; all kept options have four bytes.
func first(seen *bool, value []byte) class {
	if *seen || len(value) != 4 {
		return ordinary
	}
	*seen = true
	return kept
}
