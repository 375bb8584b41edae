package config

import "cmp"

// Config is one configuration file. A service whose section is missing from the file is nil: the verb that runs it says
// that it is needed.
type Config struct {
	// Path is the file the configuration came from, as given to [Load].
	Path string
	// DataDir holds the databases of leased and webhookd. Default /var/lib/rollcall.
	DataDir string

	Frontend *Frontend
	Leased   *Leased
	Webhookd *Webhookd

	Observe Observe
	Log     Log
}

// Observe says where the HTTP listeners for metrics, health and profiles stand.
type Observe struct {
	// Listen is the host:port used by `rollcall up`. Default 127.0.0.1:8067; empty: none.
	Listen string
	// Frontend, Leased and Webhookd are used when the services run one process each. Default: the host of Listen and its
	// port plus 1, 2 and 3, or none where Listen is empty.
	Frontend, Leased, Webhookd string
}

// Log says how much is logged, and in which form, to standard error.
type Log struct {
	// Level is debug, info (default), warn or error.
	Level string
	// Format is text (default) or json.
	Format string
}

// Pos is a place in the configuration file: a line and a column, both counted from 1, the column in characters. The zero
// Pos is no place.
type Pos struct {
	Line, Column int
}

func comparePos(a, b Pos) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}
