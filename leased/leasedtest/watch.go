package leasedtest

import (
	"testing"

	leasedv1 "rollcall/proto/leased/v1"
)

// Await returns the events after a cursor up to the first one of the kind, as they are committed.
func (s *Server) Await(t testing.TB, after uint64, kind string) []*leasedv1.Event {
	t.Helper()
	stream, err := leasedv1.NewEventServiceClient(s.Conn).Watch(Context(t), &leasedv1.WatchRequest{After: after})
	if err != nil {
		t.Fatalf("Watch: %v", err)
	}
	var seen []*leasedv1.Event
	for {
		m, err := stream.Recv()
		if err != nil {
			t.Fatalf("no %s came: %v", kind, err)
		}
		for _, e := range m.GetEvents() {
			seen = append(seen, e)
			if e.GetKind() == kind {
				return seen
			}
		}
	}
}

// Events returns the whole log, which must have at most 1000 events, and verifies that it has no gaps.
func (s *Server) Events(t testing.TB, kinds ...string) []*leasedv1.Event {
	t.Helper()
	res, err := leasedv1.NewEventServiceClient(s.Conn).List(Context(t), &leasedv1.EventServiceListRequest{Limit: 1000, Kinds: kinds})
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	for i, e := range res.GetEvents() {
		if len(kinds) == 0 && e.GetSequence() != uint64(i+1) {
			t.Fatalf("event %d of the log has sequence number %d", i+1, e.GetSequence())
		}
	}
	return res.GetEvents()
}
