package rpc_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/grpc"

	"rollcall/internal/decidewire"
	"rollcall/internal/rpc"
	leasedv1 "rollcall/proto/leased/v1"
)

// exchange is what a busy frontend and leased say to each other at once: eight REQUESTs and their ACKs.
func exchange() (*leasedv1.DecideRequest, *leasedv1.DecideResponse) {
	req, resp := new(leasedv1.DecideRequest), new(leasedv1.DecideResponse)
	for i := range uint32(8) {
		req.Queries = append(req.Queries, &leasedv1.Query{
			Id: 1000 + i, Type: 3, Xid: 0x39f1c2aa + i, Secs: 1, Htype: 1, Chaddr: []byte{2, 0, 0, 0, 0, byte(i)},
			Options: bytes.Repeat([]byte{12}, 60), Destination: 0xffffffff,
		})
		resp.Answers = append(resp.Answers, &leasedv1.Answer{
			Id: 1000 + i, Kind: leasedv1.Answer_KIND_ACK, Yiaddr: 0x0a630032 + i, Options: bytes.Repeat([]byte{3}, 80),
		})
	}
	return req, resp
}

// BenchmarkDecide is one exchange of batches over an open stream, over a socket and in the process.
func BenchmarkDecide(b *testing.B) {
	dir, err := os.MkdirTemp("", "rpc")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir)
	local, ep := new(rpc.Local), rpc.Endpoint{Network: rpc.NetworkUnix, Address: filepath.Join(dir, "leased.sock")}
	req, answers := exchange()
	services := &leased{decide: func(stream grpc.BidiStreamingServer[leasedv1.DecideRequest, leasedv1.DecideResponse]) error {
		var m leasedv1.DecideRequest
		for {
			if err := stream.RecvMsg(&m); err != nil {
				return nil
			}
			if err := stream.Send(answers); err != nil {
				return err
			}
		}
	}}
	s, err := rpc.NewServer(rpc.ServerConfig{
		Listen: []rpc.Endpoint{ep}, Local: local, Codec: decidewire.Codec{}, Allow: allow(),
	}, services.register)
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	<-s.Ready()
	for name, dial := range map[string]func(rpc.Endpoint, *rpc.TLS, ...grpc.DialOption) (*grpc.ClientConn, error){
		"unix": rpc.Dial, "process": local.Dial,
	} {
		b.Run(name, func(b *testing.B) {
			conn, err := dial(ep, nil, grpc.WithDefaultCallOptions(grpc.ForceCodecV2(decidewire.Codec{})))
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			stream, err := leasedv1.NewDecisionServiceClient(conn).Decide(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			var m leasedv1.DecideResponse
			b.ReportAllocs()
			for b.Loop() {
				if err := stream.Send(req); err != nil {
					b.Fatal(err)
				}
				if err := stream.RecvMsg(&m); err != nil {
					b.Fatal(err)
				}
			}
			if err := stream.CloseSend(); err != nil {
				b.Fatal(err)
			}
		})
	}
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}
