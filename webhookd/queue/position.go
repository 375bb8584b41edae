package queue

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Position is the place of an event in the history this queue has followed: the generation of leased's event log in the upper
// 16 bits, the event's sequence number in the lower 48.
//
// The generation is 0 until leased comes back with a log that starts over (its database was lost or restored from a backup).
// From then on sequence numbers repeat; the generation keeps the deliveries of the old log apart from those of the new one and
// sorts them first.
type Position uint64

const sequenceBits = 48

// At returns the position of an event in the same generation as p. Sequence numbers end at 2^48-1, which a log that gets a
// million events a second reaches after nine years; larger ones wrap.
func (p Position) At(sequence uint64) Position {
	return p&^(1<<sequenceBits-1) | Position(sequence&(1<<sequenceBits-1))
}

// NextLog returns the beginning of the next generation.
func (p Position) NextLog() Position { return (p>>sequenceBits + 1) << sequenceBits }

// Sequence returns the sequence number of the event.
func (p Position) Sequence() uint64 { return uint64(p) & (1<<sequenceBits - 1) }

// newID names a delivery. It has no full stop and nothing a client chose, because it becomes part of what is signed (Standard
// Webhooks, "Signature scheme"), and it holds the position so that a delivery is found by its id without an index. The hash sets
// apart the endpoints, and histories of leased whose generation numbers this queue never saw because it was lost itself.
func newID(endpoint string, p Position, at time.Time) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%d", endpoint, p, at.UnixMicro()))
	return "dlv_" + strconv.FormatUint(uint64(p), 10) + "_" + hex.EncodeToString(h[:6])
}

// positionOf reads the position out of an id; ok is false for text that is no id.
func positionOf(id string) (p Position, ok bool) {
	rest, ok := strings.CutPrefix(id, "dlv_")
	if !ok {
		return 0, false
	}
	number, _, ok := strings.Cut(rest, "_")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(number, 10, 64)
	return Position(n), err == nil
}

// key returns the key of a delivery.
func key(endpoint string, p Position) []byte {
	k := make([]byte, 0, len(endpoint)+9)
	k = append(k, endpoint...)
	k = append(k, 0)
	return binary.BigEndian.AppendUint64(k, uint64(p))
}

// splitKey is the inverse of key; ok is false for a key this package did not write.
func splitKey(k []byte) (endpoint string, p Position, ok bool) {
	n := len(k) - 9
	if n < 1 || k[n] != 0 {
		return "", 0, false
	}
	return string(k[:n]), Position(binary.BigEndian.Uint64(k[n+1:])), true
}
