package store

import (
	"errors"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	storagev1 "rollcall/proto/storage/v1"
)

var (
	errNumber = errors.New("invalid field number")
	errText   = errors.New("text is not UTF-8")
)

// scanLease makes rec the record that b holds, as proto.Unmarshal does but for fields that nobody knows, which are left out. It takes a
// tenth of the time, of which a start with a million leases has much: octets of rec are those of b, and names makes one string of equal
// ones.
func scanLease(rec *storagev1.LeaseRecord, b []byte, names *interner) error {
	rec.Reset()
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		switch {
		case n < 0:
			return protowire.ParseError(n)
		case number > protowire.MaxValidNumber:
			return errNumber
		}
		b = b[n:]
		var err error
		switch kind {
		case protowire.VarintType:
			var v uint64
			if v, n = protowire.ConsumeVarint(b); n >= 0 {
				scanNumber(rec, number, v)
			}
		case protowire.BytesType:
			var v []byte
			if v, n = protowire.ConsumeBytes(b); n >= 0 {
				err = scanOctets(rec, number, v[:len(v):len(v)], names)
			}
		case protowire.Fixed32Type:
			var v uint32
			if v, n = protowire.ConsumeFixed32(b); n >= 0 && number == 13 {
				rec.Giaddr = v
			}
		default:
			n = protowire.ConsumeFieldValue(number, kind, b)
		}
		switch {
		case n < 0:
			return protowire.ParseError(n)
		case err != nil:
			return err
		}
		b = b[n:]
	}
	return nil
}

func scanNumber(rec *storagev1.LeaseRecord, number protowire.Number, v uint64) {
	switch number {
	case 2:
		rec.State = storagev1.LeaseRecord_State(v)
	case 3:
		rec.Htype = uint32(v)
	case 7:
		rec.Started = int64(v)
	case 8:
		rec.Cltt = int64(v)
	case 9:
		rec.Expires = int64(v)
	case 10:
		rec.Renewals = uint32(v)
	case 11:
		rec.FoundByArp = v != 0
	case 16:
		rec.Revision = v
	case 17:
		rec.Quarantines = uint32(v)
	case 20:
		rec.ByHardware = v != 0
	}
}

func scanOctets(rec *storagev1.LeaseRecord, number protowire.Number, v []byte, names *interner) error {
	var to *string
	switch number {
	case 1:
		to = &rec.Subnet
	case 4:
		rec.Chaddr = v
	case 5:
		rec.ClientId = v
	case 6:
		if !utf8.Valid(v) {
			return errText
		}
		rec.Hostname = string(v) // each has its own
	case 12:
		rec.VendorClass = v
	case 14:
		rec.CircuitId = v
	case 15:
		rec.RemoteId = v
	case 18:
		to = &rec.Reason
	case 19:
		to = &rec.Reservation
	case 21:
		rec.RelayAgentInfo = v
	}
	if to == nil {
		return nil
	}
	if !utf8.Valid(v) {
		return errText
	}
	*to = names.intern(v)
	return nil
}
