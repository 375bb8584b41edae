package follow_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/timestamppb"

	"rollcall/internal/fault"
	"rollcall/internal/rpc"
	leasedv1 "rollcall/proto/leased/v1"
	"rollcall/webhookd/follow"
	"rollcall/webhookd/queue"
)

// leased is an event log that keeps the contract of EventService.
type leased struct {
	leasedv1.UnimplementedEventServiceServer

	mu      sync.Mutex
	events  []*leasedv1.Event
	oldest  uint64        // smallest cursor that can be read from
	change  chan struct{} // closed by every change
	broken  chan struct{} // closed to end the streams
	watches []*leasedv1.WatchRequest
}

func newLeased() *leased { return &leased{change: make(chan struct{}), broken: make(chan struct{})} }

// log appends events of a kind, one for each machine.
func (l *leased) log(kind string, machines ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range machines {
		e := &leasedv1.Event{Sequence: uint64(len(l.events)) + 1, Kind: kind, Time: timestamppb.Now()}
		if m != "" {
			e.Machine = &leasedv1.Machine{Hardware: m}
		}
		l.events = append(l.events, e)
	}
	l.changed()
}

func (l *leased) changed() {
	close(l.change)
	l.change = make(chan struct{})
}

// forget makes the log begin after a sequence number.
func (l *leased) forget(upTo uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.oldest = upTo
}

// lose empties the log.
func (l *leased) lose() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events, l.oldest = nil, 0
}

// hangUp ends the streams there are.
func (l *leased) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.broken)
	l.broken = make(chan struct{})
}

func (l *leased) List(context.Context, *leasedv1.EventServiceListRequest) (*leasedv1.EventServiceListResponse, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &leasedv1.EventServiceListResponse{Last: uint64(len(l.events))}, nil
}

func (l *leased) Watch(req *leasedv1.WatchRequest, stream grpc.ServerStreamingServer[leasedv1.WatchResponse]) error {
	l.mu.Lock()
	l.watches = append(l.watches, req)
	broken, oldest := l.broken, l.oldest
	l.mu.Unlock()
	if slices.Contains(req.GetKinds(), "boot.warp") {
		return fault.New(fault.Invalid, "BAD_KIND", "no event is of kind boot.warp")
	}
	// Like leased, say hello before the log is looked at.
	if err := stream.Send(&leasedv1.WatchResponse{Cursor: req.GetAfter()}); err != nil {
		return err
	}
	if req.GetAfter() != 0 && req.GetAfter() < oldest {
		return fault.New(fault.Range, "CURSOR_TOO_OLD", "event %d is no longer kept", req.GetAfter()+1).
			With("oldest", strconv.FormatUint(oldest, 10))
	}
	for cursor := max(req.GetAfter(), oldest); ; {
		l.mu.Lock()
		news, change := l.events[min(cursor, uint64(len(l.events))):], l.change
		res := &leasedv1.WatchResponse{Cursor: cursor + uint64(len(news))}
		for _, e := range news {
			if len(req.GetKinds()) == 0 || slices.ContainsFunc(req.GetKinds(), func(k string) bool { return matches(k, e.GetKind()) }) {
				res.Events = append(res.Events, e)
			}
		}
		l.mu.Unlock()
		if len(news) > 0 {
			if err := stream.Send(res); err != nil {
				return err
			}
			cursor = res.GetCursor()
		}
		select {
		case <-change:
		case <-broken:
			return errors.New("the disk is on fire")
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
	}
}

func matches(pattern, kind string) bool {
	family, ok := strings.CutSuffix(pattern, "*")
	return pattern == kind || ok && strings.HasPrefix(kind, family)
}

// wants makes an endpoint of kinds and families; none means all.
func wants(name string, kinds ...string) follow.Endpoint {
	return follow.Endpoint{Name: name, Kinds: kinds, Wants: func(kind string) bool {
		return len(kinds) == 0 || slices.ContainsFunc(kinds, func(k string) bool { return matches(k, kind) })
	}}
}

// rig is a follower at work between a leased and a queue file.
type rig struct {
	t        *testing.T
	path     string
	dial     func() leasedv1.EventServiceClient
	queue    *queue.Queue
	follower *follow.Follower
	stop     func() error // stops both and closes the file; once
}

func newRig(t *testing.T, l *leased, endpoints ...follow.Endpoint) *rig {
	t.Helper()
	wire := bufconn.Listen(1 << 16)
	srv, err := rpc.NewServer(rpc.ServerConfig{Listener: wire, Allow: map[string][]rpc.Role{"leased.v1.EventService": nil}},
		func(r grpc.ServiceRegistrar) { leasedv1.RegisterEventServiceServer(r, l) })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- srv.Run(ctx) }()
	conn, err := rpc.Dial(rpc.Endpoint{Network: rpc.NetworkUnix, Address: "/leased.sock"}, nil,
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return wire.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, path: filepath.Join(t.TempDir(), "webhookd.db"), stop: func() error { return nil },
		dial: func() leasedv1.EventServiceClient { return leasedv1.NewEventServiceClient(conn) }}
	t.Cleanup(func() {
		err := errors.Join(r.stop(), conn.Close())
		cancel()
		if err := errors.Join(err, <-served); err != nil {
			t.Error(err)
		}
	})
	r.start(endpoints...)
	return r
}

// start is a restart of webhookd.
func (r *rig) start(endpoints ...follow.Endpoint) {
	r.t.Helper()
	if err := r.stop(); err != nil {
		r.t.Fatal(err)
	}
	q, err := queue.Open(r.path, queue.Options{})
	if err != nil {
		r.t.Fatal(err)
	}
	r.queue = q
	r.follower = follow.New(follow.Config{Client: r.dial(), Queue: q, Document: func(e *leasedv1.Event) ([]byte, error) {
		return fmt.Appendf(nil, "%d", e.GetSequence()), nil
	}})
	r.follower.Apply(endpoints)
	stopQueue, stopFollower := run(q.Run), run(r.follower.Run)
	r.stop = func() error {
		r.stop = func() error { return nil }
		return errors.Join(stopFollower(), stopQueue(), q.Close())
	}
}

// run starts a task and returns what stops it and returns its error.
func run(task func(context.Context) error) (stop func() error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- task(ctx) }()
	return func() error {
		cancel()
		return <-ended
	}
}

// until waits for a condition.
func (r *rig) until(what string, ok func() bool) {
	r.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			r.t.Fatalf("not in ten seconds: %s; the cursor is %d, queued %v", what, r.queue.Cursor(), r.queued(""))
		}
	}
}

// queued returns the queue of an endpoint as "sequence kind machine".
func (r *rig) queued(endpoint string) (all []string) {
	r.t.Helper()
	ds, _, err := r.queue.List(queue.Filter{Endpoint: endpoint}, "", 10000)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, d := range ds {
		all = append(all, fmt.Sprintf("%d %s %s", d.Position.Sequence(), d.Kind, d.Machine))
	}
	return all
}

func (r *rig) untilQueued(endpoint string, want ...string) {
	r.t.Helper()
	r.until(fmt.Sprintf("%s has %q", endpoint, want), func() bool { return slices.Equal(r.queued(endpoint), want) })
}
