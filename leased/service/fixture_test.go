package service_test

import (
	"errors"
	"iter"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/internal/fault"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// asFault returns the fault that an error is.
func asFault(t *testing.T, err error) *fault.Error {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) {
		t.Fatalf("error %v, want a fault", err)
	}
	return f
}

// wantFault verifies code, reason and field of an error, and that it has words for people.
func wantFault(t *testing.T, err error, want *fault.Error) {
	t.Helper()
	got := asFault(t, err)
	if got.Msg == "" {
		t.Errorf("%s has no message", got.Reason)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(fault.Error{}, "Msg"), cmpopts.IgnoreUnexported(fault.Error{}),
		cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("error %q (-want +got):\n%s", got.Msg, diff)
	}
}

func invalid(reason, field string) *fault.Error {
	return &fault.Error{Code: fault.Invalid, Reason: reason, Field: field}
}

func notFound(reason, field string) *fault.Error {
	return &fault.Error{Code: fault.NotFound, Reason: reason, Field: field}
}

// allLeases follows the pages of a list.
func allLeases(t *testing.T, s *leasedtest.Server, r *leasedv1.LeaseServiceListRequest) iter.Seq[*leasedv1.Lease] {
	return func(yield func(*leasedv1.Lease) bool) {
		t.Helper()
		for {
			res, err := leasedv1.NewLeaseServiceClient(s.Conn).List(leasedtest.Context(t), r)
			if err != nil {
				t.Fatalf("List: %v", err)
			}
			for _, l := range res.GetLeases() {
				if !yield(l) {
					return
				}
			}
			if r.PageToken = res.GetNextPageToken(); r.GetPageToken() == "" {
				return
			}
		}
	}
}
