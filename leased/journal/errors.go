package journal

import "errors"

// Why a journal is not used. The errors that wrap them name the file.
var (
	// ErrForeign is a file that is no journal, or that of another database.
	ErrForeign = errors.New("not the journal of this database")
	// ErrNewer is a layout from the future.
	ErrNewer = errors.New("written by a newer program")
	// ErrDamaged is a file that contradicts itself.
	ErrDamaged = errors.New("damaged")
	// ErrGap is a journal that does not go on where the database ends.
	ErrGap = errors.New("does not follow the database")
)
