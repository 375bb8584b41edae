package option

import (
	"encoding/binary"
	"iter"
)

// Enterprises iterates over a value of [VIVendorClass] or [VIVendorSpecific]:
// enterprise number and data of each entry (RFC 3925 §3, §4). It stops at a
// truncated entry. The data shares b's memory.
func Enterprises(b []byte) iter.Seq2[uint32, []byte] {
	return func(yield func(uint32, []byte) bool) {
		for len(b) > 0 {
			enterprise, data, rest, ok := nextEnterprise(b)
			if !ok || !yield(enterprise, data) {
				return
			}
			b = rest
		}
	}
}

// FilterEnterprises keeps of our own value for [VIVendorClass] or
// [VIVendorSpecific] the entries of the enterprises a client named in its
// values of those options. A client that named none gets them all.
//
// When everything stays the result is value itself; when nothing stays it is
// empty. A value that is not made of entries, which an operator may have
// written in hex, is returned as it is.
func FilterEnterprises(value []byte, client ...[]byte) []byte {
	if !anyEnterprise(client) {
		return value
	}
	drop := 0
	for rest := value; len(rest) > 0; {
		enterprise, _, after, ok := nextEnterprise(rest)
		if !ok {
			return value
		}
		if !namesEnterprise(client, enterprise) {
			drop += len(rest) - len(after)
		}
		rest = after
	}
	if drop == 0 || drop == len(value) {
		return value[:len(value)-drop]
	}
	kept := make([]byte, 0, len(value)-drop)
	for rest := value; len(rest) > 0; {
		enterprise, _, after, _ := nextEnterprise(rest)
		if namesEnterprise(client, enterprise) {
			kept = append(kept, rest[:len(rest)-len(after)]...)
		}
		rest = after
	}
	return kept
}

func anyEnterprise(values [][]byte) bool {
	for _, b := range values {
		if _, _, _, ok := nextEnterprise(b); ok {
			return true
		}
	}
	return false
}

func namesEnterprise(values [][]byte, enterprise uint32) bool {
	for _, b := range values {
		for len(b) > 0 {
			e, _, rest, ok := nextEnterprise(b)
			if !ok {
				break
			}
			if e == enterprise {
				return true
			}
			b = rest
		}
	}
	return false
}

const enterpriseHeader = 5 // enterprise number and length

// nextEnterprise splits off the first entry. ok is false when it is truncated.
func nextEnterprise(b []byte) (enterprise uint32, data, rest []byte, ok bool) {
	if len(b) < enterpriseHeader {
		return 0, nil, nil, false
	}
	end := enterpriseHeader + int(b[4])
	if end > len(b) {
		return 0, nil, nil, false
	}
	return binary.BigEndian.Uint32(b), b[enterpriseHeader:end:end], b[end:], true
}
