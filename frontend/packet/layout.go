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
	if len(value) <= maxPart {
		return 2 + len(value)
	}
	parts := (len(value) + maxPart - 1) / maxPart
	return len(value) + 2*parts
}

// writeOptions lays the options out. It reserves room for what must not be
// lost before it lets the others have the rest.
func (e *encoder) writeOptions(q *Message, r *Reply) {
	if r.Type == BOOTP && !q.vendorArea() {
		// The client may expect another format there, or none (RFC 951 §3).
		clear(e.out[e.start+atCookie:])
		return
	}
	room := limit(q, r) - atOptions - endSize
	if r.Type != BOOTP {
		room -= typeSize
		e.out = append(e.out, byte(option.MessageType), 1, byte(r.Type))
	}
	sorted := reservation{nak: r.Type == Nak, boots: boots(q, r)}
	wanted := e.measure(r, &sorted, room)
	// What is returned to others comes before what is offered to the client.
	back := returned(q, r)
	e.reserve(&back.clientID)
	e.reserve(&back.relayInfo)

	switch {
	case wanted <= e.left.main:
		e.writeAll(r, &sorted)
	case sorted.boots:
		for turn := range bootTurns {
			e.writeTurn(q, r, &sorted, turn)
		}
	default:
		e.chooseFields(r)
		e.writeInOrder(r, &sorted)
	}
	if v := e.closeFields(); v != 0 {
		e.out = append(e.out, byte(option.Overload), 1, v)
	}
	e.out = back.clientID.append(e.out)
	e.out = back.relayInfo.append(e.out) // last (RFC 3046 §2.2)
	e.out = append(e.out, byte(option.End))
}

// measure reserves room for what is kept and returns how much the others want.
// Should what is kept not fit, sorted gives some of it up.
func (e *encoder) measure(r *Reply, sorted *reservation, room int) (wanted int) {
	for {
		sorted.seen = 0
		left, wanted := room, 0
		for c, value := range r.Options.All() {
			switch sorted.class(c, value) {
			case kept:
				left -= size(value)
			case ordinary:
				wanted += size(value)
			}
		}
		if left >= 0 || !sorted.giveUp() {
			e.left.main = left
			return wanted
		}
	}
}

// writeAll writes options that have room.
func (e *encoder) writeAll(r *Reply, sorted *reservation) {
	sorted.seen = 0
	out := e.out
	for c, value := range r.Options.All() {
		switch sorted.class(c, value) {
		case kept, ordinary:
			out = appendOption(out, c, value)
		case unfit:
			e.dropped++
		}
	}
	e.out = out
}

// writeInOrder writes what is kept, and of the others those that find room.
func (e *encoder) writeInOrder(r *Reply, sorted *reservation) {
	sorted.seen = 0
	for c, value := range r.Options.All() {
		switch sorted.class(c, value) {
		case kept:
			e.out = appendOption(e.out, c, value)
		case ordinary:
			e.place(c, value)
		}
	}
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
	unfit                 // dropped: nobody could read it, or there is no room at all
)

// reservation sorts the options of one reply. Each option is kept once at
// most, so that the reserved room is bounded whatever the list says.
type reservation struct {
	nak   bool
	boots bool
	seen  keeps
	given keeps // up
}

// keeps has a bit for each option that is kept.
type keeps uint16

const (
	keepServerID keeps = 1 << iota
	keepLeaseTime
	keepSubnetMask
	keepRapidCommit
	keepIPv6Only
	keepRouter
	keepVendorSpecific
	keepVendorClass
	keepTFTPServer
	keepBootfile
	keepUUID
)

// keeping says how long an option must be to be kept: size bytes, or what
// firmware needs besides, some bytes in one part.
type keeping struct {
	bit  keeps
	size uint8
	boot bool // for firmware
}

var keepings = [256]keeping{
	option.ServerID:          {bit: keepServerID, size: 4},
	option.LeaseTime:         {bit: keepLeaseTime, size: 4},
	option.SubnetMask:        {bit: keepSubnetMask, size: 4},
	option.RapidCommit:       {bit: keepRapidCommit},       // without it the client does not take the ACK (RFC 4039 §3.1)
	option.IPv6OnlyPreferred: {bit: keepIPv6Only, size: 4}, // it explains why there is no address (RFC 8925 §3.3)
	option.Router:            {bit: keepRouter, boot: true},
	option.VendorSpecific:    {bit: keepVendorSpecific, boot: true},
	option.VendorClass:       {bit: keepVendorClass, boot: true},
	option.TFTPServerName:    {bit: keepTFTPServer, boot: true},
	option.BootfileName:      {bit: keepBootfile, boot: true},
	option.ClientUUID:        {bit: keepUUID, boot: true},
}

// class keeps the first option of its code, if it is as long as it must be. An
// empty one that is for firmware would make that discard the reply.
func (s *reservation) class(c option.Code, value []byte) class {
	switch c {
	case option.Pad, option.End, option.Overload, option.MessageType, option.ClientID, option.RelayAgentInfo:
		return skipped
	}
	if s.nak && c != option.ServerID && c != option.Message { // RFC 2131 Table 3: all other options MUST NOT be in a NAK
		return skipped
	}
	k := &keepings[c]
	if k.bit == 0 || k.boot && !s.boots {
		return ordinary
	}
	fit := len(value) == int(k.size)
	if k.boot {
		fit = 0 < len(value) && len(value) <= maxPart
	}
	switch {
	case fit && (s.seen|s.given)&k.bit == 0:
		s.seen |= k.bit
		return kept
	case k.boot:
		return unfit
	}
	return ordinary
}
