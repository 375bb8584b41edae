package store

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"rollcall/internal/event"
	storagev1 "rollcall/proto/storage/v1"

	"rollcall/leased/engine"
)

// appendEvent appends the EventRecord of e to b.
func appendEvent(b []byte, e *engine.Event) []byte {
	f := (*fields)(&b)
	f.varint(fieldEventTime, uint64(e.Time))
	f.text(2, string(e.Kind))
	f.text(3, e.Link)
	f.text(4, e.Subnet)
	f.fixed32(5, uint32(e.IP))
	f.varint(6, uint64(e.LeaseTime))
	f.varint(7, uint64(e.Expires))
	f.text(8, e.Reason)
	f.text(9, e.Pool)
	f.text(10, e.Reservation)
	f.fixed32(11, uint32(e.Previous))
	if m := e.Machine; m != nil {
		f.varint(12, uint64(m.HW.Type))
		f.octets(13, m.HW.Octets[:m.HW.Len])
		f.octets(14, m.ClientID)
		f.text(15, m.Hostname)
		f.octets(16, m.VendorClass)
		f.fixed32(17, uint32(m.Giaddr))
		f.octets(18, m.CircuitID)
		f.octets(19, m.RemoteID)
		f.flag(20, true)
	}
	f.pairs(21, e.Extra)
	if e.Boot != nil {
		f.boot(22, e.Boot)
	}
	f.pairs(23, e.Annotations)
	return b
}

// boot writes what a boot event is about.
func (f *fields) boot(number protowire.Number, b *engine.BootInfo) {
	var room [256]byte
	m := fields(room[:0])
	m.text(1, b.Firmware)
	m.text(2, b.File)
	m.text(3, b.Server)
	m.text(4, b.Stage)
	m.text(5, b.UUID)
	m.flag(6, b.IPXE)
	m.text(7, b.Rule)
	m.varint(8, uint64(b.Port))
	*f = protowire.AppendBytes(protowire.AppendTag(*f, number, protowire.BytesType), m)
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
	if added := rec.GetAnnotations(); len(added) > 0 {
		e.Annotations = added
	}
	if b := rec.GetBoot(); b != nil {
		if b.GetPort() > math.MaxUint16 {
			return nil, fmt.Errorf("%d is no UDP port", b.GetPort())
		}
		e.Boot = &engine.BootInfo{
			Firmware: b.GetFirmware(), File: b.GetFile(), Server: b.GetServer(), Stage: b.GetStage(), UUID: b.GetUuid(),
			IPXE: b.GetIpxe(), Rule: b.GetRule(), Port: uint16(b.GetPort()),
		}
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
