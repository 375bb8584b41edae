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

// records holds all leases by number. Numbers begin with 1.
type records struct {
	pages   [][]record
	used    int32   // the highest number ever given
	free    []int32 // numbers given back
	annexes annexes
	subnets []string // by number
	number  map[string]uint32
	scratch []byte
	loose   []byte // room for client identifiers that are in no annex, see hardwareID
}

// pageRecords is a power of two: how many records are allocated at once. Records never move.
const pageRecords = 1 << 12

func (rs *records) init() {
	rs.number = map[string]uint32{}
	rs.annexes = newAnnexes(
		func(no int32) annex { return rs.at(no).annex },
		func(no int32, to annex) { rs.at(no).annex = to },
	)
}

func (rs *records) at(no int32) *record { return &rs.pages[no/pageRecords][no%pageRecords] }

// len returns how many leases there are.
func (rs *records) len() int { return int(rs.used) - len(rs.free) }

// take returns the number of a free record.
func (rs *records) take() int32 {
	if n := len(rs.free); n > 0 {
		no := rs.free[n-1]
		rs.free = rs.free[:n-1]
		return no
	}
	rs.used++
	if int(rs.used)/pageRecords >= len(rs.pages) {
		rs.pages = append(rs.pages, make([]record, pageRecords))
	}
	return rs.used
}

// give frees a record.
func (rs *records) give(no int32) {
	rs.annexes.drop(rs.at(no).annex)
	*rs.at(no) = record{}
	rs.free = append(rs.free, no)
}

// all calls yield with the number and the record of every lease, until it returns false.
func (rs *records) all(yield func(int32, *record) bool) {
	for no := int32(1); no <= rs.used; no++ {
		if r := rs.at(no); r.state != 0 && !yield(no, r) {
			return
		}
	}
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

func (rs *records) subnetNumber(name string) uint32 {
	n, ok := rs.number[name]
	if !ok {
		n = uint32(len(rs.subnets))
		rs.subnets, rs.number[name] = append(rs.subnets, name), n
	}
	return n
}

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

// hw returns the hardware address of a record.
func (rs *records) hw(r *record) HW {
	if r.flags&hasLongHW != 0 {
		return HWOf(r.htype, rs.part(r, annexHW))
	}
	h := HW{Type: r.htype, Len: uint8(len(r.hw))}
	copy(h.Octets[:], r.hw[:])
	return h
}

// clientID returns the client identifier of a record, nil for none.
func (rs *records) clientID(r *record) []byte {
	if r.flags&hasHardwareID != 0 {
		return rs.hardwareID(r)
	}
	return rs.part(r, annexClientID)
}

// appendIdentity appends the Identity of the holder of a record.
func (rs *records) appendIdentity(b []byte, r *record) []byte {
	if r.flags&isByHardware == 0 {
		if r.flags&hasHardwareID != 0 {
			b = append(b, identityClientID, r.htype)
			return append(b, r.hw[:]...)
		}
		if id := rs.part(r, annexClientID); id != nil {
			return append(append(b, identityClientID), id...)
		}
	}
	b = append(b, identityHardware, r.htype)
	if r.flags&hasLongHW != 0 {
		return append(b, rs.part(r, annexHW)...)
	}
	return append(b, r.hw[:]...)
}

// hardwareID makes the client identifier that is hardware type and address. Whoever gets it may keep it, so it is written to memory
// that is not used again, a piece for many of them.
func (rs *records) hardwareID(r *record) []byte {
	const size, piece = 1 + len(r.hw), 1 << 12
	if len(rs.loose)+size > cap(rs.loose) {
		rs.loose = make([]byte, 0, piece)
	}
	at := len(rs.loose)
	rs.loose = append(append(rs.loose, r.htype), r.hw[:]...)
	return rs.loose[at : at+size : at+size]
}

// expires returns when the lease of a record ends.
func (rs *records) expires(r *record) int64 {
	switch {
	case r.expires == neverSecond && r.flags&isWide == 0:
		return Never
	case r.flags&isWide != 0:
		return int64(binary.BigEndian.Uint64(rs.part(r, annexWide)[16:]))
	}
	return int64(r.expires)
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
