package store

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"rollcall/internal/event"
	storagev1 "rollcall/proto/storage/v1"

	"rollcall/leased/engine"
)

// appendEvent appends the record of e to b; rec is scratch space as in appendLease.
func appendEvent(b []byte, rec *storagev1.EventRecord, e *engine.Event) ([]byte, error) {
	rec.Reset()
	rec.Time = e.Time
	rec.Kind = text(string(e.Kind))
	rec.Link, rec.Subnet = text(e.Link), text(e.Subnet)
	rec.Address, rec.PreviousAddress = uint32(e.IP), uint32(e.Previous)
	rec.LeaseTime, rec.Expires = e.LeaseTime, e.Expires
	rec.Reason, rec.Pool, rec.Reservation = text(e.Reason), text(e.Pool), text(e.Reservation)
	rec.Extra = texts(e.Extra)
	if m := e.Machine; m != nil {
		rec.HasMachine = true
		rec.Htype = uint32(m.HW.Type)
		rec.Chaddr = m.HW.Octets[:m.HW.Len]
		rec.ClientId = m.ClientID
		rec.Hostname = text(m.Hostname)
		rec.VendorClass = m.VendorClass
		rec.Giaddr = uint32(m.Giaddr)
		rec.CircuitId, rec.RemoteId = m.CircuitID, m.RemoteID
	}
	return proto.MarshalOptions{}.MarshalAppend(b, rec)
}

// decodeEvent returns the event under a key.
func decodeEvent(key, value []byte) (*engine.Event, error) {
	seq, err := decodeSequence(key)
	if err != nil {
		return nil, err
	}
	var rec storagev1.EventRecord
	if err := proto.Unmarshal(value, &rec); err != nil {
		return nil, fmt.Errorf("decode event: %w", err)
	}
	e := &engine.Event{
		Sequence:    seq,
		Time:        rec.GetTime(),
		Kind:        event.Kind(rec.GetKind()),
		Link:        rec.GetLink(),
		Subnet:      rec.GetSubnet(),
		IP:          engine.IP(rec.GetAddress()),
		Previous:    engine.IP(rec.GetPreviousAddress()),
		LeaseTime:   rec.GetLeaseTime(),
		Expires:     rec.GetExpires(),
		Reason:      rec.GetReason(),
		Pool:        rec.GetPool(),
		Reservation: rec.GetReservation(),
	}
	if extra := rec.GetExtra(); len(extra) > 0 {
		e.Extra = extra
	}
	if !rec.GetHasMachine() {
		return e, nil
	}
	hw, err := decodeHW(rec.GetHtype(), rec.GetChaddr())
	if err != nil {
		return nil, err
	}
	e.Machine = &engine.Machine{
		HW:          hw,
		ClientID:    octets(rec.GetClientId()),
		Hostname:    rec.GetHostname(),
		VendorClass: octets(rec.GetVendorClass()),
		Giaddr:      engine.IP(rec.GetGiaddr()),
		CircuitID:   octets(rec.GetCircuitId()),
		RemoteID:    octets(rec.GetRemoteId()),
	}
	return e, nil
}

// eventTime returns the time of an event, in unix microseconds, without decoding the rest.
func eventTime(value []byte) (int64, error) {
	for len(value) > 0 {
		number, kind, n := protowire.ConsumeTag(value)
		if n < 0 {
			return 0, fmt.Errorf("decode event: %w", protowire.ParseError(n))
		}
		value = value[n:]
		if number == fieldEventTime && kind == protowire.VarintType {
			at, n := protowire.ConsumeVarint(value)
			if n < 0 {
				return 0, fmt.Errorf("decode event: %w", protowire.ParseError(n))
			}
			return int64(at), nil // it is written once, in front of the others
		}
		if n = protowire.ConsumeFieldValue(number, kind, value); n < 0 {
			return 0, fmt.Errorf("decode event: %w", protowire.ParseError(n))
		}
		value = value[n:]
	}
	return 0, nil
}

// fieldEventTime is the number of EventRecord.time.
const fieldEventTime = 1
