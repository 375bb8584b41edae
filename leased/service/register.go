package service

import (
	"log/slog"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/rpc"
	"rollcall/leased/keeper"
	"rollcall/leased/lookup"
	"rollcall/leased/store"
	"rollcall/leased/timeline"
	leasedv1 "rollcall/proto/leased/v1"
)

// Config is what the services work on.
type Config struct {
	Keeper   *keeper.Keeper
	Store    *store.Store
	Timeline *timeline.Timeline
	Lookup   *lookup.Lookup
	// Log may be nil.
	Log *slog.Logger
}

// Register adds all services.
func Register(r grpc.ServiceRegistrar, cfg Config) {
	leasedv1.RegisterDecisionServiceServer(r, newDecisions(cfg))
	leasedv1.RegisterReservationServiceServer(r, &reservations{keeper: cfg.Keeper})
	leasedv1.RegisterLeaseServiceServer(r, &leases{keeper: cfg.Keeper, store: cfg.Store})
	leasedv1.RegisterPoolServiceServer(r, &pools{keeper: cfg.Keeper})
	leasedv1.RegisterQuarantineServiceServer(r, &quarantine{keeper: cfg.Keeper})
	leasedv1.RegisterClientServiceServer(r, &clients{keeper: cfg.Keeper})
	leasedv1.RegisterEventServiceServer(r, &events{store: cfg.Store, vendors: loadVendors(vendorLists)})
	leasedv1.RegisterBackupServiceServer(r, &backup{store: cfg.Store})
	leasedv1.RegisterLeaseQueryServiceServer(r, &leaseQueries{keeper: cfg.Keeper, store: cfg.Store})
	leasedv1.RegisterLookupServiceServer(r, &lookups{lookup: cfg.Lookup})
	leasedv1.RegisterExplainServiceServer(r, &explain{keeper: cfg.Keeper})
	leasedv1.RegisterBootServiceServer(r, &boots{
		keeper: cfg.Keeper, store: cfg.Store, timeline: cfg.Timeline,
		servers: &foreignServers{began: time.Now(), known: map[serverKey]*foreignServer{}},
	})
}

// Allow says which roles may call what: frontends ask for decisions, for the answers to bulk leasequeries and for what scripts are made
// of, and report what machines fetched; notifiers read events, readers read, operators do everything but what is the frontends'.
func Allow() map[string][]rpc.Role {
	read := []rpc.Role{rpc.Reader, rpc.Operator}
	write := []rpc.Role{rpc.Operator}
	allow := map[string][]rpc.Role{
		leasedv1.DecisionService_ServiceDesc.ServiceName:    {rpc.Frontend},
		leasedv1.ReservationService_ServiceDesc.ServiceName: read,
		leasedv1.LeaseService_ServiceDesc.ServiceName:       read,
		leasedv1.PoolService_ServiceDesc.ServiceName:        read,
		leasedv1.QuarantineService_ServiceDesc.ServiceName:  read,
		leasedv1.ClientService_ServiceDesc.ServiceName:      read,
		leasedv1.EventService_ServiceDesc.ServiceName:       {rpc.Notifier, rpc.Reader, rpc.Operator},
		leasedv1.LookupService_ServiceDesc.ServiceName:      read,
		leasedv1.ExplainService_ServiceDesc.ServiceName:     read,
		leasedv1.BackupService_ServiceDesc.ServiceName:      write,
		leasedv1.LeaseQueryService_ServiceDesc.ServiceName:  {rpc.Frontend},
		leasedv1.BootService_ServiceDesc.ServiceName:        read,
	}
	for _, method := range []string{leasedv1.BootService_Report_FullMethodName, leasedv1.BootService_Machine_FullMethodName} {
		allow[method[1:]] = []rpc.Role{rpc.Frontend}
	}
	for _, method := range []string{
		leasedv1.ReservationService_Add_FullMethodName, leasedv1.ReservationService_Update_FullMethodName,
		leasedv1.ReservationService_Delete_FullMethodName, leasedv1.LeaseService_Release_FullMethodName,
		leasedv1.PoolService_Scan_FullMethodName, leasedv1.QuarantineService_Clear_FullMethodName,
		leasedv1.ClientService_Resume_FullMethodName, leasedv1.BootService_Finish_FullMethodName,
		leasedv1.BootService_Restart_FullMethodName, leasedv1.LookupService_Forget_FullMethodName,
	} {
		allow[method[1:]] = write
	}
	return allow
}
