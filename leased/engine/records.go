package engine

import (
	"encoding/binary"
	"strings"
)

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

// subnetNumber returns the number of a subnet's name. It is never forgotten: there are no more than were ever configured.
func (rs *records) subnetNumber(name string) uint32 {
	n, ok := rs.number[name]
	if !ok {
		n = uint32(len(rs.subnets))
		name = strings.Clone(name)
		rs.subnets, rs.number[name] = append(rs.subnets, name), n
	}
	return n
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

// appendIdentity appends what tells the holder of a record from other clients, as Query.id and hwID do.
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
