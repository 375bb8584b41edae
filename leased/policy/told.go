package policy

import (
	"strings"

	"rollcall/leased/engine"
)

// What steps say of hooks that leave a message as it is, and of those that fail.
const (
	goesOn      = "go on"
	saysNothing = "says nothing"
	failedWith  = "failed: "
)

// Idle reports whether a step of the policy tells that a hook left the message as it is.
func Idle(s engine.Step) bool {
	return strings.HasSuffix(s.Outcome, ": "+goesOn) || strings.HasSuffix(s.Outcome, ": "+saysNothing)
}

// FailureIn returns why a hook failed, where a step of the policy tells of that. Its place is in Because.
func FailureIn(s engine.Step) (msg string, failed bool) {
	_, msg, failed = strings.Cut(s.Outcome, ": "+failedWith)
	return msg, failed
}
