package fault

import (
	"errors"
	"fmt"
	"maps"
)

// ReasonInternal is the reason of every failure that was not made by this package.
const ReasonInternal = "INTERNAL"

// Error is a failure that a caller is meant to see.
type Error struct {
	// Code says whether to try again.
	Code Code
	// Reason is SCREAMING_SNAKE_CASE and one of a closed set per service, such as ADDRESS_TAKEN.
	Reason string
	// Field is the path of the offending request field, such as "reservation.address"; "" if there is none.
	Field string
	// Msg is a sentence for people that names the thing at fault and, where there is one, the remedy.
	Msg string
	// Meta holds what a program may want from Msg, such as "oldest": "17". Nil is empty.
	Meta map[string]string

	err error
}

// New returns a fault; args fill msgFormat as in [fmt.Sprintf]. A cause belongs in [Error.Wrap], not in the message.
func New(code Code, reason, msgFormat string, args ...any) *Error {
	return &Error{Code: code, Reason: reason, Msg: fmt.Sprintf(msgFormat, args...)}
}

// On returns a copy that names the request field at fault.
func (e *Error) On(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// With returns a copy with one more metadata entry.
func (e *Error) With(k, v string) *Error {
	c := *e
	c.Meta = maps.Clone(e.Meta)
	if c.Meta == nil {
		c.Meta = make(map[string]string, 1)
	}
	c.Meta[k] = v
	return &c
}

// Wrap returns a copy with a cause. The cause shows in Error and to [errors.Is] in this process and is not sent to others.
func (e *Error) Wrap(err error) *Error {
	c := *e
	c.err = err
	return &c
}

// Error returns the message, followed by the cause if there is one.
func (e *Error) Error() string {
	if e.err == nil {
		return e.Msg
	}
	return e.Msg + ": " + e.err.Error()
}

// Unwrap returns the cause, nil if there is none.
func (e *Error) Unwrap() error { return e.err }

// Is makes [errors.Is] compare by code and reason, so that a fault that came over the wire equals the one that was sent. A
// target with an empty Reason matches every reason of its code, and one with a zero Code every code of its reason.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	if !ok || t.Code == 0 && t.Reason == "" {
		return false
	}
	return (t.Code == 0 || t.Code == e.Code) && (t.Reason == "" || t.Reason == e.Reason)
}

// CodeOf returns the code of the first fault in err's tree; [Internal] if there is none, zero for a nil error.
func CodeOf(err error) Code {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// ReasonOf returns the reason of the first fault in err's tree; [ReasonInternal] if there is none, "" for a nil error.
func ReasonOf(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason
	}
	return ReasonInternal
}
