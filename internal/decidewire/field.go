package decidewire

import (
	"errors"
	"math"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// Wire types. A field is written as num<<3|type: its key. Up to number 15 that is one octet; the functions for writing take keys as
// an int8, so that a higher one, which is of two octets, does not compile with them.
const (
	varint    = 0
	delimited = 2
	fixed32   = 5
)

var (
	errMalformed = errors.New("malformed message on the Decide stream")
	errUTF8      = errors.New("text that is not UTF-8 on the Decide stream")
)

// field is one field of a message as it was received.
type field struct {
	key   uint16 // 0: none of a message that we know
	value uint64 // of a varint or fixed32
	bytes []byte // of a delimited one; part of the input
}

// consume takes the first field off b, which is not empty, and returns what follows it. Fields of kinds that the messages do not
// have come without their content.
func consume(b []byte) (f field, rest []byte, err error) {
	key, n := protowire.ConsumeVarint(b)
	if n < 0 || key>>3 < uint64(protowire.MinValidNumber) || key>>3 > uint64(protowire.MaxValidNumber) {
		return field{}, nil, errMalformed
	}
	if b = b[n:]; key <= math.MaxUint16 {
		f.key = uint16(key)
	}
	switch typ := protowire.Type(key & 7); typ {
	case protowire.VarintType:
		f.value, n = protowire.ConsumeVarint(b)
	case protowire.Fixed32Type:
		var v uint32
		v, n = protowire.ConsumeFixed32(b)
		f.value = uint64(v)
	case protowire.BytesType:
		f.bytes, n = protowire.ConsumeBytes(b)
	default:
		n = protowire.ConsumeFieldValue(protowire.Number(key>>3), typ, b)
	}
	if n < 0 {
		return field{}, nil, errMalformed
	}
	return f, b[n:], nil
}

// count returns how often a field occurs in a message.
func count(b []byte, key uint16) (n int, err error) {
	for len(b) > 0 {
		var f field
		if f, b, err = consume(b); err != nil {
			return 0, err
		}
		if f.key == key {
			n++
		}
	}
	return n, nil
}

// room returns a list of n elements, all there: those that it has had before, and new ones.
func room[T any](list []*T, n int) []*T {
	if n > cap(list) {
		grown := make([]*T, n)
		copy(grown, list[:cap(list)])
		list = grown
	}
	list = list[:n]
	missing := 0
	for _, e := range list {
		if e == nil {
			missing++
		}
	}
	if missing == 0 {
		return list
	}
	fresh := make([]T, missing)
	for i, e := range list {
		if e == nil {
			missing--
			list[i] = &fresh[missing]
		}
	}
	return list
}

// text returns b as a string, and old if that says the same.
func text(old string, b []byte) (string, error) {
	if old == string(b) {
		return old, nil
	}
	if !utf8.Valid(b) {
		return "", errUTF8
	}
	return string(b), nil
}

// A field with the value zero is not written, and that is how it is read.

func sizeVarint(v uint64) int {
	if v == 0 {
		return 0
	}
	return 1 + protowire.SizeVarint(v)
}

func sizeFixed32(v uint32) int {
	if v == 0 {
		return 0
	}
	return 1 + protowire.SizeFixed32()
}

func sizeDelimited(n int) int {
	if n == 0 {
		return 0
	}
	return 1 + protowire.SizeBytes(n)
}

func appendVarint(b []byte, key int8, v uint64) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendVarint(append(b, byte(key)), v)
}

func appendFixed32(b []byte, key int8, v uint32) []byte {
	if v == 0 {
		return b
	}
	return protowire.AppendFixed32(append(b, byte(key)), v)
}

func appendBytes(b []byte, key int8, v []byte) []byte {
	if len(v) == 0 {
		return b
	}
	return protowire.AppendBytes(append(b, byte(key)), v)
}

func appendText(b []byte, key int8, v string) []byte {
	if v == "" {
		return b
	}
	return protowire.AppendString(append(b, byte(key)), v)
}
