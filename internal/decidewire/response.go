package decidewire

import (
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	leasedv1 "rollcall/proto/leased/v1"
)

// The field of a DecideResponse.
const responseAnswers = 1<<3 | delimited

// The fields of an Answer.
const (
	answerID           = 1<<3 | varint
	answerKind         = 2<<3 | varint
	answerYIAddr       = 3<<3 | fixed32
	answerSIAddr       = 4<<3 | fixed32
	answerOptions      = 5<<3 | delimited
	answerReason       = 6<<3 | delimited
	answerSName        = 7<<3 | delimited
	answerFile         = 8<<3 | delimited
	answerOmitClientID = 9<<3 | varint
	answerCIAddr       = 10<<3 | fixed32
	answerHType        = 11<<3 | varint
	answerCHAddr       = 12<<3 | delimited
	answerBroadcast    = 13<<3 | varint
	answerDelay        = 14<<3 | varint
	answerBoot         = 15<<3 | varint
)

// sizeResponse returns the length of m and notes those of its elements.
func (o *outgoing) sizeResponse(m *leasedv1.DecideResponse) (n int) {
	o.sizes = o.sizes[:0]
	for _, a := range m.GetAnswers() {
		n += 1 + protowire.SizeBytes(o.pushSize(sizeAnswer(a)))
	}
	return n
}

// appendResponse appends m, of which sizeResponse has just been told.
func (o *outgoing) appendResponse(b []byte, m *leasedv1.DecideResponse) ([]byte, error) {
	for i, a := range m.GetAnswers() {
		if !utf8.ValidString(a.GetReason()) || !utf8.ValidString(a.GetSname()) || !utf8.ValidString(a.GetFile()) {
			return b, errUTF8
		}
		b = protowire.AppendVarint(append(b, byte(responseAnswers)), uint64(o.sizes[i]))
		b = appendAnswer(b, a)
	}
	return b, nil
}

func sizeAnswer(a *leasedv1.Answer) int {
	if a == nil {
		return 0
	}
	return sizeVarint(uint64(a.Id)) + sizeVarint(uint64(a.Kind)) + sizeFixed32(a.Yiaddr) + sizeFixed32(a.Siaddr) +
		sizeDelimited(len(a.Options)) + sizeDelimited(len(a.Reason)) + sizeDelimited(len(a.Sname)) + sizeDelimited(len(a.File)) +
		sizeVarint(protowire.EncodeBool(a.OmitClientId)) +
		sizeFixed32(a.Ciaddr) + sizeVarint(uint64(a.Htype)) + sizeDelimited(len(a.Chaddr)) +
		sizeVarint(protowire.EncodeBool(a.Broadcast)) + sizeVarint(uint64(a.Delay)) + sizeVarint(protowire.EncodeBool(a.Boot))
}

func appendAnswer(b []byte, a *leasedv1.Answer) []byte {
	if a == nil {
		return b
	}
	b = appendVarint(b, answerID, uint64(a.Id))
	b = appendVarint(b, answerKind, uint64(a.Kind))
	b = appendFixed32(b, answerYIAddr, a.Yiaddr)
	b = appendFixed32(b, answerSIAddr, a.Siaddr)
	b = appendBytes(b, answerOptions, a.Options)
	b = appendText(b, answerReason, a.Reason)
	b = appendText(b, answerSName, a.Sname)
	b = appendText(b, answerFile, a.File)
	b = appendVarint(b, answerOmitClientID, protowire.EncodeBool(a.OmitClientId))
	b = appendFixed32(b, answerCIAddr, a.Ciaddr)
	b = appendVarint(b, answerHType, uint64(a.Htype))
	b = appendBytes(b, answerCHAddr, a.Chaddr)
	b = appendVarint(b, answerBroadcast, protowire.EncodeBool(a.Broadcast))
	b = appendVarint(b, answerDelay, uint64(a.Delay))
	return appendVarint(b, answerBoot, protowire.EncodeBool(a.Boot))
}

func parseResponse(m *leasedv1.DecideResponse, b []byte) error {
	n, err := count(b, responseAnswers)
	if err != nil {
		return err
	}
	m.Answers = room(m.Answers, n)
	for n = 0; len(b) > 0; {
		var f field
		if f, b, err = consume(b); err != nil {
			return err
		}
		if f.key != responseAnswers {
			continue
		}
		if err = parseAnswer(m.Answers[n], f.bytes); err != nil {
			return err
		}
		n++
	}
	return nil
}

func parseAnswer(a *leasedv1.Answer, b []byte) error {
	// What the element said last; a reason is often said again.
	reason, sname, file := a.Reason, a.Sname, a.File
	a.Id, a.Kind, a.Yiaddr, a.Siaddr, a.Ciaddr, a.Htype, a.OmitClientId = 0, 0, 0, 0, 0, 0, false
	a.Broadcast, a.Delay, a.Boot = false, 0, false
	a.Reason, a.Sname, a.File = "", "", ""
	a.Options, a.Chaddr = a.Options[:0], a.Chaddr[:0]
	for len(b) > 0 {
		var f field
		var err error
		if f, b, err = consume(b); err != nil {
			return err
		}
		switch f.key {
		case answerID:
			a.Id = uint32(f.value)
		case answerKind:
			a.Kind = leasedv1.Answer_Kind(f.value)
		case answerYIAddr:
			a.Yiaddr = uint32(f.value)
		case answerSIAddr:
			a.Siaddr = uint32(f.value)
		case answerOptions:
			a.Options = append(a.Options[:0], f.bytes...)
		case answerReason:
			a.Reason, err = text(reason, f.bytes)
		case answerSName:
			a.Sname, err = text(sname, f.bytes)
		case answerFile:
			a.File, err = text(file, f.bytes)
		case answerOmitClientID:
			a.OmitClientId = protowire.DecodeBool(f.value)
		case answerCIAddr:
			a.Ciaddr = uint32(f.value)
		case answerHType:
			a.Htype = uint32(f.value)
		case answerCHAddr:
			a.Chaddr = append(a.Chaddr[:0], f.bytes...)
		case answerBroadcast:
			a.Broadcast = protowire.DecodeBool(f.value)
		case answerDelay:
			a.Delay = uint32(f.value)
		case answerBoot:
			a.Boot = protowire.DecodeBool(f.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
