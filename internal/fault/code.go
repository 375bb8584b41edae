package fault

// Code says what kind of failure it was and so whether to try again.
type Code uint8

// The codes, with what the caller can do about each. The zero Code is no failure at all.
const (
	Invalid         Code = iota + 1 // malformed whatever the state (a bad prefix); change the request
	NotFound                        // no such subnet, lease, reservation or delivery
	Exists                          // the identity or the address is taken
	Precondition                    // the state forbids it; change the state first
	Conflict                        // stale revision; read again, then write
	Range                           // event cursor older than the log; start from the oldest
	Exhausted                       // a queue or a rate limit is full; try again with backoff
	Denied                          // this caller may not call this service
	Unauthenticated                 // the caller has shown no certificate
	Unavailable                     // starting, draining or out of reach; make the same call again
	Corrupt                         // stored data contradict themselves; a person must look
	Internal                        // our defect; its text stays in our log
	codeEnd
)

var codeNames = [codeEnd]string{
	Invalid:         "invalid",
	NotFound:        "not found",
	Exists:          "exists",
	Precondition:    "precondition",
	Conflict:        "conflict",
	Range:           "range",
	Exhausted:       "exhausted",
	Denied:          "denied",
	Unauthenticated: "unauthenticated",
	Unavailable:     "unavailable",
	Corrupt:         "corrupt",
	Internal:        "internal",
}

// Codes returns every code, for tests that must not miss one.
func Codes() []Code {
	all := make([]Code, 0, codeEnd-1)
	for c := Invalid; c < codeEnd; c++ {
		all = append(all, c)
	}
	return all
}

// String returns the code in words, such as "not found".
func (c Code) String() string {
	if c < codeEnd && codeNames[c] != "" {
		return codeNames[c]
	}
	return "no code"
}
