package cli_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"rollcall/internal/rpc"
	controlv1 "rollcall/proto/control/v1"
	leasedv1 "rollcall/proto/leased/v1"
	webhookdv1 "rollcall/proto/webhookd/v1"
)

// noon is the time at which all tests run; its zone is two hours east, so that a table in UTC shows.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.FixedZone("UTC+2", 2*60*60))

// at is a timestamp of the API some time from noon.
func at(d time.Duration) *timestamppb.Timestamp { return timestamppb.New(noon.Add(d)) }

// serve runs a server of the services that register registers on a unix socket until the test ends, and returns its address.
func serve(t testing.TB, dir, name string, register func(grpc.ServiceRegistrar)) string {
	t.Helper()
	socket := rpc.Endpoint{Network: rpc.NetworkUnix, Address: filepath.Join(dir, name+".sock")}
	allow := make(map[string][]rpc.Role)
	probe := grpc.NewServer()
	register(probe)
	for service := range probe.GetServiceInfo() {
		allow[service] = nil
	}
	s, err := rpc.NewServer(rpc.ServerConfig{Listen: []rpc.Endpoint{socket}, Allow: allow}, register)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	select {
	case <-s.Ready():
	case err := <-done:
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return socket.String()
}

// serveLeased runs a leased that knows a few fixed things.
func serveLeased(t testing.TB, dir string) string {
	return serve(t, dir, "leased", func(r grpc.ServiceRegistrar) {
		leasedv1.RegisterLeaseServiceServer(r, &fakeLeases{})
		leasedv1.RegisterReservationServiceServer(r, newFakeReservations())
		leasedv1.RegisterPoolServiceServer(r, fakePools{})
		leasedv1.RegisterBootServiceServer(r, fakeBoots{})
		leasedv1.RegisterQuarantineServiceServer(r, fakeQuarantine{})
		leasedv1.RegisterClientServiceServer(r, fakeClients{})
		leasedv1.RegisterLookupServiceServer(r, fakeLookups{})
		leasedv1.RegisterEventServiceServer(r, fakeEvents{})
		leasedv1.RegisterExplainServiceServer(r, fakeExplain{})
		leasedv1.RegisterBackupServiceServer(r, fakeBackup{})
		controlv1.RegisterControlServiceServer(r, fakeControl{services: []string{"leased", "frontend"}})
	})
}

// serveBroken runs a leased that breaks off.
func serveBroken(t testing.TB, dir string) string {
	return serve(t, dir, "broken", func(r grpc.ServiceRegistrar) { leasedv1.RegisterBackupServiceServer(r, fakeBackup{broken: true}) })
}

// serveWebhookd runs a webhookd that knows a few fixed things.
func serveWebhookd(t testing.TB, dir string) string {
	return serve(t, dir, "webhookd", func(r grpc.ServiceRegistrar) {
		webhookdv1.RegisterDeliveryServiceServer(r, fakeDeliveries{})
		controlv1.RegisterControlServiceServer(r, fakeControl{services: []string{"webhookd"}, fault: badConfig})
	})
}

// page cuts one page out of a list. Pages are small, whatever the caller wants, so that every list of a test has several.
func page[T any](list []T, token string, size int32) ([]T, string) {
	from := len(token)
	to := min(from+min(int(size), 2), len(list))
	next := ""
	if to < len(list) {
		next = string(make([]byte, to))
	}
	return list[from:to], next
}
