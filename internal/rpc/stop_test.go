package rpc_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/fault"
	"rollcall/internal/rpc"
	leasedv1 "rollcall/proto/leased/v1"
)

func TestStopEndsWatchesAtOnceAndLetsCallsFinish(t *testing.T) {
	watching, calling, release := make(chan struct{}), make(chan struct{}), make(chan struct{})
	conn, _, stop := inMemory(t, rpc.ServerConfig{}, &leased{
		watch: func(stream grpc.ServerStreamingServer[leasedv1.WatchResponse]) error {
			close(watching)
			<-stream.Context().Done()
			return stream.Context().Err()
		},
		get: func(context.Context) error {
			close(calling)
			<-release
			return nil
		},
	})
	watched, called, stopped := make(chan error, 1), make(chan error, 1), make(chan error, 1)
	go func() { watched <- watch(t.Context(), conn) }()
	go func() { called <- get(t.Context(), conn) }()
	<-watching
	<-calling
	began := time.Now()
	go func() { stopped <- stop() }()
	// The call is still held here, so the watch did not wait for it.
	if err := <-watched; fault.CodeOf(err) != fault.Unavailable || fault.ReasonOf(err) != rpc.ReasonStopping {
		t.Errorf("the watch ended with %v, want %s", err, rpc.ReasonStopping)
	}
	close(release)
	if err := <-called; err != nil {
		t.Errorf("the call in progress failed: %v", err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("Run: %v", err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("stopping took %s though nothing was left to wait for", took)
	}
}

func TestStopIsBounded(t *testing.T) {
	deciding := make(chan struct{})
	conn, _, stop := inMemory(t, rpc.ServerConfig{}, &leased{
		decide: func(stream grpc.BidiStreamingServer[leasedv1.DecideRequest, leasedv1.DecideResponse]) error {
			close(deciding)
			for {
				if _, err := stream.Recv(); err != nil {
					return err
				}
			}
		},
	})
	stream, err := leasedv1.NewDecisionServiceClient(conn).Decide(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	<-deciding
	began := time.Now()
	if err := stop(); err != nil {
		t.Errorf("Run: %v", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("stopping took %s, longer than a task may", took)
	}
	if _, err := stream.Recv(); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("the stream ended with %v, want unavailable", err)
	}
}
