package store

import (
	"bytes"
	"fmt"

	"google.golang.org/protobuf/proto"

	storagev1 "rollcall/proto/storage/v1"

	"rollcall/leased/engine"
)

// bootKey is the key of a machine: hardware type, length of the hardware address, and the 16 octets of chaddr.
type bootKey [18]byte

func bootKeyOf(hw engine.HW) (k bootKey) {
	k[0], k[1] = hw.Type, hw.Len
	copy(k[2:], hw.Octets[:])
	return k
}

// valid reports whether it is the key of a machine: nothing stands behind its address.
func (k bootKey) valid() bool { return bootKeyOf(engine.HWOf(k[0], k[2:2+min(int(k[1]), 16)])) == k }

func (k bootKey) hw() engine.HW { return engine.HWOf(k[0], k[2:2+k[1]]) }

func (k bootKey) compare(other bootKey) int { return bytes.Compare(k[:], other[:]) }

// appendBoot appends the BootStateRecord of s to b: nothing at all if there is nothing to remember.
func appendBoot(b []byte, s *engine.BootState) []byte {
	(*fields)(&b).varint(1, uint64(s.Done))
	return b
}

// decodeBoot returns what is remembered under a key.
func decodeBoot(key, value []byte) (*engine.BootState, error) {
	if len(key) != len(bootKey{}) {
		return nil, fmt.Errorf("key of %d octets, want %d", len(key), len(bootKey{}))
	}
	k := bootKey(key)
	if !k.valid() {
		return nil, fmt.Errorf("key is that of no machine")
	}
	var rec storagev1.BootStateRecord
	if err := proto.Unmarshal(value, &rec); err != nil {
		return nil, fmt.Errorf("decode boots: %w", err)
	}
	return &engine.BootState{HW: k.hw(), Done: rec.GetDone()}, nil
}
