package assets

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/frontend/assets/directory"
	"rollcall/frontend/assets/ledger"
	"rollcall/frontend/assets/lookup"
	"rollcall/frontend/assets/tftp"
	"rollcall/frontend/assets/web"
	"rollcall/internal/obs"
)

// retry is how long to wait before another attempt to listen, or to open the directory, and how often to look for another one
// in its place.
const retry = 2 * time.Second

// Settings can change while files are served.
type Settings struct {
	// Root is the path of the directory.
	Root string
	// MaxClients is how many transfers there may be at a time, by TFTP and by HTTP each.
	MaxClients int
	// MaxSize is the size of the largest file that is served, in octets.
	MaxSize int64
}

// Config is what a Server is made of.
type Config struct {
	// TFTP holds the UDP addresses and HTTP the TCP addresses to listen on, as host:port; a host is an address, or empty for every one.
	TFTP, HTTP []string
	Settings   Settings
	// Frontend is the name of this frontend towards leased, and Machines tells of machines that scripts are made for.
	Frontend string
	Machines lookup.Machines
	// Report tells leased what was fetched.
	Report ledger.Reporter
	// Logger and Registry may be nil.
	Logger   *slog.Logger
	Registry prometheus.Registerer
}

// HTTPPort returns the first port of HTTP, 0 for none.
func (c Config) HTTPPort() uint16 {
	if len(c.HTTP) == 0 {
		return 0
	}
	return portOf(c.HTTP[0])
}

// ServesTFTP reports whether TFTP is served on its own port: what names a TFTP server to a machine has no room for another.
func (c Config) ServesTFTP() bool {
	return slices.ContainsFunc(c.TFTP, func(at string) bool { return portOf(at) == 69 })
}

func portOf(hostPort string) uint16 {
	_, port, _ := net.SplitHostPort(hostPort)
	n, _ := strconv.ParseUint(port, 10, 16)
	return uint16(n)
}

// Server serves files while Run runs. It is safe for concurrent use.
type Server struct {
	log    *slog.Logger
	ledger *ledger.Ledger
	lookup *lookup.Lookup
	places []*place

	mu       sync.Mutex // guards what follows
	settings Settings
	dir      *directory.Directory // nil until there is one
	missing  error                // why there is no directory at its path; nil while there is one
}

// New returns a Server. It opens nothing.
func New(cfg Config) *Server {
	s := &Server{log: obs.OrDiscard(cfg.Logger), settings: cfg.Settings, missing: errStarting}
	s.ledger = ledger.New(cfg.Settings.MaxClients, cfg.Report, cfg.Registry)
	s.lookup = lookup.New(lookup.Config{Frontend: cfg.Frontend, Machines: cfg.Machines, Logger: s.log, Registry: cfg.Registry})
	if len(cfg.TFTP) > 0 {
		files := tftp.New(tftp.Config{Lookup: s.lookup, Ledger: s.ledger, HTTPPort: cfg.HTTPPort(), Logger: s.log, Registry: cfg.Registry})
		for _, at := range cfg.TFTP {
			s.places = append(s.places, newPlace("TFTP", at, s.log, serveTFTP(files)))
		}
	}
	if len(cfg.HTTP) > 0 {
		files := web.New(web.Config{Lookup: s.lookup, Ledger: s.ledger, Logger: s.log})
		for _, at := range cfg.HTTP {
			s.places = append(s.places, newPlace("HTTP", at, s.log, serveHTTP(files)))
		}
	}
	return s
}

// Run serves until ctx ends and returns nil. An address or a directory that cannot be had is tried again and again.
func (s *Server) Run(ctx context.Context) error {
	var parts sync.WaitGroup
	for _, p := range s.places {
		parts.Go(func() { p.run(ctx) })
	}
	parts.Go(func() { s.watch(ctx) })
	parts.Wait()
	s.lookup.SetDirectory(nil)
	return nil
}

// watch opens the directory as soon as there is one, and again when another one takes its place, as where a new release is moved there
// or a link is turned. While there is none, the last one is served, of which there may be nothing left.
func (s *Server) watch(ctx context.Context) {
	said := ""
	for {
		switch err := s.look(); {
		case err == nil:
			said = ""
		case err.Error() != said:
			said = err.Error()
			s.log.WarnContext(ctx, "the directory of the files is missing", obs.KeyErr, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(retry):
		}
	}
}

// look opens the directory that is at the path now, unless it is open. It does not hold the lock while the disk is slow.
func (s *Server) look() error {
	s.mu.Lock()
	set, old := s.settings, s.dir
	s.mu.Unlock()
	dir, err := s.fresh(set, old)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir != old { // opened anew by a reload meanwhile
		if dir != nil {
			dir.Close()
		}
		return nil
	}
	s.missing = err
	if dir != nil {
		s.serve(dir)
	}
	return err
}

// fresh returns the directory that is in place of old, which may be nil, and nil if that is old.
func (s *Server) fresh(set Settings, old *directory.Directory) (*directory.Directory, error) {
	if old != nil {
		if replaced, err := old.Replaced(); err != nil {
			return nil, rootError{err}
		} else if !replaced {
			return nil, nil
		}
	}
	return s.open(set)
}

// serve takes files from a directory from now on. The lock is held.
func (s *Server) serve(dir *directory.Directory) {
	s.dir = dir
	s.lookup.SetDirectory(dir)
}

func (s *Server) open(set Settings) (*directory.Directory, error) {
	dir, err := directory.Open(set.Root, set.MaxSize)
	if err != nil {
		return nil, rootError{err}
	}
	return dir, nil
}

// rootError says which key names the directory.
type rootError struct{ error }

func (e rootError) Error() string { return "frontend.assets.root: " + e.error.Error() }
func (e rootError) Unwrap() error { return e.error }

// Prepare opens the directory of new settings; apply puts them in force, for what is asked for from then on. An error leaves the old
// ones in force. The directory that is named already may be missing: it stays so, and is nothing that a reload of other things should
// fail for. What was opened for nothing, because apply is not called, is closed when it is collected as garbage.
func (s *Server) Prepare(set Settings) (apply func(), err error) {
	s.mu.Lock()
	named := s.settings.Root
	s.mu.Unlock()
	dir, missing := s.open(set)
	if missing != nil && set.Root != named {
		return nil, missing
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.settings, s.missing = set, missing
		s.ledger.SetPlaces(set.MaxClients)
		s.serve(dir)
	}, nil
}

// Checks returns the readiness checks by name. None of them waits.
func (s *Server) Checks() map[string]func() error {
	checks := map[string]func() error{"files": s.directoryReady}
	for _, p := range s.places {
		checks[p.name()] = p.ready
	}
	return checks
}

func (s *Server) directoryReady() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.missing
}
