package cli_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"

	"rollcall/internal/fault"
	controlv1 "rollcall/proto/control/v1"
	leasedv1 "rollcall/proto/leased/v1"
	webhookdv1 "rollcall/proto/webhookd/v1"
)

type fakePools struct {
	leasedv1.UnimplementedPoolServiceServer
}

func (fakePools) List(_ context.Context, req *leasedv1.PoolServiceListRequest) (*leasedv1.PoolServiceListResponse, error) {
	if req.GetSubnet() == "hall" {
		return &leasedv1.PoolServiceListResponse{}, nil
	}
	return &leasedv1.PoolServiceListResponse{Pools: []*leasedv1.Pool{{
		Subnet: "lobby", First: "10.99.0.50", Last: "10.99.0.250", Name: "guests", Serves: "unknown",
		Size: 201, Leased: 2, Offered: 1, Quarantined: 1, Reserved: 0, Free: 197,
	}}}, nil
}

func (fakePools) Scan(_ context.Context, req *leasedv1.ScanRequest) (*leasedv1.ScanResponse, error) {
	if req.GetSubnet() == "attic" {
		return nil, fault.New(fault.NotFound, "NO_SUCH_SUBNET", "there is no subnet attic").On("subnet")
	}
	return &leasedv1.ScanResponse{Probed: 201, NotAttached: []string{"10.30.0.10-10.30.0.99"}, Hosts: []*leasedv1.FoundHost{
		{Address: "10.99.0.50", Hardware: "52:54:00:12:34:56", Standing: leasedv1.FoundHost_STANDING_HOLDER},
		{Address: "10.99.0.60", Hardware: "52:54:00:aa:00:01", Standing: leasedv1.FoundHost_STANDING_NEW},
	}}, nil
}

type fakeQuarantine struct {
	leasedv1.UnimplementedQuarantineServiceServer
}

func (fakeQuarantine) List(_ context.Context, req *leasedv1.QuarantineServiceListRequest) (*leasedv1.QuarantineServiceListResponse, error) {
	if req.GetSubnet() == "hall" {
		return &leasedv1.QuarantineServiceListResponse{}, nil
	}
	return &leasedv1.QuarantineServiceListResponse{Addresses: []*leasedv1.QuarantinedAddress{{
		Address: "10.99.0.70", Subnet: "lobby", Reason: "declined", Hardware: "52:54:00:12:34:56", Count: 2, Until: at(20 * time.Minute),
	}}}, nil
}

func (fakeQuarantine) Clear(_ context.Context, req *leasedv1.ClearRequest) (*leasedv1.ClearResponse, error) {
	if len(req.GetAddresses()) > 0 && req.GetAddresses()[0] != "10.99.0.70" {
		return nil, fault.New(fault.NotFound, "NOT_QUARANTINED", "%s is not in quarantine", req.GetAddresses()[0]).On("addresses")
	}
	return &leasedv1.ClearResponse{Addresses: []string{"10.99.0.70"}}, nil
}

type fakeClients struct {
	leasedv1.UnimplementedClientServiceServer
}

func (fakeClients) List(_ context.Context, req *leasedv1.ClientServiceListRequest) (*leasedv1.ClientServiceListResponse, error) {
	if req.GetState() == leasedv1.Client_STATE_UNSERVED {
		return &leasedv1.ClientServiceListResponse{}, nil
	}
	return &leasedv1.ClientServiceListResponse{Clients: []*leasedv1.Client{
		{Hardware: "52:54:00:ff:00:01", State: leasedv1.Client_STATE_SUSPENDED, Until: at(2*time.Minute + 5*time.Second)},
	}}, nil
}

func (fakeClients) Resume(_ context.Context, req *leasedv1.ResumeRequest) (*leasedv1.ResumeResponse, error) {
	if req.GetHardware() != "" && req.GetHardware() != "52:54:00:ff:00:01" {
		return nil, fault.New(fault.NotFound, "NO_SUCH_CLIENT", "%s is neither suspended nor unserved", req.GetHardware()).On("hardware")
	}
	return &leasedv1.ResumeResponse{Resumed: 1}, nil
}

