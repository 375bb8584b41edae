package frontend_test

import (
	"context"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/grpc"

	"rollcall/frontend"
	"rollcall/frontend/link"
	"rollcall/frontend/packet"
	"rollcall/internal/config"
	"rollcall/internal/dhcptest"
	"rollcall/internal/obs"
	"rollcall/internal/option"
	"rollcall/internal/rpc"
	leasedv1 "rollcall/proto/leased/v1"
)

// ear is a leased that hears reports.
type ear struct {
	leasedv1.UnimplementedBootServiceServer
	reports chan *leasedv1.ReportRequest
}

func (e *ear) Report(_ context.Context, req *leasedv1.ReportRequest) (*leasedv1.ReportResponse, error) {
	e.reports <- req
	return &leasedv1.ReportResponse{}, nil
}

// A frontend that serves no files tells leased of other servers all the same.
func TestLeasedHearsOfOtherServers(t *testing.T) {
	dir := t.TempDir()
	socket := config.Endpoint{Network: rpc.NetworkUnix, Address: filepath.Join(dir, "leased.sock")}
	e := &ear{reports: make(chan *leasedv1.ReportRequest, 10)}
	leased, err := rpc.NewServer(rpc.ServerConfig{
		Listen: []rpc.Endpoint{socket},
		Allow: map[string][]rpc.Role{
			leasedv1.DecisionService_ServiceDesc.ServiceName: {rpc.Frontend}, leasedv1.BootService_ServiceDesc.ServiceName: {rpc.Frontend},
		},
	}, func(r grpc.ServiceRegistrar) {
		leasedv1.RegisterDecisionServiceServer(r, offerAll{})
		leasedv1.RegisterBootServiceServer(r, e)
	})
	if err != nil {
		t.Fatal(err)
	}
	h, ready := &host{infos: []link.Info{up("eth1", "10.20.0.1/22")}}, &obs.Ready{}
	s, err := frontend.New(frontend.Config{System: h, Ready: ready, Frontend: config.Frontend{
		Name: "fe1", Links: []config.Link{{Interface: "eth1"}}, Local: config.Local{Accept: true}, Leased: socket,
		Listen: []config.Endpoint{{Network: rpc.NetworkUnix, Address: filepath.Join(dir, "frontend.sock")}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- leased.Run(ctx) }()
	go func() { ended <- s.Run(ctx) }()
	defer func() {
		cancel()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}()
	awaitReady(t, ready, nil)

	var q packet.Message
	if reason := q.Parse(dhcptest.Discover("02:00:00:00:00:09", dhcptest.Arch(7))); reason != packet.OK {
		t.Fatal(reason)
	}
	rival := netip.MustParseAddr("10.20.0.200")
	offer, _ := packet.AppendReply(nil, &q, &packet.Reply{Type: packet.Offer, SIAddr: rival, File: "rival.efi",
		Options: option.List(nil).AppendAddr(option.ServerID, rival).AppendString(option.VendorClass, "PXEClient")})
	h.peer("eth1").Deliver(link.Received{Payload: offer, SrcHW: [6]byte{2, 0, 0, 0, 0, 0x77},
		Src: netip.AddrPortFrom(rival, 67), Dst: netip.MustParseAddrPort("255.255.255.255:68")})
	select {
	case req := <-e.reports:
		if all := req.GetSightings(); req.GetFrontend() != "fe1" || len(all) != 1 || all[0].GetServer() != "10.20.0.200" || !all[0].GetProxy() ||
			all[0].GetFile() != "rival.efi" || all[0].GetClient() != "02:00:00:00:00:09" || all[0].GetLink() != "eth1" {
			t.Errorf("report %v", req)
		}
	case <-time.After(patience):
		t.Fatal("leased hears nothing")
	}
	exchange(t, h.peer("eth1"))
}
