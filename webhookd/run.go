package webhookd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"

	"rollcall/internal/config"
	"rollcall/internal/daemon"
	"rollcall/internal/obs"
	"rollcall/internal/rpc"
	leasedv1 "rollcall/proto/leased/v1"
	webhookdv1 "rollcall/proto/webhookd/v1"
	"rollcall/webhookd/deliver"
	"rollcall/webhookd/follow"
	"rollcall/webhookd/queue"
	"rollcall/webhookd/service"
)

// database is the name of the queue's file in the data directory.
const database = "webhookd.db"

// Config is what webhookd needs.
type Config struct {
	// Webhookd is the section of the configuration file.
	Webhookd config.Webhookd
	// DataDir holds the queue. It is made if only its last part is missing.
	DataDir string
	// Source names this installation in every document, as a URI reference. "" means "//" and the host name and "/rollcall".
	Source string
	// Log may be nil.
	Log *slog.Logger
	// Registry gets the metrics and may be nil.
	Registry prometheus.Registerer
	// Ready gets the readiness checks and may be nil.
	Ready *obs.Ready
	// Local connects to a leased in the same process, and whoever calls from there; nil leaves both the sockets.
	Local *rpc.Local
	// Register adds services to the gRPC server, such as control.v1; Allow says who may call them. Both may be nil.
	Register func(grpc.ServiceRegistrar)
	Allow    map[string][]rpc.Role
}

// Service is a webhookd. Run is called once, Prepare at any time.
type Service struct {
	queue    *queue.Queue
	conn     *grpc.ClientConn
	follower *follow.Follower
	fleet    *deliver.Fleet
	server   *rpc.Server
	log      *slog.Logger
	started  config.Webhookd // what New was given

	mu    sync.Mutex
	names []string // of the endpoints in force; guarded by mu
}

// New reads the secrets, opens the queue and wires the parts. It starts nothing; Run closes what it opened.
func New(cfg Config) (_ *Service, err error) {
	log := obs.OrDiscard(cfg.Log)
	loaded, err := load(cfg.Webhookd)
	if err != nil {
		return nil, err
	}
	source, err := sourceOf(cfg.Source)
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(cfg.DataDir, 0o750); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("make data directory: %w; create it and give it to the user that runs webhookd", err)
	}
	metrics := deliver.NewMetrics(cfg.Registry)
	q, err := queue.Open(filepath.Join(cfg.DataDir, database), queue.Options{Log: log, Overflowed: metrics.Overflowed})
	if err != nil {
		return nil, err
	}
	s := &Service{queue: q, log: log, fleet: deliver.NewFleet(q, log, metrics), started: cfg.Webhookd}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.conn, err = cfg.Local.Dial(cfg.Webhookd.Leased, cfg.Webhookd.TLS); err != nil {
		return nil, fmt.Errorf("webhookd.leased: %w", err)
	}
	s.follower = follow.New(follow.Config{
		Client:   leasedv1.NewEventServiceClient(s.conn),
		Queue:    q,
		Document: func(e *leasedv1.Event) ([]byte, error) { return deliver.Document(source, e) },
		Log:      log,
		Registry: cfg.Registry,
	})
	if err := s.serve(cfg); err != nil {
		return nil, err
	}
	deliver.WatchQueue(cfg.Registry, q)
	if cfg.Ready != nil {
		cfg.Ready.Add("webhookd: leased", s.follower.Ready)
		cfg.Ready.Add("webhookd: queue", q.Ready)
	}
	s.apply(loaded)
	return s, nil
}

// serve builds the gRPC server.
func (s *Service) serve(cfg Config) (err error) {
	deliveries := webhookdv1.DeliveryService_ServiceDesc.ServiceName
	allow := map[string][]rpc.Role{
		deliveries:           {rpc.Operator},
		deliveries + "/List": {rpc.Operator, rpc.Reader},
	}
	maps.Copy(allow, cfg.Allow)
	s.server, err = rpc.NewServer(rpc.ServerConfig{
		Listen: cfg.Webhookd.Listen, TLS: cfg.Webhookd.TLS, Local: cfg.Local, Log: s.log, Allow: allow, Registry: cfg.Registry,
	}, func(r grpc.ServiceRegistrar) {
		webhookdv1.RegisterDeliveryServiceServer(r, service.NewDeliveries(s.queue, s.endpoints))
		if cfg.Register != nil {
			cfg.Register(r)
		}
	})
	if err != nil {
		return fmt.Errorf("webhookd.listen: %w", err)
	}
	return nil
}

// Run follows and delivers until ctx ends and returns nil, or returns the error of the part that failed first. It is called once.
//
// It stops taking over and sending first, then answering, then committing; the queue is closed when nobody writes any more.
func (s *Service) Run(ctx context.Context) error {
	err := daemon.Run(ctx, s.log,
		[]daemon.Task{{Name: "webhookd: queue", Run: s.queue.Run}},
		[]daemon.Task{{Name: "webhookd: gRPC", Run: s.server.Run}},
		[]daemon.Task{
			{Name: "webhookd: deliveries", Run: s.fleet.Run},
			{Name: "webhookd: events", Run: s.follower.Run},
		},
	)
	if errors.Is(err, daemon.ErrHung) {
		return err // somebody may still use the queue; the process is about to exit
	}
	return errors.Join(err, s.close())
}

// Prepare does of a reload what can fail, so that a process with several services can reload all or none; apply puts the new
// configuration in force: endpoints and their secrets, which are read again. Nothing queued is lost and no attempt under way is
// cut off. An error leaves the old configuration in force.
func (s *Service) Prepare(w config.Webhookd) (apply func(), err error) {
	if err := config.NeedsRestart(s.started.Fixed(&w)); err != nil {
		return nil, err
	}
	loaded, err := load(w)
	if err != nil {
		return nil, err
	}
	return func() { s.apply(loaded) }, nil
}

func (s *Service) apply(loaded settings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names = loaded.names
	s.fleet.Apply(loaded.fleet)
	s.follower.Apply(loaded.follow)
}

// endpoints returns the names of the endpoints in force.
func (s *Service) endpoints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.names
}

// Ready returns a channel that is closed once the API is served.
func (s *Service) Ready() <-chan struct{} { return s.server.Ready() }

func (s *Service) close() error {
	var err error
	if s.conn != nil {
		err = s.conn.Close()
	}
	return errors.Join(err, s.queue.Close())
}

func sourceOf(source string) (string, error) {
	if source != "" {
		return source, nil
	}
	host, err := os.Hostname()
	if err != nil {
		return "", fmt.Errorf("find host name for the source of events: %w", err)
	}
	return "//" + host + "/rollcall", nil
}