type fakeEvents struct {
	leasedv1.UnimplementedEventServiceServer
}

func events() []*leasedv1.Event {
	machine := &leasedv1.Machine{Hardware: "52:54:00:12:34:56", Randomised: true, Hostname: "phone", VendorClass: "udhcp 1.36"}
	return []*leasedv1.Event{
		{Sequence: 7, Time: at(-24 * time.Hour), Kind: "link.up", Link: "eth1"},
		{Sequence: 8, Time: at(-2 * time.Second), Kind: "client.unknown", Machine: machine, Link: "eth1", Subnet: "lobby"},
		{
			Sequence: 9, Time: at(-1500 * time.Millisecond), Kind: "lease.granted", Machine: machine, Link: "eth1", Subnet: "lobby",
			Address: "10.99.0.50", LeaseTime: durationpb.New(2 * time.Minute), Expires: at(2 * time.Minute),
			Annotations: map[string]string{"rack": "12", "desk": "7, by the door"},
		},
	}
}

func (fakeEvents) List(_ context.Context, req *leasedv1.EventServiceListRequest) (*leasedv1.EventServiceListResponse, error) {
	if req.GetAfter() == 1 {
		return nil, fault.New(fault.Range, "CURSOR_TOO_OLD", "events up to 6 are no longer kept").With("oldest", "6").On("after")
	}
	var list []*leasedv1.Event
	for _, e := range events() {
		if e.GetSequence() > req.GetAfter() && (len(req.GetKinds()) == 0 || req.GetKinds()[0] == e.GetKind()) &&
			(req.GetHardware() == "" || req.GetHardware() == e.GetMachine().GetHardware()) {
			list = append(list, e)
		}
	}
	if kinds := req.GetKinds(); len(kinds) > 0 && kinds[0] == "lease.renewed" {
		list = []*leasedv1.Event{{Sequence: 10, Time: at(0), Kind: kinds[0], LeaseTime: durationpb.New(math.MaxUint32 * time.Second)}}
	}
	if kinds := req.GetKinds(); len(kinds) > 0 && kinds[0] == "boot.offered" {
		list = []*leasedv1.Event{{
			Sequence: 11, Time: at(0), Kind: kinds[0], Link: "gate/eth1", Subnet: "hall", Address: "10.77.0.11",
			Machine: &leasedv1.Machine{Hardware: bootsWell}, Boot: &leasedv1.BootInfo{
				Firmware: "uefi-x64", File: "ipxe.efi", Server: "10.77.0.1", Stage: "file", Rule: "boot.files.uefi-x64 (rollcall.yaml:12)",
				Port: 4011,
			},
		}}
	}
	if n := int(req.GetLimit()); n < len(list) {
		if req.GetNewest() {
			list = list[len(list)-n:]
		} else {
			list = list[:n]
		}
	}
	return &leasedv1.EventServiceListResponse{Events: list, Last: 9}, nil
}

func (fakeEvents) Watch(req *leasedv1.WatchRequest, stream grpc.ServerStreamingServer[leasedv1.WatchResponse]) error {
	for _, e := range events() {
		if req.GetHardware() != "" && req.GetHardware() != e.GetMachine().GetHardware() {
			continue
		}
		if err := stream.Send(&leasedv1.WatchResponse{Events: []*leasedv1.Event{e}, Cursor: e.GetSequence()}); err != nil {
			return err
		}
	}
	<-stream.Context().Done()
	return stream.Context().Err()
}

type fakeExplain struct {
	leasedv1.UnimplementedExplainServiceServer
}

