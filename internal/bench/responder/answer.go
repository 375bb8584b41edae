package responder

import (
	"encoding/binary"
	"net/netip"
)

// Offsets of fields of a message, RFC 2131 §2.
const (
	yiaddrAt  = 16
	chaddrAt  = 28
	optionsAt = 240 // behind the magic cookie
)

const (
	bootReply = 2

	optionPad         = 0
	optionMessageType = 53
	optionEnd         = 255

	discover = 1
	offer    = 2
	ack      = 5
)

// minReply is the shortest message that old clients take (RFC 1542 §2.1).
const minReply = 300

// Book is what the answers say.
type Book struct {
	First   netip.Addr // address of the first client
	Clients uint32     // after so many, addresses repeat
	// FirstMAC is the lower half of the hardware address of the first client.
	FirstMAC uint32
	// Options follows the type of the message, encoded, with the end option.
	Options []byte
}

// Answer writes the answer to a message into reply, which must have room for it, and returns the answer; nil for what is no message.
func (b *Book) Answer(reply, message []byte) []byte {
	if len(message) < optionsAt {
		return nil
	}
	copy(reply, message[:optionsAt])
	reply[0] = bootReply
	client := binary.BigEndian.Uint32(message[chaddrAt+2:]) - b.FirstMAC
	first := b.First.As4()
	binary.BigEndian.PutUint32(reply[yiaddrAt:], binary.BigEndian.Uint32(first[:])+client%b.Clients)
	kind := byte(ack)
	if messageType(message[optionsAt:]) == discover {
		kind = offer
	}
	n := optionsAt
	n += copy(reply[n:], []byte{optionMessageType, 1, kind})
	n += copy(reply[n:], b.Options)
	if n < minReply {
		clear(reply[n:minReply])
		n = minReply
	}
	return reply[:n]
}

// messageType finds option 53, 0 where there is none.
func messageType(options []byte) byte {
	for len(options) > 2 && options[0] != optionEnd {
		switch {
		case options[0] == optionPad:
			options = options[1:]
			continue
		case options[0] == optionMessageType:
			return options[2]
		}
		options = options[min(2+int(options[1]), len(options)):]
	}
	return 0
}
