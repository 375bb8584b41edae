package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"rollcall/leased/engine"
)

// A group is what is made durable with one write: the commits that gathered, as a row of entries. An entry is a change of one
// record:
//
//	kind      1 octet
//	length    of the value, 4 octets, big-endian
//	key       as in the bucket: 4 octets for a lease, 18 for the boots of a machine, else 8
//	value     as in the bucket; none where a reservation or the boots of a machine were deleted
//
// Entries are in the order of submission: the last one of a key counts.

// entryKind says which bucket an entry changes. It is on disk.
type entryKind uint8

const (
	entryLease entryKind = 1 + iota
	entryReservation
	entryDeleted // reservation
	entryEvent
	entryBoot
)

// entryHead is the octets in front of the key.
const entryHead = 5

var (
	errNoAddress = errors.New("no address")
	errNoNumber  = errors.New("number 0")
	errEntry     = errors.New("an entry of a group cannot be read")
)

// entry is one change, as it was read from a group.
type entry struct {
	kind  entryKind
	key   uint64
	boot  bootKey // of entryBoot, instead of key
	at    int     // where the value begins
	value []byte
}

// appendGroup appends the entries of pending to b. Events are numbered from last+1 on, without a gap; the number of the last one is
// returned. A number given here is only as good as the write: if that fails, the process ends and the number is given again.
func appendGroup(b []byte, pending []*Pending, last uint64) ([]byte, uint64, error) {
	var err error
	for _, p := range pending {
		for _, l := range p.Leases {
			if b, err = putLease(b, l); err != nil {
				return nil, last, err
			}
		}
		for _, r := range p.Put {
			if b, err = putReservation(b, r); err != nil {
				return nil, last, err
			}
		}
		for _, id := range p.Delete {
			n, err := reservationNumber(id)
			if err != nil {
				return nil, last, fmt.Errorf("delete reservation: %w", err)
			}
			b = appendSequence(beginEntry(b, entryDeleted), n)
		}
		for _, boot := range p.Boots {
			b = putBoot(b, boot)
		}
		for _, ev := range p.Events {
			last++
			ev.Sequence = last
			b = putEvent(b, ev)
		}
	}
	return b, last, nil
}

func putLease(b []byte, l *engine.Lease) ([]byte, error) {
	if l.IP == 0 {
		return nil, fmt.Errorf("put lease: %w", errNoAddress)
	}
	start := len(b)
	return endEntry(appendLease(appendIP(beginEntry(b, entryLease), l.IP), l), start, 4), nil
}

func putReservation(b []byte, r *engine.Reservation) ([]byte, error) {
	n, err := reservationNumber(r.ID)
	if err != nil {
		return nil, fmt.Errorf("put reservation: %w", err)
	}
	start := len(b)
	if b, err = appendReservation(appendSequence(beginEntry(b, entryReservation), n), r); err != nil {
		return nil, fmt.Errorf("encode reservation %s: %w", r.ID, err)
	}
	return endEntry(b, start, 8), nil
}

func putEvent(b []byte, ev *engine.Event) []byte {
	start := len(b)
	return endEntry(appendEvent(appendSequence(beginEntry(b, entryEvent), ev.Sequence), ev), start, 8)
}

func putBoot(b []byte, boot *engine.BootState) []byte {
	start := len(b)
	key := bootKeyOf(boot.HW)
	return endEntry(appendBoot(append(beginEntry(b, entryBoot), key[:]...), boot), start, len(key))
}

// keyLength returns how many octets the key of such an entry has; 0 for no kind of entry.
func (k entryKind) keyLength() int {
	switch k {
	case entryLease:
		return 4
	case entryReservation, entryDeleted, entryEvent:
		return 8
	case entryBoot:
		return len(bootKey{})
	}
	return 0
}

// beginEntry appends the head of an entry without a value.
func beginEntry(b []byte, kind entryKind) []byte { return append(b, byte(kind), 0, 0, 0, 0) }

// endEntry fills in the length of the value of the entry that begins at start and ends with b.
func endEntry(b []byte, start, key int) []byte {
	binary.BigEndian.PutUint32(b[start+1:], uint32(len(b)-start-entryHead-key))
	return b
}

// readEntry reads the entry that begins at a place in a group and returns it and where the next one begins.
func readEntry(group []byte, at int) (e entry, next int, err error) {
	if len(group)-at < entryHead {
		return e, 0, errEntry
	}
	e.kind = entryKind(group[at])
	length := int(binary.BigEndian.Uint32(group[at+1:]))
	key := e.kind.keyLength()
	if key == 0 || length < 0 || length > len(group)-at-entryHead-key {
		return e, 0, errEntry
	}
	at += entryHead
	switch e.kind {
	case entryLease:
		e.key = uint64(binary.BigEndian.Uint32(group[at:]))
	case entryBoot:
		e.key, e.boot = 1, bootKey(group[at:])
	default:
		e.key = binary.BigEndian.Uint64(group[at:])
	}
	if e.key == 0 || e.kind == entryBoot && !e.boot.valid() {
		return e, 0, errEntry
	}
	e.at = at + key
	e.value = group[e.at : e.at+length]
	return e, e.at + length, nil
}
