package store

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"google.golang.org/protobuf/proto"

	storagev1 "rollcall/proto/storage/v1"

	"rollcall/leased/engine"
)

// appendReservation appends the record of r to b.
func appendReservation(b []byte, r *engine.Reservation) ([]byte, error) {
	rec := storagev1.ReservationRecord{
		Identifier: storagev1.ReservationRecord_Identifier(r.Kind),
		Value:      []byte(r.Value),
		Subnet:     text(r.Subnet),
		Address:    uint32(r.IP),
		Hostname:   text(r.Hostname),
		Revision:   r.Revision,
		Updated:    r.Updated,
	}
	if r.Details != nil {
		putDetails(&rec, r.Details)
	}
	return proto.MarshalOptions{}.MarshalAppend(b, &rec)
}

// decodeReservation returns the reservation under a key.
func decodeReservation(key, value []byte) (*engine.Reservation, error) {
	id, err := decodeSequence(key)
	if err != nil {
		return nil, err
	}
	var rec storagev1.ReservationRecord
	if err := proto.Unmarshal(value, &rec); err != nil {
		return nil, fmt.Errorf("decode reservation: %w", err)
	}
	kind := rec.GetIdentifier()
	if kind < storagev1.ReservationRecord_IDENTIFIER_HARDWARE || kind > storagev1.ReservationRecord_IDENTIFIER_REMOTE_ID {
		return nil, fmt.Errorf("unknown kind of identifier %d", kind)
	}
	r := &engine.Reservation{
		ID:       strconv.FormatUint(id, 10),
		Kind:     engine.IdentifierKind(kind),
		Value:    string(rec.GetValue()),
		Subnet:   rec.GetSubnet(),
		IP:       engine.IP(rec.GetAddress()),
		Hostname: rec.GetHostname(),
		Revision: rec.GetRevision(),
		Updated:  rec.GetUpdated(),
	}
	if r.Details, err = detailsOf(&rec, r.ID); err != nil {
		return nil, err
	}
	return r, nil
}

// reservationNumber returns the number behind an id. The reservations of the configuration file, whose ids are no numbers,
// are never stored.
func reservationNumber(id string) (uint64, error) {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("reservation id %q is no number of the store", id)
	}
	return n, nil
}

// appendSequence appends the key of a reservation or an event: 8 octets, big-endian, so that keys sort by number.
func appendSequence(b []byte, n uint64) []byte { return binary.BigEndian.AppendUint64(b, n) }

func decodeSequence(key []byte) (uint64, error) {
	if len(key) != 8 {
		return 0, fmt.Errorf("key of %d octets, want 8", len(key))
	}
	n := binary.BigEndian.Uint64(key)
	if n == 0 {
		return 0, errNoNumber
	}
	return n, nil
}
