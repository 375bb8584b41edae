package fault_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/fault"
)

func TestErrorTextHasTheCause(t *testing.T) {
	e := fault.New(fault.Unavailable, "STARTING", "leased is starting").Wrap(fs.ErrClosed)
	if got, want := e.Error(), "leased is starting: file already closed"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if !errors.Is(e, fs.ErrClosed) {
		t.Error("the cause is lost")
	}
}

func TestSharedFaultStaysAsItIs(t *testing.T) {
	shared := fault.New(fault.Range, "CURSOR_TOO_OLD", "the log no longer has that event")
	got := shared.With("oldest", "17").With("newest", "90").On("after").Wrap(fs.ErrClosed)

	if shared.Meta != nil || shared.Field != "" || shared.Unwrap() != nil {
		t.Errorf("the shared fault changed: %#v", shared)
	}
	if diff := cmp.Diff(map[string]string{"oldest": "17", "newest": "90"}, got.Meta); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
	if got.Field != "after" {
		t.Errorf("field = %q, want after", got.Field)
	}
}

func TestIsComparesCodeAndReason(t *testing.T) {
	err := fmt.Errorf("add reservation: %w", fault.New(fault.Exists, "ADDRESS_TAKEN", "10.0.0.1 is taken"))
	for _, c := range []struct {
		target *fault.Error
		want   bool
	}{
		{&fault.Error{Code: fault.Exists, Reason: "ADDRESS_TAKEN"}, true},
		{&fault.Error{Code: fault.Exists}, true},
		{&fault.Error{Reason: "ADDRESS_TAKEN"}, true},
		{&fault.Error{Code: fault.Exists, Reason: "IDENTITY_TAKEN"}, false},
		{&fault.Error{Code: fault.Conflict, Reason: "ADDRESS_TAKEN"}, false},
		{&fault.Error{}, false},
	} {
		if got := errors.Is(err, c.target); got != c.want {
			t.Errorf("Is %v %q = %v, want %v", c.target.Code, c.target.Reason, got, c.want)
		}
	}
}

func TestCodeAndReasonOf(t *testing.T) {
	made := fmt.Errorf("get lease: %w", fault.New(fault.NotFound, "NO_LEASE", "no lease"))
	for _, c := range []struct {
		err    error
		code   fault.Code
		reason string
	}{
		{nil, 0, ""},
		{fs.ErrClosed, fault.Internal, fault.ReasonInternal},
		{made, fault.NotFound, "NO_LEASE"},
		{errors.Join(fs.ErrClosed, made), fault.NotFound, "NO_LEASE"},
	} {
		if code, reason := fault.CodeOf(c.err), fault.ReasonOf(c.err); code != c.code || reason != c.reason {
			t.Errorf("%v: code %v, reason %q; want %v, %q", c.err, code, reason, c.code, c.reason)
		}
	}
}

func TestEveryCodeHasAName(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range fault.Codes() {
		if s := c.String(); s == "no code" || seen[s] {
			t.Errorf("code %d is called %q", c, s)
		} else {
			seen[s] = true
		}
	}
	if got := fault.Code(200).String(); got != "no code" {
		t.Errorf("an unknown code is called %q", got)
	}
}