func (fakeExplain) Explain(_ context.Context, req *leasedv1.ExplainRequest) (*leasedv1.ExplainResponse, error) {
	if req.GetLink() == "eth9" {
		return nil, fault.New(fault.NotFound, "NO_SUCH_LINK", "no frontend has a link eth9").On("link")
	}
	if req.GetUserClass() != "" { // one that tells what it was asked
		return &leasedv1.ExplainResponse{Steps: []*leasedv1.ExplainStep{
			{Subject: "user class", Outcome: req.GetUserClass(), Because: "hostname " + req.GetHostname()},
			{Subject: "subscriber", Outcome: req.GetSubscriberId(), Because: "requested " + strings.Join(req.GetRequested(), " ")},
			{Subject: "option", Outcome: strings.Join(req.GetOptions()["interface-mtu"].GetValues(), " ")},
		}}, nil
	}
	if req.GetUuid() != "" {
		return &leasedv1.ExplainResponse{Steps: []*leasedv1.ExplainStep{
			{Subject: "firmware", Outcome: fmt.Sprintf("arch %d", req.GetArch()), Because: fmt.Sprintf("ipxe %v, http %v", req.GetIpxe(), req.GetHttp())},
			{Subject: "uuid", Outcome: req.GetUuid()},
		}}, nil
	}
	return &leasedv1.ExplainResponse{Answer: "OFFER", Address: "10.99.0.57", Subnet: "lobby", Steps: []*leasedv1.ExplainStep{
		{Subject: "machine", Outcome: "stranger " + req.GetHardware() + " on link eth1", Because: "no reservation matches"},
		{Subject: "shared network", Outcome: "floor: hall, lobby", Because: "link eth1 has 10.20.0.1 and 10.99.0.1"},
		{Subject: "subnet", Outcome: "lobby 10.99.0.0/24", Because: "hall has no pool for unknown machines"},
		{Subject: "options", Outcome: "1 3", Because: "3 from subnet lobby, the rest of the server's making", Options: []*leasedv1.ExplainOption{
			{Name: "subnet-mask", Value: "255.255.255.0"}, {Name: "routers", Value: "10.99.0.1", From: "subnet lobby"},
		}},
		{Subject: "answer", Outcome: "OFFER 10.99.0.57"},
	}}, nil
}

type fakeDeliveries struct {
	webhookdv1.UnimplementedDeliveryServiceServer
}

func (fakeDeliveries) List(_ context.Context, req *webhookdv1.ListRequest) (*webhookdv1.ListResponse, error) {
	if req.GetState() == webhookdv1.DeliveryState_DELIVERY_STATE_PENDING {
		return &webhookdv1.ListResponse{}, nil
	}
	return &webhookdv1.ListResponse{Cursor: 9, Deliveries: []*webhookdv1.Delivery{{
		Id: "msg_2KWP", Endpoint: "desk", Sequence: 8, Kind: "client.unknown", Hardware: "52:54:00:12:34:56",
		State: webhookdv1.DeliveryState_DELIVERY_STATE_DEAD, Attempts: 40, Time: at(-73 * time.Hour), LastError: "500 Internal Server Error",
	}}}, nil
}

func (fakeDeliveries) Replay(_ context.Context, req *webhookdv1.ReplayRequest) (*webhookdv1.ReplayResponse, error) {
	if req.GetEndpoint() == "attic" {
		return nil, fault.New(fault.NotFound, "NO_SUCH_ENDPOINT", "there is no endpoint attic").On("endpoint")
	}
	return &webhookdv1.ReplayResponse{Replayed: uint32(max(1, len(req.GetIds())))}, nil
}

func (fakeDeliveries) Drop(_ context.Context, req *webhookdv1.DropRequest) (*webhookdv1.DropResponse, error) {
	return &webhookdv1.DropResponse{Dropped: uint32(max(1, len(req.GetIds())))}, nil
}

var badConfig = fault.New(fault.Precondition, "BAD_CONFIG", "rollcall.yaml:3:1: unknown key \"wat\"\n1 error")

type fakeControl struct {
	controlv1.UnimplementedControlServiceServer
	services []string
	fault    *fault.Error // instead of an answer
}

func (f fakeControl) Reload(context.Context, *controlv1.ReloadRequest) (*controlv1.ReloadResponse, error) {
	if f.fault != nil {
		return nil, f.fault
	}
	return &controlv1.ReloadResponse{Path: "/etc/rollcall/rollcall.yaml", Services: f.services}, nil
}

func (f fakeControl) Status(context.Context, *controlv1.StatusRequest) (*controlv1.StatusResponse, error) {
	return &controlv1.StatusResponse{Services: f.services}, nil
}
