package service_test

import (
	"slices"
	"testing"

	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"

	"rollcall/internal/rpc"
	"rollcall/leased/leasedtest"
	"rollcall/leased/service"
)

// Whoever has a connection can ask for health, and for what there is.
func TestHealthAndReflection(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	stream, err := reflectionv1.NewServerReflectionClient(s.Conn).ServerReflectionInfo(leasedtest.Context(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&reflectionv1.ServerReflectionRequest{
		MessageRequest: &reflectionv1.ServerReflectionRequest_ListServices{},
	}); err != nil {
		t.Fatal(err)
	}
	m, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, x := range m.GetListServicesResponse().GetService() {
		names = append(names, x.GetName())
	}
	for _, want := range []string{
		"leased.v1.BootService", "leased.v1.ClientService", "leased.v1.DecisionService", "leased.v1.EventService", "leased.v1.ExplainService",
		"leased.v1.LeaseQueryService", "leased.v1.LeaseService", "leased.v1.PoolService", "leased.v1.QuarantineService", "leased.v1.ReservationService",
	} {
		if !slices.Contains(names, want) {
			t.Errorf("reflection does not know %s", want)
		}
		res, err := healthv1.NewHealthClient(s.Conn).Check(leasedtest.Context(t), &healthv1.HealthCheckRequest{Service: want})
		if err != nil || res.GetStatus() != healthv1.HealthCheckResponse_SERVING {
			t.Errorf("health of %s: %v, %v", want, res.GetStatus(), err)
		}
	}
}

// Who only reads changes nothing, and nobody but a frontend asks for decisions or for relays, or tells of machines that boot.
func TestAllow(t *testing.T) {
	changes := []string{
		"leased.v1.ReservationService/Add", "leased.v1.ReservationService/Update", "leased.v1.ReservationService/Delete",
		"leased.v1.LeaseService/Release", "leased.v1.PoolService/Scan", "leased.v1.QuarantineService/Clear", "leased.v1.ClientService/Resume",
		"leased.v1.BootService/Finish", "leased.v1.BootService/Restart",
	}
	allow := service.Allow()
	for _, method := range changes {
		if roles := allow[method]; !slices.Equal(roles, []rpc.Role{rpc.Operator}) {
			t.Errorf("%s is allowed to %v, it changes something", method, roles)
		}
	}
	for name, roles := range allow {
		fronts := slices.Contains([]string{
			"leased.v1.DecisionService", "leased.v1.LeaseQueryService", "leased.v1.BootService/Report", "leased.v1.BootService/Machine",
		}, name)
		if slices.Contains(roles, rpc.Frontend) != fronts || fronts && len(roles) != 1 {
			t.Errorf("%s is allowed to %v", name, roles)
		}
		if slices.Contains(roles, rpc.Notifier) && name != "leased.v1.EventService" {
			t.Errorf("%s is allowed to notifiers, who follow events", name)
		}
	}
}
