package store

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"rollcall/internal/boltfile"
	"rollcall/internal/fault"
	"rollcall/leased/journal"
)

// The reasons why a database is not opened because of its journal. Damage, a newer layout and files that cannot be written
// have those of package boltfile.
const (
	ReasonJournalMissing = "JOURNAL_MISSING"
	ReasonJournalForeign = "JOURNAL_FOREIGN"
	ReasonJournalGap     = "JOURNAL_GAP"
)

// journalMissing refuses a database whose journal is gone although it had more than the database.
func (s *Store) journalMissing(name string) error {
	return fault.New(fault.Corrupt, ReasonJournalMissing, "%s is missing, and with it the last leases that %s does not have yet; put it back "+
		"beside %s, or restore a backup, or accept that loss with: truncate -s 0 %s", name, s.file.Path, s.file.Path, s.truncated())
}

// truncated names both files of the journal for a command line.
func (s *Store) truncated() string {
	path := journalPath(s.file.Path)
	return journal.Name(path, 0) + " " + journal.Name(path, 1)
}

// journalRefusal turns an error of opening the journal into one that says what to do. Those of package journal name the file.
func (s *Store) journalRefusal(name string, err error) error {
	files := s.truncated()
	switch {
	case errors.Is(err, journal.ErrForeign):
		return fault.New(fault.Corrupt, ReasonJournalForeign, "the journal beside %s is not its own; if %s is a backup that was put back or "+
			"a new database, move %s away, else put back the database that belongs to them", s.file.Path, s.file.Path, files).Wrap(err)
	case errors.Is(err, journal.ErrGap):
		return fault.New(fault.Corrupt, ReasonJournalGap, "the journal does not go on where %s ends; if that is a backup that was put back, "+
			"move %s away, else put back the database that belongs to them", s.file.Path, files).Wrap(err)
	case errors.Is(err, journal.ErrNewer):
		return fault.New(fault.Precondition, boltfile.ReasonNewer, "the journal of %s was written by a newer rollcall; run the newer one",
			s.file.Path).Wrap(err)
	case errors.Is(err, journal.ErrDamaged):
		return fault.New(fault.Corrupt, boltfile.ReasonCorrupt, "the journal of %s is damaged; restore a backup and move %s away, or accept "+
			"the loss of the last leases, those that %s does not have yet, with: truncate -s 0 %s", s.file.Path, files, s.file.Path, files).
			Wrap(err)
	}
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		remedy := "make it writable for the user that leased runs as"
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
			remedy = "make room on the disk"
		}
		return fault.New(fault.Precondition, boltfile.ReasonUnwritable, "%s cannot be opened for writing; %s", pathErr.Path, remedy).
			Wrap(pathErr.Err)
	}
	return fmt.Errorf("open %s: %w", name, err)
}
