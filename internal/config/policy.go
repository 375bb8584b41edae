package config

import "time"

// Policy is the operator's own rules, in Starlark.
type Policy struct {
	// Files are the paths of the .star files, in the order in which their hooks are asked. At least one.
	Files []string
	// Steps is how many computation steps one call of a hook may take. Default 10000, 100 to 10000000.
	Steps int
	// Timeout is how long one call may take. Default 5ms, 100us to 1s.
	Timeout time.Duration
	// Seed begins the random numbers of scripts. Default 0.
	Seed uint64
	// Closed says for a hook (filter, unknown, choose, reply) that a failing script means no service (on_error: closed), rather than
	// service as if the hook were not there (open, the default).
	Closed map[string]bool
	// Pos is where files is given, FilePos where each of them is.
	Pos     Pos
	FilePos []Pos
}

// The hooks that may fail closed.
const (
	HookFilter  = "filter"
	HookUnknown = "unknown"
	HookChoose  = "choose"
	HookReply   = "reply"
)

// Lookup asks an HTTP service about machines without reservation.
type Lookup struct {
	// URL is http or https, without user information and fragment.
	URL string
	// Method is POST, the default, or GET.
	Method string
	// Headers are sent with each request; those of HeadersFile, a file of lines "Name: value", come on top.
	Headers     map[string]string
	HeadersFile string
	// Fields maps what the answer calls things to what they mean; see the package leased/lookup. Empty: its defaults.
	Fields map[string]string
	// Timeout of one request. Default 2s, 10ms to 1m.
	Timeout time.Duration
	// Positive and Negative are how long an answer is kept that knows the machine (default 5m) or does not (default 30s), 1s to 1d each.
	// Stale is how long a positive one is used beyond that while it cannot be renewed. Default 1h, 0 to 30d.
	Positive, Negative, Stale time.Duration
	// Concurrent is how many requests are under way at most. Default 4, 1 to 1000.
	Concurrent int
	// Rate is how many requests are begun in a second at most. Default 50, 1 to 100000.
	Rate int
	// Machines is how many answers are kept at most. Default 65536, 100 to 10000000.
	Machines int
	// Pos is where url is given.
	Pos Pos
}
