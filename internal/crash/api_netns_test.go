//go:build netns

package crash_test

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/fault"
	"rollcall/internal/rpc"
	leasedv1 "rollcall/proto/leased/v1"
)

// page is how many leases or events are asked for at a time.
const page = 1000

// api is what leased says to anyone who may ask.
type api struct {
	w      *world
	leases leasedv1.LeaseServiceClient
	events leasedv1.EventServiceClient
}

// ask calls f with a connection to the leased that runs now, or is about to. What it asks fails when that process ends.
func (w *world) ask(f func(context.Context, api)) {
	w.Helper()
	ep, err := rpc.Parse("unix://" + w.path("leased.sock"))
	if err != nil {
		w.Fatal(err)
	}
	conn, err := rpc.Dial(ep, nil)
	if err != nil {
		w.Fatal(err)
	}
	defer conn.Close()
	p := cmp.Or(w.running["leased"], w.running["up"])
	ctx, cancel := context.WithCancel(w.Context())
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-p.Ended():
		case <-ctx.Done():
		}
		cancel()
	}()
	defer func() {
		cancel()
		<-watched
		if err := p.Failure(); err != nil {
			w.Error(err)
		}
	}()
	f(ctx, api{w, leasedv1.NewLeaseServiceClient(conn), leasedv1.NewEventServiceClient(conn)})
}

// allLeases lists every lease, once leased answers.
func (a api) allLeases(ctx context.Context) map[netip.Addr]stored {
	a.w.Helper()
	ctx, cancel := context.WithTimeout(ctx, soon)
	defer cancel()
	all := map[netip.Addr]stored{}
	for token := ""; ; {
		res, err := a.leases.List(ctx, &leasedv1.LeaseServiceListRequest{PageSize: page, PageToken: token}, grpc.WaitForReady(true))
		if err != nil {
			a.w.Fatalf("list leases: %v", err)
		}
		for _, l := range res.GetLeases() {
			s := stored{client: l.GetHardware(), active: l.GetState() == leasedv1.LeaseState_LEASE_STATE_ACTIVE}
			if l.GetExpires() != nil {
				s.expires = l.GetExpires().AsTime()
			}
			address := netip.MustParseAddr(l.GetAddress())
			if was, ok := all[address]; ok {
				a.w.Errorf("%s is listed twice: %+v and %+v", address, was, s)
			}
			all[address] = s
		}
		if token = res.GetNextPageToken(); token == "" {
			return all
		}
	}
}

// readLog reads the log after a cursor, as far as it goes now, and merges it into what was read before.
func (a api) readLog(ctx context.Context, l *eventLog, after uint64) (fs []finding) {
	a.w.Helper()
	ctx, cancel := context.WithTimeout(ctx, soon)
	defer cancel()
	for newest := uint64(0); ; {
		res, err := a.events.List(ctx, &leasedv1.EventServiceListRequest{After: after, Limit: page}, grpc.WaitForReady(true))
		var refusal *fault.Error
		if errors.As(err, &refusal) && refusal.Code == fault.Range {
			return append(fs, found(rewritten, "list events after %d: %v", after, err))
		}
		if err != nil {
			a.w.Fatalf("list events after %d: %v", after, err)
		}
		newest = max(newest, res.GetLast())
		var read []event
		for _, e := range res.GetEvents() {
			read = append(read, eventOf(e))
		}
		fs = append(fs, l.merge(read, newest)...)
		switch {
		case l.last() >= newest && len(read) < page:
			return fs
		case len(read) == 0:
			return append(fs, found(gap, "no event after %d, and the newest is %d", after, newest))
		}
		after = read[len(read)-1].sequence
	}
}

func eventOf(e *leasedv1.Event) event {
	address, _ := netip.ParseAddr(e.GetAddress()) // empty where there is none
	previous, _ := netip.ParseAddr(e.GetPreviousAddress())
	return event{
		e.GetSequence(), e.GetKind(), e.GetMachine().GetHardware(), address, e.GetTime().AsTime().Truncate(time.Microsecond), previous,
	}
}
