package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/grpc"

	"rollcall/internal/fault"
	"rollcall/internal/rpc"
	leasedv1 "rollcall/proto/leased/v1"
)

const secret = "open /var/lib/rollcall/leases.db: secret detail"

// want is what a caller must see of a fault.
func want(f *fault.Error) *fault.Error {
	if f.Code == fault.Internal {
		return fault.New(fault.Internal, fault.ReasonInternal, "internal error; the log of the service that was called says more")
	}
	return f
}

func compare(t *testing.T, want *fault.Error, err error) {
	t.Helper()
	got, ok := err.(*fault.Error)
	if !ok {
		t.Fatalf("the caller got %T %v, want a *fault.Error", err, err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(fault.Error{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("fault (-want +got):\n%s", diff)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("internal text crossed the wire: %v", err)
	}
}

func TestEveryFaultArrives(t *testing.T) {
	var send error
	services := &leased{
		get:   func(context.Context) error { return send },
		watch: func(grpc.ServerStreamingServer[leasedv1.WatchResponse]) error { return send },
	}
	conn, _, _ := inMemory(t, rpc.ServerConfig{}, services)
	for _, code := range fault.Codes() {
		t.Run(code.String(), func(t *testing.T) {
			plain := fault.New(code, "SOME_REASON", "10.0.0.9 is %s", "taken")
			rich := plain.On("reservation.address").With("oldest", "17").Wrap(errors.New(secret))
			for _, f := range []*fault.Error{plain, rich} {
				send = fmt.Errorf("add reservation: %w", f)
				compare(t, want(f), get(t.Context(), conn))
				compare(t, want(f), watch(t.Context(), conn))
			}
		})
	}
}

func TestMessageThatIsNotUTF8Arrives(t *testing.T) {
	f := fault.New(fault.Invalid, "BAD_HOSTNAME", "hostname %s is no name", "a\xffb").On("host\xff").With("k", "\xfe")
	conn, _, _ := inMemory(t, rpc.ServerConfig{}, &leased{get: func(context.Context) error { return f }})
	compare(t, fault.New(fault.Invalid, "BAD_HOSTNAME", "hostname a\uFFFDb is no name").On("host\uFFFD").With("k", "\uFFFD"),
		get(t.Context(), conn))
}

func TestOwnFailuresStayInternal(t *testing.T) {
	for name, fail := range map[string]func() error{
		"plain error": func() error { return errors.New(secret) },
		"panic":       func() error { panic(secret) },
		"no code":     func() error { return &fault.Error{Msg: secret} },
	} {
		t.Run(name, func(t *testing.T) {
			conn, _, _ := inMemory(t, rpc.ServerConfig{}, &leased{
				get:   func(context.Context) error { return fail() },
				watch: func(grpc.ServerStreamingServer[leasedv1.WatchResponse]) error { return fail() },
			})
			for range 2 { // the server outlives the first
				compare(t, want(&fault.Error{Code: fault.Internal}), get(t.Context(), conn))
				compare(t, want(&fault.Error{Code: fault.Internal}), watch(t.Context(), conn))
			}
		})
	}
}

func TestStreamEndsWithEOF(t *testing.T) {
	conn, _, _ := inMemory(t, rpc.ServerConfig{}, &leased{
		watch: func(stream grpc.ServerStreamingServer[leasedv1.WatchResponse]) error {
			return stream.Send(&leasedv1.WatchResponse{Cursor: 1})
		},
	})
	if err := watch(t.Context(), conn); err != io.EOF {
		t.Errorf("the stream ended with %v, want io.EOF", err)
	}
}

func TestDeadlines(t *testing.T) {
	var left time.Duration
	services := &leased{get: func(ctx context.Context) error {
		end, ok := ctx.Deadline()
		if !ok {
			t.Error("the handler has no deadline")
		}
		left = time.Until(end)
		return nil
	}}
	conn, _, _ := inMemory(t, rpc.ServerConfig{}, services)
	if err := get(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	if left < 5*time.Second || left > 10*time.Second {
		t.Errorf("a call without a deadline has %s left, want 10s", left)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := get(ctx, conn); err != nil || left < 50*time.Second {
		t.Errorf("a call with a minute has %s left (%v)", left, err)
	}
}

func TestDeadlineAndCancellationCanBeRecognised(t *testing.T) {
	arrived := make(chan struct{}, 1)
	conn, _, _ := inMemory(t, rpc.ServerConfig{}, &leased{get: func(ctx context.Context) error {
		arrived <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := get(ctx, conn)
	if !errors.Is(err, context.DeadlineExceeded) || fault.ReasonOf(err) != rpc.ReasonDeadlineExceeded {
		t.Errorf("late call: %v", err)
	}
	<-arrived
	ctx, cancel = context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	err = get(ctx, conn)
	if !errors.Is(err, context.Canceled) || fault.ReasonOf(err) != rpc.ReasonCancelled {
		t.Errorf("cancelled call: %v", err)
	}
}

func TestUnknownCallIsExplained(t *testing.T) {
	conn, _, _ := inMemory(t, rpc.ServerConfig{}, &leased{})
	_, err := leasedv1.NewPoolServiceClient(conn).List(t.Context(), &leasedv1.PoolServiceListRequest{})
	if fault.CodeOf(err) != fault.Precondition || fault.ReasonOf(err) != rpc.ReasonUnimplemented {
		t.Errorf("unregistered service: %v", err)
	}
	_, err = leasedv1.NewLeaseServiceClient(conn).History(t.Context(), &leasedv1.HistoryRequest{})
	if fault.ReasonOf(err) != rpc.ReasonUnimplemented {
		t.Errorf("method without an implementation: %v", err)
	}
}
