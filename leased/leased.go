package leased

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	"rollcall/internal/config"
	"rollcall/internal/daemon"
	"rollcall/internal/decidewire"
	"rollcall/internal/fault"
	"rollcall/internal/obs"
	"rollcall/internal/rpc"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	"rollcall/leased/lookup"
	"rollcall/leased/policy"
	"rollcall/leased/policy/eventlog"
	"rollcall/leased/probe"
	"rollcall/leased/service"
	"rollcall/leased/store"
	"rollcall/leased/timeline"
)

// databaseName is the file in the data directory.
const databaseName = "leased.db"

// Config is what a Service is made of.
type Config struct {
	// Leased is the section of the configuration file.
	Leased *config.Leased
	// DataDir is where leased.db is; it is made if it is missing.
	DataDir string
	// Log, Registry and Ready may be nil.
	Log      *slog.Logger
	Registry prometheus.Registerer
	Ready    *obs.Ready
	// Local connects callers of the same process; nil leaves them the sockets.
	Local *rpc.Local
	// Register adds services of the process itself, Allow says which roles may call them.
	Register func(grpc.ServiceRegistrar)
	Allow    map[string][]rpc.Role
}

// Service is leased. Run is called once, Prepare at any time.
type Service struct {
	log      *slog.Logger
	store    *store.Store
	events   *eventlog.Log // in front of the store
	prober   *probe.Prober
	lookup   *lookup.Lookup
	policies *policy.Metrics
	keeper   *keeper.Keeper
	boots    *timeline.Timeline
	server   *rpc.Server

	started *config.Leased // what New was given
}

// New opens the database and loads it. Nothing is served before Run. Errors say what is wrong with the data directory or the
// database and what to do about it; mistakes in the files of the policy are *config.Errors.
func New(cfg Config) (_ *Service, err error) {
	s := &Service{
		log: obs.OrDiscard(cfg.Log), started: cfg.Leased, policies: policy.NewMetrics(cfg.Registry),
		lookup: lookup.New(lookup.Config{Log: cfg.Log, Registry: cfg.Registry}),
	}
	first, err := s.loadRules(cfg.Leased)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.DataDir, 0o750); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	s.store, err = store.Open(store.Config{
		Path: filepath.Join(cfg.DataDir, databaseName), Log: s.log, Registry: cfg.Registry, MaxEventAge: cfg.Leased.Events.MaxAge,
		MaxEvents: cfg.Leased.Events.MaxCount,
	})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = s.store.Close()
		}
	}()
	state := engine.NewState(first.plan)
	if err := s.load(state); err != nil {
		return nil, fmt.Errorf("load leases: %w", err)
	}
	s.prober = probe.New(probe.Config{Log: s.log, Registry: cfg.Registry})
	s.boots = timeline.New()
	if cfg.Registry != nil {
		s.boots.Register(cfg.Registry)
	}
	s.events = eventlog.New(s.store)
	s.keeper = keeper.New(keeper.Config{
		State: state, Store: s.events, Prober: s.prober, Policy: first.asked(), Watcher: s.boots, Settings: keeperSettings(cfg.Leased),
		Log: s.log, Registry: cfg.Registry,
	})
	s.lookup.Reconfigure(first.lookup)
	s.inForce(first)
	allow := service.Allow()
	maps.Copy(allow, cfg.Allow)
	s.server, err = rpc.NewServer(rpc.ServerConfig{
		Listen: cfg.Leased.Listen, TLS: cfg.Leased.TLS, Local: cfg.Local, Log: s.log, Allow: allow, Registry: cfg.Registry,
		Codec: decidewire.Codec{},
	}, func(r grpc.ServiceRegistrar) {
		service.Register(r, service.Config{Keeper: s.keeper, Store: s.store, Timeline: s.boots, Lookup: s.lookup, Log: s.log})
		if cfg.Register != nil {
			cfg.Register(r)
		}
	})
	if err != nil {
		return nil, err
	}
	if cfg.Ready != nil {
		cfg.Ready.Add("leased", s.ready)
	}
	return s, nil
}

// load fills the state from the store.
func (s *Service) load(state *engine.State) error {
	began := time.Now()
	err := s.store.Load(func(l *engine.Lease) error {
		state.Load(l)
		return nil
	}, func(r *engine.Reservation) error {
		if why := state.Restore(r); why != "" {
			s.log.Warn("reservation has no effect for now", obs.KeyReservation, r.ID, obs.KeySubnet, r.Subnet, obs.KeyReason, why)
		}
		return nil
	}, func(b *engine.BootState) error {
		state.LoadBoot(b)
		return nil
	})
	if err != nil {
		return err
	}
	state.Loaded()
	debug.FreeOSMemory() // a load leaves behind what is never needed again
	s.log.Info("leases loaded", obs.KeyCount, state.Leases(), obs.KeyDuration, time.Since(began).Round(time.Millisecond).String())
	return nil
}

// Run serves until ctx ends or a task fails. It stops in this order: no more calls, then the decisions that were accepted, then
// their commits, then the database is closed. An error of the database ends it at once: what the disk holds then is known
// only after a restart, so nothing more is answered.
func (s *Service) Run(ctx context.Context) error {
	err := daemon.Run(ctx, s.log,
		[]daemon.Task{{Name: "store", Run: s.store.Run}},
		[]daemon.Task{{Name: "events", Run: s.events.Run}},
		[]daemon.Task{{Name: "prober", Run: s.prober.Run}, {Name: "lookup", Run: s.lookup.Run}},
		[]daemon.Task{{Name: "keeper", Run: s.keeper.Run}, {Name: "scans", Run: s.keeper.RunScans}},
		[]daemon.Task{{Name: "api", Run: s.server.Run}},
	)
	if closeErr := s.store.Close(); err == nil {
		err = closeErr
	}
	return err
}

// Ready returns a channel that is closed once the API is served.
func (s *Service) Ready() <-chan struct{} { return s.server.Ready() }

func (s *Service) ready() error {
	select {
	case <-s.server.Ready():
		return nil
	default:
		return fault.New(fault.Unavailable, "STARTING", "the API does not listen yet")
	}
}

// Prepare does of a reload what can fail, so that a process with several services can reload all or none; apply puts the new
// configuration in force for the next packet. An error leaves the old configuration in force.
func (s *Service) Prepare(c *config.Leased) (apply func(), err error) {
	if err := config.NeedsRestart(s.started.Fixed(c)); err != nil {
		return nil, err
	}
	next, err := s.loadRules(c)
	if err != nil {
		return nil, err
	}
	settings := keeperSettings(c)
	return func() {
		s.lookup.Reconfigure(next.lookup)
		s.keeper.Reconfigure(next.plan, settings, next.asked())
		s.inForce(next)
	}, nil
}

func keeperSettings(c *config.Leased) keeper.Settings {
	return keeper.Settings{ProbeTimeout: c.Probe.Timeout, ScanRate: c.Scan.Rate, ScanTimeout: c.Scan.Timeout}
}
