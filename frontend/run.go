package frontend

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	"rollcall/frontend/assets"
	"rollcall/frontend/bulk"
	"rollcall/frontend/link"
	"rollcall/frontend/report"
	"rollcall/frontend/serve"
	"rollcall/internal/config"
	"rollcall/internal/daemon"
	"rollcall/internal/decidewire"
	"rollcall/internal/obs"
	"rollcall/internal/rpc"
	leasedv1 "rollcall/proto/leased/v1"
)

// Config is what a frontend needs.
type Config struct {
	// Frontend is the section of the configuration file.
	Frontend config.Frontend
	// System is where interfaces and sockets come from; nil means the kernel, in the network namespace of the process.
	System link.System
	// ListenBulk opens the port for bulk leasequeries; nil means TCP port 67.
	ListenBulk func() (net.Listener, error)
	// Log may be nil.
	Log *slog.Logger
	// Registry gets the metrics and may be nil.
	Registry prometheus.Registerer
	// Ready gets a check for leased, one for each link, one for bulk leasequery where that is served, and those of the files that are
	// served; it may be nil.
	Ready *obs.Ready
	// Local connects to a leased in the same process, and whoever calls from there; nil leaves both the sockets.
	Local *rpc.Local
	// Register adds services to the gRPC server, such as control.v1; Allow says who may call them. Both may be nil.
	Register func(grpc.ServiceRegistrar)
	Allow    map[string][]rpc.Role
}

// Service is a frontend. Run is called once, Prepare at any time.
type Service struct {
	conn    *grpc.ClientConn
	serve   *serve.Server
	watcher *link.Watcher
	bulk    *bulk.Server
	report  *report.Reporter
	assets  *assets.Server // nil: no files are served
	server  *rpc.Server
	ready   *obs.Ready
	log     *slog.Logger
	started config.Frontend // what New was given

	mu     sync.Mutex // guards what follows
	checks []string   // names of the links' readiness checks
}

// New wires the parts. It opens nothing; its errors are those of a configuration that cannot work, such as certificates that
// cannot be read.
func New(cfg Config) (*Service, error) {
	log := obs.OrDiscard(cfg.Log)
	name, err := nameOf(cfg.Frontend.Name)
	if err != nil {
		return nil, err
	}
	if cfg.System == nil {
		cfg.System = link.NewKernel(log)
	}
	s := &Service{ready: cfg.Ready, log: log, started: cfg.Frontend}
	if s.ready == nil {
		s.ready = &obs.Ready{}
	}
	if s.conn, err = cfg.Local.Dial(cfg.Frontend.Leased, cfg.Frontend.TLS, codec); err != nil {
		return nil, fmt.Errorf("frontend.leased: %w", err)
	}
	s.server, err = rpc.NewServer(rpc.ServerConfig{
		Listen: cfg.Frontend.Listen, TLS: cfg.Frontend.TLS, Local: cfg.Local, Log: log, Allow: cfg.Allow, Registry: cfg.Registry,
	}, func(r grpc.ServiceRegistrar) {
		if cfg.Register != nil {
			cfg.Register(r)
		}
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("frontend.listen: %w", err), s.conn.Close())
	}
	s.report = report.New(report.Config{
		Frontend: name, Client: leasedv1.NewBootServiceClient(s.conn), Logger: log, Registry: cfg.Registry,
	})
	s.serve = serve.New(serve.Config{
		Frontend:  name,
		Client:    leasedv1.NewDecisionServiceClient(s.conn),
		Policy:    policyOf(cfg.Frontend),
		Sightings: s.report,
		Logger:    log,
		Registry:  cfg.Registry,
	})
	s.watcher = link.NewWatcher(link.WatcherConfig{
		System: cfg.System, Serve: s.serve.ServeLink, Changed: s.serve.SetLinks, Logger: log,
	})
	s.bulk = bulk.New(bulk.Config{
		Client: leasedv1.NewLeaseQueryServiceClient(s.conn), Listen: cfg.ListenBulk, Logger: log, Registry: cfg.Registry,
	})
	s.ready.Add("frontend: leased", s.serve.Ready)
	if a := cfg.Frontend.Assets; a != nil {
		files := assets.Config{
			TFTP: a.TFTP, HTTP: a.HTTP, Settings: assetsOf(a), Frontend: name, Machines: leasedv1.NewBootServiceClient(s.conn),
			Report: s.report, Logger: log, Registry: cfg.Registry,
		}
		s.assets = assets.New(files)
		for name, check := range s.assets.Checks() {
			s.ready.Add("frontend: "+name, check)
		}
		s.serve.SetFiles(files.HTTPPort(), files.ServesTFTP())
	}
	s.apply(cfg.Frontend)
	return s, nil
}

