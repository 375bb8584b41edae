package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"

	storagev1 "rollcall/proto/storage/v1"

	"rollcall/leased/engine"
)

// appendLease appends the LeaseRecord of l to b.
func appendLease(b []byte, l *engine.Lease) []byte {
	f := (*fields)(&b)
	f.text(1, l.Subnet)
	f.varint(2, uint64(l.State))
	f.varint(3, uint64(l.HW.Type))
	f.octets(4, l.HW.Octets[:l.HW.Len])
	f.octets(5, l.ClientID)
	f.text(6, l.Hostname)
	f.varint(7, uint64(l.Started))
	f.varint(8, uint64(l.CLTT))
	f.varint(9, uint64(l.Expires))
	f.varint(10, uint64(l.Renewals))
	f.flag(11, l.FoundByARP)
	f.octets(12, l.VendorClass)
	f.fixed32(13, uint32(l.Giaddr))
	f.varint(16, l.Revision)
	f.varint(17, uint64(l.Quarantines))
	f.text(18, l.Reason)
	f.text(19, l.Reservation)
	f.flag(20, l.ByHardware)
	f.octets(21, l.RelayInfo)
	return b
}

// decodeLease returns the lease under a key. It keeps nothing of value.
func decodeLease(key, value []byte) (*engine.Lease, error) {
	l := new(engine.Lease)
	if err := readLease(l, new(storagev1.LeaseRecord), key, bytes.Clone(value), nil); err != nil {
		return nil, err
	}
	return l, nil
}

// readLease makes l the lease under a key; its octets are those of value. rec is scratch space, and names makes one string of the names
// that thousands of leases share.
func readLease(l *engine.Lease, rec *storagev1.LeaseRecord, key, value []byte, names *interner) error {
	ip, err := decodeIP(key)
	if err != nil {
		return err
	}
	if err := scanLease(rec, value, names); err != nil {
		return fmt.Errorf("decode lease: %w", err)
	}
	hw, err := decodeHW(rec.GetHtype(), rec.GetChaddr())
	if err != nil {
		return err
	}
	if rec.GetState() < storagev1.LeaseRecord_STATE_ACTIVE || rec.GetState() > storagev1.LeaseRecord_STATE_DECLINED {
		return fmt.Errorf("unknown state %d", rec.GetState())
	}
	relayInfo := rec.GetRelayAgentInfo()
	if len(relayInfo) == 0 {
		relayInfo = engine.JoinRelay(rec.GetCircuitId(), rec.GetRemoteId())
	}
	*l = engine.Lease{
		IP:          ip,
		State:       engine.LeaseState(rec.GetState()),
		HW:          hw,
		ClientID:    octets(rec.GetClientId()),
		ByHardware:  rec.GetByHardware(),
		Subnet:      rec.GetSubnet(),
		Hostname:    rec.GetHostname(),
		Started:     rec.GetStarted(),
		CLTT:        rec.GetCltt(),
		Expires:     rec.GetExpires(),
		Renewals:    rec.GetRenewals(),
		FoundByARP:  rec.GetFoundByArp(),
		VendorClass: octets(rec.GetVendorClass()),
		Giaddr:      engine.IP(rec.GetGiaddr()),
		RelayInfo:   octets(relayInfo),
		Reservation: rec.GetReservation(),
		Quarantines: rec.GetQuarantines(),
		Reason:      rec.GetReason(),
		Revision:    rec.GetRevision(),
	}
	return nil
}

// appendIP appends the key of a lease: 4 octets, big-endian, so that keys sort by address.
func appendIP(b []byte, ip engine.IP) []byte { return binary.BigEndian.AppendUint32(b, uint32(ip)) }

func decodeIP(key []byte) (engine.IP, error) {
	if len(key) != 4 {
		return 0, fmt.Errorf("key of %d octets, want 4", len(key))
	}
	ip := engine.IP(binary.BigEndian.Uint32(key))
	if ip == 0 {
		return 0, errNoAddress
	}
	return ip, nil
}

func decodeHW(htype uint32, chaddr []byte) (engine.HW, error) {
	if htype > 255 {
		return engine.HW{}, fmt.Errorf("hardware type %d", htype)
	}
	if len(chaddr) > len(engine.HW{}.Octets) {
		return engine.HW{}, fmt.Errorf("hardware address of %d octets", len(chaddr))
	}
	return engine.HWOf(uint8(htype), chaddr), nil
}

// text makes s fit for a record. Names that clients choose were cleaned before; should one slip through that is not UTF-8,
// protobuf would refuse it, and a client could end the process with it.
func text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// texts is text for the pairs that a reservation carries.
func texts(m map[string]string) map[string]string {
	for k, v := range m {
		if utf8.ValidString(k) && utf8.ValidString(v) {
			continue
		}
		valid := make(map[string]string, len(m))
		for k, v := range m {
			valid[text(k)] = text(v)
		}
		return valid
	}
	return m
}

// octets returns nil for no octets, which is how the domain says that there are none.
func octets(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}
