package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// Segments is how many files a journal has.
const Segments = 2

const (
	magic    = "rollcall journal"
	version  = 1
	headSize = 84
	fileMode = 0o600
)

// File is an open segment. A write that returns without an error is on disk.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
}

// Name returns the name of a segment.
func Name(path string, segment int) string { return path + "." + strconv.Itoa(segment) }

// head is the first page of a segment.
type head struct {
	segment  uint32
	size     int64
	database string
	id       ID
}

func (h *head) page() []byte {
	b := make([]byte, 0, pageSize)
	b = append(b, magic...)
	b = binary.BigEndian.AppendUint32(b, version)
	b = binary.BigEndian.AppendUint32(b, h.segment)
	b = binary.BigEndian.AppendUint64(b, uint64(h.size))
	b = append(b, h.database...)
	b = append(b, h.id[:]...)
	b = binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	return b[:pageSize]
}

func parseHead(b []byte) (h head, err error) {
	switch {
	case string(b[:len(magic)]) != magic:
		return h, fmt.Errorf("%w: it does not begin like one", ErrForeign)
	case binary.BigEndian.Uint32(b[80:]) != crc32.Checksum(b[:80], castagnoli):
		return h, fmt.Errorf("%w: the checksum of its first page is wrong", ErrDamaged)
	}
	if v := binary.BigEndian.Uint32(b[16:]); v != version {
		return h, fmt.Errorf("%w: layout %d, this one knows %d", ErrNewer, v, version)
	}
	h = head{
		segment: binary.BigEndian.Uint32(b[20:]), size: int64(binary.BigEndian.Uint64(b[24:])), database: string(b[32:64]),
		id: ID(b[64:80]),
	}
	if h.size < 2*pageSize {
		return h, fmt.Errorf("%w: a size of %d", ErrDamaged, h.size)
	}
	return h, nil
}

// OpenFile opens a segment, so that a write that returns is on disk. It is what [Config.OpenFile] is unless a test says otherwise.
func OpenFile(name string) (File, error) {
	return os.OpenFile(name, os.O_RDWR|syscall.O_DSYNC, fileMode)
}

// Create makes a segment: under another name, filled with zeros and synced, then renamed. An existing file is replaced.
func (c *Config) Create(segment int) error {
	name := Name(c.Path, segment)
	part := name + ".new"
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	h := head{segment: uint32(segment), size: c.size(), database: c.Database, id: c.ID}
	if err := errors.Join(fill(f, &h), f.Close()); err != nil {
		_ = os.Remove(part) // a full disk should have its room back
		return err
	}
	if err := os.Rename(part, name); err != nil {
		return &fs.PathError{Op: "rename", Path: part, Err: err}
	}
	return syncDir(filepath.Dir(name))
}

// fill writes the first page and zeros behind it. Reserving the room (fallocate) is not enough: the first write to a block that
// was only reserved changes what the file system knows about the file, and the sync behind it has to wait for that.
func fill(f *os.File, h *head) error {
	if _, err := f.Write(h.page()); err != nil {
		return err
	}
	zeros := make([]byte, min(1<<20, h.size))
	for left := h.size - pageSize; left > 0; left -= int64(len(zeros)) {
		if _, err := f.Write(zeros[:min(left, int64(len(zeros)))]); err != nil {
			return err
		}
	}
	return f.Sync()
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
