package config

import "time"

// Policy is the operator's own rules, in Starlark.
type Policy struct {
	// Files are the paths of the .star files, in the order in which their hooks are asked. At least one, and each once.
	Files []string
	// Steps is how many computation steps one call of a hook may take. Default 10000, 100 to 10000000.
	Steps int
	// Timeout is how long one call may take. Default 5ms, 100µs to 1s.
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

// DefaultPolicy returns what holds where nothing is said. It has no files.
func DefaultPolicy() Policy { return Policy{Steps: 10_000, Timeout: 5 * time.Millisecond} }

// The hooks that may fail closed.
const (
	HookFilter  = "filter"
	HookUnknown = "unknown"
	HookChoose  = "choose"
	HookReply   = "reply"
)
