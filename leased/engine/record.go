package engine

import (
	"encoding/binary"
	"math"
	"unsafe"
)

// record is a lease as the State keeps it. It has no pointers, so that the garbage collector need not look at a million of them, and
// room for what nearly every lease has; the rest is in its annex.
type record struct {
	ip, giaddr             IP
	started, cltt, expires uint32 // unix seconds; isWide: in the annex
	renewals, revision     uint32
	xid                    uint32 // of the message that it was granted or renewed by
	subnet                 uint32 // number of its name
	annex                  annex
	filed                  int32   // place in the expiry heap, 0 if it is not there
	hw                     [6]byte // hasLongHW: in the annex
	htype                  uint8
	state                  LeaseState // 0: no lease, the record is free
	reason                 uint8
	flags                  uint8
}

// Flags of a record.
const (
	isByHardware  = 1 << iota
	isFoundByARP  // FoundByARP
	hasHardwareID // the client identifier is hardware type and address, as RFC 2132 §9.14 suggests
	isRenewedBy   // the message xid came from the client's own address
	isWide        // moments or revision do not fit
	hasLongHW     // the hardware address has not 6 octets
)

// Reasons of a record.
const (
	noReason = iota
	reasonDeclined
	reasonConflict
	reasonOther // in the annex
)

// neverSecond stands for Never in a record.
const neverSecond = math.MaxUint32

// What may be in an annex, in this order: each a tag, the number of octets, and those.
const (
	annexClientID = iota
	annexHostname
	annexVendorClass
	annexRelayInfo
	annexReservation
	annexReason
	annexQuarantines
	annexHW
	annexWide
)

// entry is the current lease of one address as decisions look at it.
type entry struct {
	Lease
	last uint64 // the message it was granted or renewed by (Query.token); 0 after a restart
}

// write makes l the lease of a record. Its place in the expiry heap stays. It keeps nothing of l.
func (rs *records) write(no int32, l *Lease, last uint64) {
	r := rs.at(no)
	b := rs.scratch[:0]
	flags := uint8(0)
	if l.ByHardware {
		flags |= isByHardware
	}
	if l.FoundByARP {
		flags |= isFoundByARP
	}
	if last>>32 != 0 {
		flags |= isRenewedBy
	}
	short := l.HW.Len == uint8(len(r.hw))
	switch {
	case len(l.ClientID) == 0:
	case short && len(l.ClientID) == 1+len(r.hw) && l.ClientID[0] == l.HW.Type && l.HW.Is(l.ClientID[1:]):
		flags |= hasHardwareID
	default:
		b = appendPart(b, annexClientID, l.ClientID)
	}
	if l.Hostname != "" {
		b = appendPart(b, annexHostname, l.Hostname)
	}
	if len(l.VendorClass) > 0 {
		b = appendPart(b, annexVendorClass, l.VendorClass)
	}
	if len(l.RelayInfo) > 0 {
		b = appendPart(b, annexRelayInfo, l.RelayInfo)
	}
	if l.Reservation != "" {
		b = appendPart(b, annexReservation, l.Reservation)
	}
	reason := uint8(noReason)
	switch l.Reason {
	case "":
	case QuarantineDeclined:
		reason = reasonDeclined
	case QuarantineConflict:
		reason = reasonConflict
	default:
		reason = reasonOther
		b = appendPart(b, annexReason, l.Reason)
	}
	var number [32]byte
	if l.Quarantines != 0 {
		b = appendPart(b, annexQuarantines, binary.BigEndian.AppendUint32(number[:0], l.Quarantines))
	}
	if !short {
		flags |= hasLongHW
		b = appendPart(b, annexHW, l.HW.Octets[:l.HW.Len])
	}
	if !fits(l.Started) || !fits(l.CLTT) || !fits(l.Expires) && l.Expires != Never || l.Revision > math.MaxUint32 {
		flags |= isWide
		for i, v := range [...]uint64{uint64(l.Started), uint64(l.CLTT), uint64(l.Expires), l.Revision} {
			binary.BigEndian.PutUint64(number[8*i:], v)
		}
		b = appendPart(b, annexWide, number[:])
	}
	rs.scratch = b

	a := r.annex
	if string(rs.annexes.at(a)) != string(b) {
		rs.annexes.drop(a)
		if a = 0; len(b) > 0 {
			a = rs.annexes.add(no, b)
		}
	}
	*r = record{
		ip: l.IP, giaddr: l.Giaddr, started: uint32(l.Started), cltt: uint32(l.CLTT), expires: uint32(l.Expires), renewals: l.Renewals,
		revision: uint32(l.Revision), xid: uint32(last), subnet: rs.subnetNumber(l.Subnet), annex: a, filed: r.filed, htype: l.HW.Type,
		state: l.State, reason: reason, flags: flags,
	}
	if l.Expires == Never {
		r.expires = neverSecond
	}
	if short {
		r.hw = [6]byte(l.HW.Octets[:6])
	}
}

