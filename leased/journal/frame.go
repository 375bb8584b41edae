package journal

import (
	"encoding/binary"
	"hash/crc32"
	"math"
)

const (
	// pageSize is what frames are aligned to: the block of the file systems in use and at least the sector of every disk.
	pageSize = 4096
	// headerSize is that of a frame.
	headerSize = 24
	// maxFrame is the longest frame there is, with its header.
	maxFrame = math.MaxInt32
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ID tells a journal from every other.
type ID [16]byte

// Begin appends the room for the header of a frame to b, which must be empty; what the frame carries goes behind it.
func Begin(b []byte) []byte { return append(b, make([]byte, headerSize)...) }

// Carried returns what a frame carries.
func Carried(frame []byte) []byte { return frame[headerSize:] }

// pages returns n rounded up to whole pages.
func pages(n int64) int64 { return (n + pageSize - 1) / pageSize * pageSize }

// seal fills in the header of a frame.
func (id *ID) seal(frame []byte, number uint64) {
	copy(frame, id[:8])
	binary.BigEndian.PutUint64(frame[8:], number)
	binary.BigEndian.PutUint32(frame[16:], uint32(len(frame)-headerSize))
	binary.BigEndian.PutUint32(frame[20:], id.sum(frame))
}

// sum returns the checksum of a frame. It begins with the id, so a frame that another journal left in the same blocks is not
// taken for one of this.
func (id *ID) sum(frame []byte) uint32 {
	sum := crc32.Update(0, castagnoli, id[:])
	sum = crc32.Update(sum, castagnoli, frame[:20])
	return crc32.Update(sum, castagnoli, frame[headerSize:])
}

// header is the beginning of a frame, before anything vouches for it.
type header struct {
	number uint64
	length int64 // with the header
}

// parse reads the header that b begins with; ok is false if no frame of this journal begins there.
func (id *ID) parse(b []byte) (h header, ok bool) {
	if len(b) < headerSize || [8]byte(b) != [8]byte(id[:]) {
		return h, false
	}
	return header{binary.BigEndian.Uint64(b[8:]), headerSize + int64(binary.BigEndian.Uint32(b[16:]))}, true
}

// valid reports whether a whole frame is what was written.
func (id *ID) valid(frame []byte) bool { return binary.BigEndian.Uint32(frame[20:]) == id.sum(frame) }
