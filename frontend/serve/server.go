package serve

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/frontend/link"
	"rollcall/internal/obs"
	leasedv1 "rollcall/proto/leased/v1"
)

const (
	// slots bound what a frontend remembers at one time: waiting and pending
	// queries. Each costs a kilobyte or so once it has been used.
	slots = 10240
	// pendingMost bounds what leased may hold unanswered. It covers the probes
	// and the commit it waits for; more would only move the queue to where
	// nothing can be chosen from it.
	pendingMost = 2048
	// batchMost bounds the queries of one message; the contract allows 1024.
	batchMost = 512

	// staleAfter is how long a query may wait here. A client sends again after
	// 4 s (RFC 2131 §4.1), many boot ROMs after 1 s.
	staleAfter = time.Second
	// unansweredAfter is how long leased may take. By then every client has
	// sent again.
	unansweredAfter = 5 * time.Second
	sweepEvery      = time.Second

	// drainMost bounds the wait for answers at the end.
	drainMost = 500 * time.Millisecond
)

// Config configures a Server.
type Config struct {
	// Frontend is the name the frontend has towards leased.
	Frontend string
	// Client is where decisions come from.
	Client leasedv1.DecisionServiceClient
	Policy Policy
	// Sightings is told of other servers and may be nil.
	Sightings Sightings
	// Logger may be nil.
	Logger *slog.Logger
	// Registry gets the metrics and may be nil.
	Registry prometheus.Registerer
}

// Server answers the clients of all links of a frontend.
type Server struct {
	cfg     Config
	log     *slog.Logger
	metrics *metrics
	table   *table
	seen    seen
	policy  atomic.Pointer[Policy]

	mu      sync.Mutex
	ports   map[string]*port
	files   files
	version int // of ports, their addresses and files, for the Hello

	stateMu sync.Mutex
	why     error // why there is no stream; nil while there is one
	silent  bool  // leased let queries expire and has not answered since
}

var errNotYet = errors.New("not connected yet")

// New returns a Server without links.
func New(cfg Config) *Server {
	s := &Server{
		cfg: cfg, log: obs.OrDiscard(cfg.Logger), metrics: newMetrics(cfg.Registry),
		ports: make(map[string]*port), why: errNotYet,
	}
	s.table = newTable(slots, pendingMost, s.dropSlot)
	s.SetPolicy(cfg.Policy)
	s.registerGauges(cfg.Registry)
	return s
}

// SetLinks makes known which links are configured and what addresses they have.
// Leased hears of a change with the next message.
func (s *Server) SetLinks(states []link.State) {
	s.mu.Lock()
	changed := false
	for name := range s.ports {
		if !slices.ContainsFunc(states, func(st link.State) bool { return st.Name == name }) {
			delete(s.ports, name)
			s.metrics.forgetPort(name)
			changed = true
		}
	}
	for _, st := range states {
		p := s.ports[st.Name]
		if p == nil {
			p = s.metrics.newPort(st.Name)
			s.ports[st.Name] = p
			changed = true
		}
		changed = p.setAddrs(st.Info.Addrs) || changed
	}
	if changed {
		s.version++
	}
	s.mu.Unlock()
	if changed {
		s.table.signal()
	}
}

// files are the file servers of the frontend, as leased needs to know them.
type files struct {
	http uint16
	tftp bool
}

// SetFiles makes known which file servers the frontend has: the TCP port of the one for HTTP, 0 for none, and whether there is one
// for TFTP. Leased hears of a change with the next message.
func (s *Server) SetFiles(httpPort uint16, tftp bool) {
	s.mu.Lock()
	changed := s.files != files{httpPort, tftp}
	if changed {
		s.files = files{httpPort, tftp}
		s.version++
	}
	s.mu.Unlock()
	if changed {
		s.table.signal()
	}
}

// attach gives the port named in info a conn.
func (s *Server) attach(info link.Info, conn link.Conn) *port {
	s.mu.Lock()
	p := s.ports[info.Name]
	if p == nil { // served before SetLinks told of it
		p = s.metrics.newPort(info.Name)
		s.ports[info.Name] = p
	}
	p.setAddrs(info.Addrs)
	p.attach(conn)
	s.version++
	s.mu.Unlock()
	s.table.signal()
	return p
}

func (s *Server) detach(p *port, conn link.Conn) {
	s.mu.Lock()
	p.detach(conn)
	s.version++
	s.mu.Unlock()
	s.table.signal()
}

// snapshot returns the ports, sorted by name.
func (s *Server) snapshot() []*port {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sorted()
}

// sorted is snapshot with mu held.
func (s *Server) sorted() []*port {
	all := make([]*port, 0, len(s.ports))
	for _, p := range s.ports {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *port) int { return cmp.Compare(a.name, b.name) })
	return all
}

// Ready returns nil while leased answers, else what is wrong.
func (s *Server) Ready() error {
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	if s.why == nil && s.silent {
		return errors.New("connected, but it does not answer")
	}
	return s.why
}

func (s *Server) setState(why error) {
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	s.why, s.silent = why, false
}

func (s *Server) setSilent(silent bool) {
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	s.silent = silent
}

// dropSlot counts and logs a query that is not answered.
func (s *Server) dropSlot(sl *slot, reason Reason) {
	sl.port.byReason[reason].Inc()
	if s.debugging() {
		s.debugSlot("dropped", sl, reason.String(), "", netip.Addr{})
	}
}

func (s *Server) debugging() bool { return s.log.Enabled(context.Background(), slog.LevelDebug) }