// Run answers clients until ctx ends and returns nil, or returns the error of the part that failed first: only the gRPC listener
// can. It is called once.
//
// It stops admitting queries and waits a moment for answers that are due, ends bulk leasequeries and transfers of files, then closes
// the links, then sends its last reports and ends the API.
func (s *Service) Run(ctx context.Context) error {
	first := []daemon.Task{{Name: "frontend: stream to leased", Run: s.serve.Run}, {Name: bulkCheck, Run: s.bulk.Run}}
	if s.assets != nil {
		first = append(first, daemon.Task{Name: "frontend: files", Run: s.assets.Run})
	}
	err := daemon.Run(ctx, s.log,
		[]daemon.Task{{Name: "frontend: gRPC", Run: s.server.Run}, {Name: "frontend: reports", Run: s.report.Run}},
		[]daemon.Task{{Name: "frontend: links", Run: s.watcher.Run}},
		first,
	)
	return errors.Join(err, s.conn.Close())
}

// Prepare does of a reload what can fail, so that a process with several services can reload all or none; apply puts the new
// configuration in force. Links whose settings are unchanged keep their sockets and lose no packet. An error leaves the old
// configuration in force.
func (s *Service) Prepare(f config.Frontend) (apply func(), err error) {
	if err := config.NeedsRestart(s.started.Fixed(&f)); err != nil {
		return nil, err
	}
	if s.assets == nil {
		return func() { s.apply(f) }, nil
	}
	files, err := s.assets.Prepare(assetsOf(f.Assets))
	if err != nil {
		return nil, err
	}
	return func() { s.apply(f); files() }, nil
}

func (s *Service) apply(f config.Frontend) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serve.SetPolicy(policyOf(f))
	s.watcher.Set(linksOf(f))
	s.bulk.Set(f.BulkLeaseQuery)
	if f.BulkLeaseQuery {
		s.ready.Add(bulkCheck, s.bulk.Ready)
	} else {
		s.ready.Remove(bulkCheck)
	}

	old := s.checks
	s.checks = nil
	keep := make(map[string]bool)
	for _, l := range f.Links {
		name := "frontend: link " + l.Interface
		s.ready.Add(name, func() error { return s.linkReady(l.Interface) })
		s.checks = append(s.checks, name)
		keep[name] = true
	}
	for _, name := range old {
		if !keep[name] {
			s.ready.Remove(name)
		}
	}
}

// codec has the messages of the stream to leased encoded and decoded in memory that is used again.
var codec = grpc.WithDefaultCallOptions(grpc.ForceCodecV2(decidewire.Codec{}))

// bulkCheck names bulk leasequery in readiness and logs.
const bulkCheck = "frontend: bulk leasequery"

// linkReady returns nil if the link has a live socket, else what is missing.
func (s *Service) linkReady(name string) error {
	for _, st := range s.watcher.States() {
		if st.Name == name {
			return st.Ready()
		}
	}
	return errors.New("not configured any more")
}

// Ready returns a channel that is closed once the API is served.
func (s *Service) Ready() <-chan struct{} { return s.server.Ready() }

func nameOf(name string) (string, error) {
	if name != "" {
		return name, nil
	}
	host, err := os.Hostname()
	if err != nil {
		return "", fmt.Errorf("find host name for the name of the frontend: %w", err)
	}
	return host, nil
}
