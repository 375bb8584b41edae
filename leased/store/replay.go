package store

import (
	"bytes"
	"fmt"
	"time"

	"rollcall/leased/journal"
)

const (
	// replayOctets is how much of the journal is brought into the database at a time when it is opened.
	replayOctets = 4 << 20
	// replayStep is how many records one of its transactions writes. Nobody waits for the processor yet.
	replayStep = 8192
)

// replay brings the database up to date with the journal, the way checkpoints do. What a checkpoint or an earlier replay wrote
// before a crash is written again, the same octets under the same keys.
func (s *Store) replay(path string) error {
	next := s.link
	p := newPart()
	number, groups := next.applied, 0
	flush := func(all bool) error {
		// The database is complete with the last group and not sooner: a crash may come between two parts.
		next.applied, next.ahead = number, !all
		err := s.apply(p, next, func(float64) (int, error) { return replayStep, nil })
		p = newPart()
		return err
	}
	err := s.journal.Replay(next.applied, func(group []byte) error {
		if !s.link.ahead {
			return fmt.Errorf("%s: %w: the database is complete and ends with group %d, and there is more", path, journal.ErrGap, number)
		}
		number++
		groups++
		if err := p.add(bytes.Clone(group), number, time.Time{}); err != nil {
			return fmt.Errorf("%s: %w: %w", path, journal.ErrDamaged, err)
		}
		if p.octets < replayOctets {
			return nil
		}
		return flush(false)
	})
	if err != nil {
		return s.journalRefusal(path, err)
	}
	s.replayed = groups
	if p.empty() && !s.link.ahead {
		return nil
	}
	if err := flush(true); err != nil {
		return s.journalRefusal(s.file.Path, err)
	}
	return nil
}
