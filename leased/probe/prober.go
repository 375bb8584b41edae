package probe

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// MaxOutstanding bounds the probes of [Prober.Probe] that wait for an answer.
const MaxOutstanding = 65536

// DefaultTimeout is how long a probe waits where its caller names no time. Hosts
// on a working link answer within a few milliseconds; the time DHCP servers
// commonly add to a first offer is 100 ms.
const DefaultTimeout = 100 * time.Millisecond

// ErrNotAttached is returned, wrapped, by [Prober.Scan] for a range that no
// interface of this host reaches without a router.
var ErrNotAttached = errors.New("not on a link of this host")

// Config configures a Prober. The zero value is the host it runs on.
type Config struct {
	// Log may be nil.
	Log *slog.Logger
	// Registry may be nil: nothing is measured then.
	Registry prometheus.Registerer
	// Interfaces lists the interfaces; nil lists those of the network namespace
	// of the process. It is called from several goroutines.
	Interfaces func() ([]Interface, error)
	// Listen opens a socket that reads and writes whole ARP frames; nil opens an
	// AF_PACKET socket, which needs CAP_NET_RAW. Its WriteTo ignores the address.
	Listen func(Interface) (net.PacketConn, error)
}

// Host is a machine that answered.
type Host struct {
	Addr netip.Addr       // IPv4
	HW   net.HardwareAddr // six bytes
}

// Prober asks links who has an address. Its methods may be called from any
// goroutine.
type Prober struct {
	cfg     Config
	metrics *metrics

	wake    chan struct{}    // queue has grown; capacity 1
	seen    chan observation // from the readers to Run
	lost    chan *segment    // a reader ended by itself
	started chan struct{}    // closed when Run begins
	done    chan struct{}    // closed when Run returns

	outstanding // owned by Run

	mu       sync.Mutex
	ifaces   []Interface      // last listing, sorted by index
	listed   bool             // ifaces were asked for
	unlisted bool             // the last listing failed
	segments map[int]*segment // by interface index
	failures map[int]failure  // interfaces whose socket could not be opened
	warned   bool             // of missing CAP_NET_RAW
	queue    []*waiter        // from Probe, not yet taken by Run
	waiting  int              // waiters in queue and in outstanding
	scans    map[*sweep]struct{}
	stopped  bool
}

// New returns a Prober. Nothing is sent before Run runs.
func New(cfg Config) *Prober {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Interfaces == nil {
		cfg.Interfaces = hostInterfaces
	}
	if cfg.Listen == nil {
		cfg.Listen = listen
	}
	return &Prober{
		cfg:         cfg,
		metrics:     newMetrics(cfg.Registry),
		wake:        make(chan struct{}, 1),
		seen:        make(chan observation, 256),
		lost:        make(chan *segment),
		started:     make(chan struct{}),
		done:        make(chan struct{}),
		outstanding: newOutstanding(),
		segments:    make(map[int]*segment),
		failures:    make(map[int]failure),
		scans:       make(map[*sweep]struct{}),
	}
}

// Attached reports whether a is inside a prefix of an interface of this host that
// is up and can be probed: what Probe and Scan would send for it goes out. It is
// true for addresses of this host inside such a prefix too.
func (p *Prober) Attached(a netip.Addr) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list()
	ifi, ok := route(p.ifaces, a)
	return ok && !p.failing(ifi.Index)
}

// Probe sends one ARP probe for a (RFC 5227 §2.1.1) and calls done exactly once:
// with the host that answered, or with answered false when none has for timeout
// (not positive: [DefaultTimeout]), when a is on no link of this host, or when Run
// ends. An address of this host is answered for by its own interface, unasked.
//
// done is called from the goroutine of Run and must not block. Where
// [MaxOutstanding] probes are waiting, or Run has ended, it is called with false
// before Probe returns. Probes that come before Run wait for it.
func (p *Prober) Probe(a netip.Addr, timeout time.Duration, done func(host Host, answered bool)) {
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	w := &waiter{addr: a, timeout: timeout, done: done}
	p.mu.Lock()
	refused := ""
	switch {
	case p.stopped:
		refused = resultStopped
	case p.waiting >= MaxOutstanding:
		refused = resultFull
	default:
		p.queue = append(p.queue, w)
		p.waiting++
	}
	p.mu.Unlock()
	if refused != "" {
		p.metrics.result(refused)
		done(Host{Addr: a}, false)
		return
	}
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Run sends and matches until ctx ends, then closes the sockets, calls done of
// every waiting probe with false, and returns nil. It may be called once.
func (p *Prober) Run(ctx context.Context) error {
	defer p.stop()
	return p.loop(ctx)
}