func fits(second int64) bool { return second >= 0 && second < neverSecond }

// read fills e with the lease of a record. What e refers to is never changed, so it may be kept for as long as one likes.
func (rs *records) read(no int32, e *entry) {
	r := rs.at(no)
	*e = entry{
		Lease: Lease{
			IP: r.ip, State: r.state, HW: rs.hw(r), ByHardware: r.flags&isByHardware != 0, Subnet: rs.subnets[r.subnet],
			Started: int64(r.started), CLTT: int64(r.cltt), Expires: int64(r.expires), Renewals: r.renewals,
			FoundByARP: r.flags&isFoundByARP != 0, Giaddr: r.giaddr, Revision: uint64(r.revision),
		},
		last: uint64(r.xid),
	}
	if r.flags&isRenewedBy != 0 {
		e.last |= 1 << 32
	}
	if r.expires == neverSecond {
		e.Expires = Never
	}
	switch r.reason {
	case reasonDeclined:
		e.Reason = QuarantineDeclined
	case reasonConflict:
		e.Reason = QuarantineConflict
	}
	b := rs.annexes.at(r.annex)
	if r.flags&hasHardwareID != 0 {
		e.ClientID = rs.hardwareID(r)
	}
	for len(b) > 0 {
		var tag byte
		var v []byte
		switch tag, v, b = nextPart(b); tag {
		case annexClientID:
			e.ClientID = v
		case annexHostname:
			e.Hostname = text(v)
		case annexVendorClass:
			e.VendorClass = v
		case annexRelayInfo:
			e.RelayInfo = v
		case annexReservation:
			e.Reservation = text(v)
		case annexReason:
			e.Reason = text(v)
		case annexQuarantines:
			e.Quarantines = binary.BigEndian.Uint32(v)
		case annexWide:
			e.Started, e.CLTT = int64(binary.BigEndian.Uint64(v)), int64(binary.BigEndian.Uint64(v[8:]))
			e.Expires, e.Revision = int64(binary.BigEndian.Uint64(v[16:])), binary.BigEndian.Uint64(v[24:])
		}
	}
}

// part returns one thing in the annex of a record, nil if it is not there.
func (rs *records) part(r *record, want byte) []byte {
	for b := rs.annexes.at(r.annex); len(b) > 0; {
		var tag byte
		var v []byte
		if tag, v, b = nextPart(b); tag == want {
			return v
		}
	}
	return nil
}

func appendPart[T string | []byte](b []byte, tag byte, v T) []byte {
	b = binary.AppendUvarint(append(b, tag), uint64(len(v)))
	return append(b, v...)
}

func nextPart(b []byte) (tag byte, v, rest []byte) {
	n, size := binary.Uvarint(b[1:])
	at := 1 + size
	end := at + int(n)
	return b[0], b[at:end:end], b[end:]
}

// text makes a string of octets that are never changed, without another copy of them.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
