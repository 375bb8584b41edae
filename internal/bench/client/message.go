package client

import (
	"encoding/binary"
	"net/netip"
)

// Offsets of fields of a message, RFC 2131 §2.
const (
	hopsAt    = 3
	xidAt     = 4
	ciaddrAt  = 12
	yiaddrAt  = 16
	giaddrAt  = 24
	chaddrAt  = 28
	cookieAt  = 236
	optionsAt = 240
)

// Codes of options and types of messages, RFC 2132.
const (
	optionRequested   = 50
	optionType        = 53
	optionServerID    = 54
	optionParameters  = 55
	optionClientID    = 61
	optionEnd         = 255
	optionPad         = 0
	discover          = 1
	offer             = 2
	request           = 3
	ack               = 5
	nak               = 6
	bootRequest       = 1
	bootReply         = 2
	ethernet          = 1
	cookie            = 0x63825363
	datagram          = 1500
	hardwareAddrBytes = 6
)

// parameters are the options that clients ask for, the same as those of perfdhcp.
var parameters = []byte{optionParameters, 7, 1, 28, 2, 3, 15, 6, 12}

// message writes what all messages begin with, and the client identifier.
func message(b []byte, relay netip.Addr, xid uint32, mac uint64, kind byte) []byte {
	b = b[:optionsAt]
	clear(b)
	b[0], b[1], b[2], b[hopsAt] = bootRequest, ethernet, hardwareAddrBytes, 1
	binary.BigEndian.PutUint32(b[xidAt:], xid)
	copy(b[giaddrAt:], relay.AsSlice())
	var hw [8]byte
	binary.BigEndian.PutUint64(hw[:], mac)
	copy(b[chaddrAt:], hw[2:])
	binary.BigEndian.PutUint32(b[cookieAt:], cookie)
	b = append(b, optionType, 1, kind, optionClientID, 1+hardwareAddrBytes, ethernet)
	return append(b, hw[2:]...)
}

// asks appends the options that clients ask for, and the end.
func asks(b []byte) []byte {
	return append(append(b, parameters...), optionEnd)
}

// selects turns the beginning of a REQUEST into the one that accepts an offer.
func selects(b []byte, address, server [4]byte) []byte {
	b = append(append(b, optionRequested, 4), address[:]...)
	return asks(append(append(b, optionServerID, 4), server[:]...))
}

// renews turns the beginning of a REQUEST into that of state RENEWING.
func renews(b []byte, address [4]byte) []byte {
	copy(b[ciaddrAt:], address[:])
	return append(b, optionEnd)
}

// answer is what counts of a message of a server.
type answer struct {
	xid             uint32
	kind            byte
	address, server [4]byte
}

// parse reads an answer; false for anything else.
func parse(b []byte) (a answer, ok bool) {
	if len(b) < optionsAt || b[0] != bootReply {
		return a, false
	}
	a.xid = binary.BigEndian.Uint32(b[xidAt:])
	copy(a.address[:], b[yiaddrAt:])
	for o := b[optionsAt:]; len(o) > 1 && o[0] != optionEnd; {
		if o[0] == optionPad {
			o = o[1:]
			continue
		}
		end := 2 + int(o[1])
		if end > len(o) {
			return a, false
		}
		switch value := o[2:end]; {
		case o[0] == optionType && len(value) == 1:
			a.kind = value[0]
		case o[0] == optionServerID && len(value) == 4:
			a.server = [4]byte(value)
		}
		o = o[end:]
	}
	return a, a.kind != 0
}
