package option

import (
	"encoding/binary"
	"iter"
	"math"
	"net/netip"
)

// List holds the options of one message in order, normalised: for each option
// its code (1 byte), its length (2 bytes, big-endian) and its value. Options
// that arrived in parts are joined (RFC 3396), padding, [End] and [Overload]
// are left out. It is what travels between frontend and leased.
//
// The zero List is empty and ready for Append. Like append, the methods that
// add return the new list and may write into the old one's spare capacity.
type List []byte

const listHeader = 3 // code and length

// Append adds one option. A value longer than 65535 bytes, which no datagram
// can carry, is not added.
func (l List) Append(c Code, value []byte) List {
	if len(value) > math.MaxUint16 {
		return l
	}
	l = append(l, byte(c), byte(len(value)>>8), byte(len(value)))
	return append(l, value...)
}

// AppendString adds an option whose value is text.
func (l List) AppendString(c Code, value string) List {
	if len(value) > math.MaxUint16 {
		return l
	}
	l = append(l, byte(c), byte(len(value)>>8), byte(len(value)))
	return append(l, value...)
}

// AppendAddr adds an option whose value is one or more IPv4 addresses. It
// panics on an address that is not IPv4.
func (l List) AppendAddr(c Code, addrs ...netip.Addr) List {
	size := 4 * len(addrs)
	l = append(l, byte(c), byte(size>>8), byte(size))
	for _, a := range addrs {
		b := a.As4()
		l = append(l, b[:]...)
	}
	return l
}

// AppendUint8 adds an option of one byte.
func (l List) AppendUint8(c Code, v uint8) List {
	return append(l, byte(c), 0, 1, v)
}

// AppendUint16 adds an option of two bytes.
func (l List) AppendUint16(c Code, v uint16) List {
	return append(l, byte(c), 0, 2, byte(v>>8), byte(v))
}

// AppendUint32 adds an option of four bytes, such as a time in seconds.
func (l List) AppendUint32(c Code, v uint32) List {
	return binary.BigEndian.AppendUint32(append(l, byte(c), 0, 4), v)
}

// Get returns the value of the first entry with the given code. The value
// shares the list's memory. An option of length zero is found with an empty
// value.
func (l List) Get(c Code) ([]byte, bool) {
	for len(l) > 0 {
		code, value, rest, ok := l.next()
		if !ok {
			return nil, false
		}
		if code == c {
			return value, true
		}
		l = rest
	}
	return nil, false
}

// All iterates over the entries in order. It stops at a truncated entry; see
// [List.Valid].
func (l List) All() iter.Seq2[Code, []byte] {
	return func(yield func(Code, []byte) bool) {
		for len(l) > 0 {
			code, value, rest, ok := l.next()
			if !ok || !yield(code, value) {
				return
			}
			l = rest
		}
	}
}

// Valid reports whether the list ends with a complete entry. A list from
// another process should be checked once, where it arrives.
func (l List) Valid() bool {
	for len(l) > 0 {
		_, _, rest, ok := l.next()
		if !ok {
			return false
		}
		l = rest
	}
	return true
}

// next splits off the first entry. ok is false when it is truncated.
func (l List) next() (c Code, value []byte, rest List, ok bool) {
	if len(l) < listHeader {
		return 0, nil, nil, false
	}
	end := listHeader + int(l[1])<<8 + int(l[2])
	if end > len(l) {
		return 0, nil, nil, false
	}
	return Code(l[0]), l[listHeader:end:end], l[end:], true
}
