package journal

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync/atomic"
)

// DefaultSize is that of a segment if nothing else is said: some seconds of the highest rate there is.
const DefaultSize = 16 << 20

// growth is how many times its size a segment may grow to while the database is behind.
const growth = 4

// Config is what a journal is made of.
type Config struct {
	// Path is what the names of the segments begin with.
	Path string
	// Database is the id of the database, 32 octets, ID that of the journal.
	Database string
	ID       ID
	// Size is that of a segment in octets when it is made; 0 for DefaultSize. A segment that is there keeps its own.
	Size int64
	// OpenFile opens a segment; nil for the function of that name. Tests hand in one that fails.
	OpenFile func(name string) (File, error)
}

func (c *Config) size() int64 {
	if c.Size == 0 {
		return DefaultSize
	}
	return max(pages(c.Size), 2*pageSize)
}

// segment is an open segment.
type segment struct {
	File
	name string
	made int64        // size as it was made
	next atomic.Int64 // where the next frame goes; written by who appends
	end  atomic.Int64 // of the file
}

// Journal is an open journal. Its methods belong to the goroutine that appends, but for those that say otherwise.
type Journal struct {
	id       ID
	segments [Segments]segment
	active   atomic.Int32
	last     uint64 // number of the last frame
}

// Open opens a journal whose segments are there. Nothing may be appended before [Journal.Replay]. Its errors wrap ErrForeign,
// ErrNewer, ErrDamaged or those of the operating system.
func Open(cfg Config) (_ *Journal, err error) {
	j := &Journal{id: cfg.ID}
	defer func() {
		if err != nil {
			_ = j.Close()
		}
	}()
	open := cfg.OpenFile
	if open == nil {
		open = OpenFile
	}
	for i := range j.segments {
		s := &j.segments[i]
		s.name = Name(cfg.Path, i)
		if s.File, err = open(s.name); err != nil {
			s.File = nil
			return nil, err
		}
		if err := s.begin(&cfg, i); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return j, nil
}

// begin checks the first page.
func (s *segment) begin(cfg *Config, i int) error {
	page := make([]byte, pageSize)
	if _, err := s.ReadAt(page, 0); errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: cut off in its first page", ErrDamaged)
	} else if err != nil {
		return err
	}
	h, err := parseHead(page)
	switch {
	case err != nil:
		return err
	case h.database != cfg.Database:
		return fmt.Errorf("%w: it belongs to the one with id %s, this is %s", ErrForeign, h.database, cfg.Database)
	case h.id != cfg.ID:
		return fmt.Errorf("%w: the database has had another one since", ErrForeign)
	case h.segment != uint32(i):
		return fmt.Errorf("%w: it is segment %d under another name", ErrForeign, h.segment)
	}
	s.made = h.size
	info, err := s.Stat()
	if err != nil {
		return err
	}
	end := info.Size()
	if end < s.made {
		return fmt.Errorf("%w: cut off, %d octets of %d", ErrDamaged, end, s.made)
	}
	s.end.Store(end)
	s.next.Store(pageSize)
	return nil
}

// Append makes a frame durable that was begun with [Begin] and returns it; like the built-in append it may have to move it.
// After an error it is unknown whether the frame is on disk, and nothing more may be appended.
func (j *Journal) Append(frame []byte) ([]byte, error) {
	s := j.current()
	if len(frame) > maxFrame {
		return frame, fmt.Errorf("write to %s: a frame of %d octets", s.name, len(frame))
	}
	j.id.seal(frame, j.last+1)
	n := len(frame)
	padded := frame
	if fill := int(pages(int64(n))) - n; fill > 0 {
		padded = append(frame, zeros[:fill]...)
	}
	at := s.next.Load()
	if written, err := s.WriteAt(padded, at); err != nil {
		return frame, fmt.Errorf("write frame %d to %s: %w", j.last+1, s.name, cause(err))
	} else if written < len(padded) {
		return frame, fmt.Errorf("write frame %d to %s: %w", j.last+1, s.name, io.ErrShortWrite)
	}
	j.last++
	s.next.Store(at + int64(len(padded)))
	if end := at + int64(len(padded)); end > s.end.Load() {
		s.end.Store(end)
	}
	return padded[:n], nil
}

var zeros [pageSize]byte

// cause leaves out the name of the file, which is said already.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

func (j *Journal) current() *segment { return &j.segments[j.active.Load()] }

// Last returns the number of the last frame; 0 before the first.
func (j *Journal) Last() uint64 { return j.last }

// Full reports whether a frame of n octets is one too many for the segment in use, as it was made. An empty segment is never full.
func (j *Journal) Full(n int) bool { return j.beyond(n, 1) }

// Bound reports whether it is one too many for what a segment may grow to.
func (j *Journal) Bound(n int) bool { return j.beyond(n, growth) }

func (j *Journal) beyond(n int, times int64) bool {
	s := j.current()
	at := s.next.Load()
	return at > pageSize && at+pages(int64(n)) > times*s.made
}

// Switch goes on in the other segment, from its beginning. The database must have every frame that is in it.
func (j *Journal) Switch() {
	other := 1 - j.active.Load()
	j.segments[other].next.Store(pageSize)
	j.active.Store(other)
}

// Shrink gives back what the segment that is not in use has grown by. It may be called beside Append but not beside Switch,
// once the database has every frame in it.
func (j *Journal) Shrink() error {
	s := &j.segments[1-j.active.Load()]
	if s.end.Load() <= s.made {
		return nil
	}
	if err := s.Truncate(s.made); err != nil {
		return fmt.Errorf("shorten %s: %w", s.name, cause(err))
	}
	s.end.Store(s.made)
	return nil
}

// Filled returns how much of the segment in use is written, as a part of its size; more than 1 if it has grown. It may be called
// from any goroutine.
func (j *Journal) Filled() float64 {
	s := j.current()
	return float64(s.next.Load()-pageSize) / float64(s.made-pageSize)
}

// Size returns the octets that the files have together. It may be called from any goroutine.
func (j *Journal) Size() (n int64) {
	for i := range j.segments {
		n += j.segments[i].end.Load()
	}
	return n
}

// Close closes the files.
func (j *Journal) Close() error {
	var errs []error
	for i := range j.segments {
		if f := j.segments[i].File; f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}
