package service

import (
	"context"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/event"
	"rollcall/internal/fault"
	"rollcall/leased/engine"
	"rollcall/leased/store"
	leasedv1 "rollcall/proto/leased/v1"
)

type events struct {
	leasedv1.UnimplementedEventServiceServer
	store   *store.Store
	vendors vendors
}

const (
	// atOnce is how many events go out in one message of a watch.
	atOnce = 256
	// gather is the least time between two messages of a watch. Under load the log grows hundreds of times a second; a watcher
	// that is woken for each of them costs the packets more than these milliseconds cost it.
	gather = 20 * time.Millisecond
)

// List implements EventService.
func (s *events) List(_ context.Context, req *leasedv1.EventServiceListRequest) (*leasedv1.EventServiceListResponse, error) {
	keep, err := eventFilter(req.GetKinds(), req.GetHardware())
	if err != nil {
		return nil, err
	}
	var found []*engine.Event
	if req.GetNewest() {
		found, err = s.store.NewestEvents(pageSize(req.GetLimit()), keep)
		slices.Reverse(found) // what is shown reads on like the log
	} else {
		found, _, err = s.store.Events(req.GetAfter(), pageSize(req.GetLimit()), keep)
	}
	if err != nil {
		return nil, err
	}
	resp := &leasedv1.EventServiceListResponse{Last: s.store.LastSequence()}
	for _, e := range found {
		resp.Events = append(resp.Events, eventProto(e, s.vendors))
	}
	return resp, nil
}

// Watch implements EventService.
func (s *events) Watch(req *leasedv1.WatchRequest, stream grpc.ServerStreamingServer[leasedv1.WatchResponse]) error {
	keep, err := eventFilter(req.GetKinds(), req.GetHardware())
	if err != nil {
		return err
	}
	ctx := stream.Context()
	cursor := req.GetAfter()
	if req.GetFromNow() {
		cursor = s.store.LastSequence()
	}
	// The first message tells the watcher that it is heard, and where it stands.
	if err := stream.Send(&leasedv1.WatchResponse{Cursor: cursor}); err != nil {
		return err
	}
	for {
		found, next, err := s.store.Events(cursor, atOnce, keep)
		if err != nil {
			return err
		}
		if next > cursor || len(found) > 0 {
			m := &leasedv1.WatchResponse{Cursor: next}
			for _, e := range found {
				m.Events = append(m.Events, eventProto(e, s.vendors))
			}
			if err := stream.Send(m); err != nil {
				return err
			}
			cursor = next
			if len(found) < atOnce {
				if err := rest(ctx, gather); err != nil {
					return err
				}
			}
			continue
		}
		select {
		case <-s.store.Changed(cursor):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// rest waits for d or the end of ctx.
func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// eventFilter returns what keeps the events of the kinds: names such as client.unknown, or all of a group such as lease.*; and of one
// machine, unless hardware is empty. Nil keeps all.
func eventFilter(kinds []string, hardware string) (func(*engine.Event) bool, error) {
	hw, err := parseHWFilter(hardware)
	if err != nil {
		return nil, err
	}
	wanted, err := kindSet(kinds)
	if err != nil {
		return nil, err
	}
	if hw == nil && wanted == nil {
		return nil, nil
	}
	return func(e *engine.Event) bool {
		return (wanted == nil || wanted[e.Kind]) && (hw == nil || e.Machine != nil && e.Machine.HW == *hw)
	}, nil
}

// kindSet returns the kinds that names and groups choose; nil where there are none, which is all.
func kindSet(kinds []string) (map[event.Kind]bool, error) {
	if len(kinds) == 0 {
		return nil, nil
	}
	wanted := map[event.Kind]bool{}
	for _, pattern := range kinds {
		chosen := event.Chosen(pattern)
		if len(chosen) == 0 {
			return nil, fault.New(fault.Invalid, "BAD_KIND", "no event is of kind %q; kinds are %s", pattern, kindNames()).On("kinds")
		}
		for _, k := range chosen {
			wanted[k] = true
		}
	}
	return wanted, nil
}

func kindNames() string {
	var names []string
	for _, k := range event.Kinds() {
		names = append(names, string(k))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
