package store

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"

	"rollcall/leased/journal"
)

// journalPath is what the names of the journal of a database begin with.
func journalPath(database string) string { return database + ".journal" }

// presence is whether a file is there.
type presence int

const (
	absent presence = iota
	emptied
	present
)

// presenceOf looks for a file. One without octets stands for none that an operator does not miss: no crash leaves such a file.
func presenceOf(name string) (presence, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return absent, nil
	case err != nil:
		return absent, err
	case info.Size() == 0:
		return emptied, nil
	}
	return present, nil
}

// openJournal opens the journal of the database, making what is missing of it where nothing is lost by that, and brings the
// database up to date with it. A crash anywhere in here leaves what the next start does again.
func (s *Store) openJournal(cfg Config) error {
	path := journalPath(cfg.Path)
	var files [journal.Segments]presence
	known := false
	for i := range files {
		var err error
		if files[i], err = presenceOf(journal.Name(path, i)); err != nil {
			return s.journalRefusal(journal.Name(path, i), err)
		}
		known = known || files[i] == present
	}
	if s.link.ahead {
		for i, f := range files {
			if f == absent {
				return s.journalMissing(journal.Name(path, i))
			}
		}
	}
	if !known {
		// A new id before there are files with it: the files that it had, should they come back, must not be taken for its journal.
		next := s.link
		rand.Read(next.journal[:])
		next.ahead = false
		if err := s.db.Update(next.put); err != nil {
			return s.journalRefusal(cfg.Path, err)
		}
		s.link = next
	}
	jcfg := journal.Config{
		Path: path, Database: s.id, ID: s.link.journal, Size: cfg.JournalSize, OpenFile: cfg.openFile,
	}
	for i, f := range files {
		if f == present {
			continue
		}
		if err := jcfg.Create(i); err != nil {
			return s.journalRefusal(journal.Name(path, i), err)
		}
	}
	var err error
	if s.journal, err = journal.Open(jcfg); err != nil {
		return s.journalRefusal(path, err)
	}
	return s.replay(path)
}
