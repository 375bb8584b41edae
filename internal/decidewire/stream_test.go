package decidewire_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"

	"rollcall/internal/decidewire"
	leasedv1 "rollcall/proto/leased/v1"
)

// echo answers each query with an Answer of its id and options, and keeps every request that it has received.
type echo struct {
	leasedv1.UnimplementedDecisionServiceServer
	kept []*leasedv1.DecideRequest
}

func (e *echo) Decide(stream grpc.BidiStreamingServer[leasedv1.DecideRequest, leasedv1.DecideResponse]) error {
	for {
		req, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		e.kept = append(e.kept, req)
		resp := new(leasedv1.DecideResponse)
		for _, q := range req.GetQueries() {
			resp.Answers = append(resp.Answers, &leasedv1.Answer{Id: q.GetId(), Options: q.GetOptions()})
		}
		if err := stream.Send(resp); err != nil {
			return err
		}
	}
}

// TestStream lets each side have the codec or do without it. Messages are received into new memory on one side and into the same on
// the other, and some are larger than an HTTP/2 frame.
func TestStream(t *testing.T) {
	server := grpc.ForceServerCodecV2(decidewire.Codec{})
	client := grpc.ForceCodecV2(decidewire.Codec{})
	for name, tt := range map[string]struct {
		server []grpc.ServerOption
		client []grpc.CallOption
	}{
		"both":        {[]grpc.ServerOption{server}, []grpc.CallOption{client}},
		"server only": {[]grpc.ServerOption{server}, nil},
		"client only": {nil, []grpc.CallOption{client}},
	} {
		t.Run(name, func(t *testing.T) {
			e, listener, srv := new(echo), bufconn.Listen(64<<10), grpc.NewServer(tt.server...)
			leasedv1.RegisterDecisionServiceServer(srv, e)
			served := make(chan error, 1)
			go func() { served <- srv.Serve(listener) }()
			conn, err := grpc.NewClient("passthrough:///leased", grpc.WithTransportCredentials(insecure.NewCredentials()),
				grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			stream, err := leasedv1.NewDecisionServiceClient(conn).Decide(t.Context(), tt.client...)
			if err != nil {
				t.Fatal(err)
			}
			var sent []*leasedv1.DecideRequest
			var resp leasedv1.DecideResponse
			for i, n := range []uint32{1, 1024, 3, 64, 500, 1} {
				req := batches(n)[i%2].Message.(*leasedv1.DecideRequest)
				for _, q := range req.GetQueries() {
					q.Id += uint32(i) << 16
					q.Options[0] = byte(i)
				}
				if err := stream.Send(req); err != nil {
					t.Fatal(err)
				}
				sent = append(sent, req)
				if err := stream.RecvMsg(&resp); err != nil {
					t.Fatal(err)
				}
				want := new(leasedv1.DecideResponse)
				for _, q := range req.GetQueries() {
					want.Answers = append(want.Answers, &leasedv1.Answer{Id: q.GetId(), Options: q.GetOptions()})
				}
				if !proto.Equal(want, &resp) {
					t.Errorf("batch %d of %d: answered with %d answers, not those", i, n, len(resp.GetAnswers()))
				}
			}
			if err := stream.CloseSend(); err != nil {
				t.Fatal(err)
			}
			if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
				t.Errorf("the stream ended with %v", err)
			}
			srv.GracefulStop()
			if err := <-served; err != nil {
				t.Error(err)
			}
			if len(e.kept) != len(sent) {
				t.Fatalf("%d requests arrived, want %d", len(e.kept), len(sent))
			}
			for i := range sent {
				if !proto.Equal(sent[i], e.kept[i]) {
					t.Errorf("request %d has changed after it was received", i)
				}
			}
		})
	}
}
