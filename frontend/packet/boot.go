package packet

import (
	"bytes"

	"rollcall/internal/option"
)

// Firmware reads replies with code that is small, old and not replaced. So to
// a client that boots from the network no option extends into file and sname,
// which some take for names whatever option 52 says; no value comes in parts,
// of which they would read the first; and what says where to boot from, or
// whom to ask, goes before all that is only of use later.

// boots reports whether the reply goes to firmware: leased says so, or the
// client does, by the option that only firmware has (93, RFC 4578 §2.1) or by
// its class. Without either, as in the REQUEST of a Raspberry Pi, only leased
// knows.
func boots(q *Message, r *Reply) bool {
	return (r.Boot || firmware(q)) && r.Type != Nak && !r.aboutLease()
}

func firmware(q *Message) bool {
	return q.spans[option.ClientArch].parts > 0 || bootClass(q)
}

// bootClass reports whether the message is between firmware and a boot server.
func bootClass(m *Message) bool {
	class, ok := m.Option(option.VendorClass)
	return ok && (bytes.HasPrefix(class, []byte("PXEClient")) || bytes.HasPrefix(class, []byte("HTTPClient")))
}

// giveUp leaves out what is needed least of what is kept. It reports false if
// nothing is left to give up: the rest always fits.
//
// The name of the server stands in siaddr too. Option 60 without 43 would send
// firmware to port 4011, so they go together; then it boots what file and 67
// say. The file stands in the header as well, unless it is a long URL.
func (s *reservation) giveUp() bool {
	if !s.boots {
		return false
	}
	for _, least := range [...]keeps{keepTFTPServer, keepVendorSpecific | keepVendorClass, keepUUID, keepRouter, keepBootfile} {
		if s.given&least == 0 {
			s.given |= least
			return true
		}
	}
	return false
}

// writeTurn writes what is kept in the first turn, and of the others those
// whose turn it is and that find room.
func (e *encoder) writeTurn(q *Message, r *Reply, sorted *reservation, turn int) {
	sorted.seen = 0
	for c, value := range r.Options.All() {
		switch class := sorted.class(c, value); {
		case class == ordinary && bootTurn(q, c) == turn:
			e.place(c, value)
		case class == kept && turn == 0:
			e.out = appendOption(e.out, c, value)
		case class == unfit && turn == 0:
			e.dropped++
		}
	}
}

// bootTurns is in how many turns the options of a crowded reply to firmware
// are written: what gives way first comes last.
const bootTurns = 3

// bootTurn says when it is the turn of an option that is not kept: first what
// the client asked for, then what can be long and is for an operating system,
// then what was not asked for, and 128 to 135, which clients ask for and no
// server has (RFC 4578 §2.4).
func bootTurn(q *Message, c option.Code) int {
	asked, ok := q.Option(option.ParameterRequestList)
	switch {
	case c >= 128 && c <= 135 || ok && bytes.IndexByte(asked, byte(c)) < 0:
		return 2
	case c == option.DomainSearch || c == option.ClasslessRoute:
		return 1
	}
	return 0
}
