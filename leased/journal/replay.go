package journal

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
)

// found is a valid frame that the database does not have.
type found struct {
	header
	segment *segment
	at      int64
}

// Replay calls visit for what each frame behind number applied carries, in order; the octets are valid during the call. It must
// be called once, before the first Append, which goes on behind the last frame and from the beginning of the first segment: the
// database must have everything by then.
//
// Its errors wrap ErrDamaged or ErrGap and name the file, or are those of visit.
func (j *Journal) Replay(applied uint64, visit func(carried []byte) error) error {
	var live []found
	for i := range j.segments {
		var err error
		if live, err = j.scan(live, &j.segments[i], applied); err != nil {
			return fmt.Errorf("read %s: %w", j.segments[i].name, cause(err))
		}
	}
	slices.SortFunc(live, func(a, b found) int { return cmp.Compare(a.number, b.number) })
	j.last = applied
	for i, f := range live {
		if f.number == j.last+1 {
			j.last++
			continue
		}
		if i == 0 {
			return fmt.Errorf("%s: %w: it goes on with group %d, the database ends with %d", f.segment.name, ErrGap, f.number, applied)
		}
		return fmt.Errorf("%s: %w: group %d follows upon %d", live[i-1].segment.name, ErrDamaged, f.number, j.last)
	}
	var b []byte
	for _, f := range live {
		b = slices.Grow(b[:0], int(f.length))[:f.length]
		if _, err := f.segment.ReadAt(b, f.at); err != nil {
			return fmt.Errorf("read %s: %w", f.segment.name, cause(err))
		}
		if err := visit(Carried(b)); err != nil {
			return err
		}
	}
	return nil
}

// scan adds the valid frames of a segment that have a number greater than applied. It looks at every page, so that a broken frame
// does not hide the ones behind it.
func (j *Journal) scan(live []found, s *segment, applied uint64) ([]found, error) {
	window := make([]byte, 64*pageSize)
	var frame []byte
	end := s.end.Load()
	next := int64(pageSize) // the first page that is not part of a valid frame
	for base := next; base < end; base += int64(len(window)) {
		n, err := s.ReadAt(window, base)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		for at := base; at < base+int64(n); at += pageSize {
			h, ok := j.id.parse(window[at-base : n])
			if !ok || at < next || h.number <= applied || h.length > end-at {
				continue
			}
			frame = slices.Grow(frame[:0], int(h.length))[:h.length]
			if _, err := s.ReadAt(frame, at); err != nil && !errors.Is(err, io.EOF) {
				return nil, err
			}
			if j.id.valid(frame) {
				live = append(live, found{h, s, at})
				next = at + pages(h.length)
			}
		}
	}
	return live, nil
}
