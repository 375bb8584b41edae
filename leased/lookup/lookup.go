package lookup

import (
	"hash/maphash"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/internal/config"
	"rollcall/internal/obs"
)

// Config is what a Lookup is made of.
type Config struct {
	// Settings are those that New begins with.
	Settings Settings
	// Transport may be nil, for one of its own.
	Transport http.RoundTripper
	// Log and Registry may be nil.
	Log      *slog.Logger
	Registry prometheus.Registerer
	// Clock is time.Now, unless a test says otherwise. Its times have a monotonic part, so that nothing is forgotten early or kept for
	// long when somebody sets the wall clock.
	Clock func() time.Time
}

// Lookup is the asking and the memory. Its methods may be called from any goroutine.
type Lookup struct {
	transport http.RoundTripper
	log       *slog.Logger
	clock     func() time.Time
	seed      maphash.Seed
	metrics   *metrics
	wake      chan struct{} // holds a value when there may be something to begin

	mu       sync.Mutex
	service  *service // nil: nobody is asked
	memory   *memory
	queue    []waiting
	underWay int
	pace     pace
	health   health
	notices  notices
}

// service is who is asked under one configuration. It does not change.
type service struct {
	settings Settings
	config.Lookup
	client *client
	reader *reader
}

// waiting is a question that is to be asked.
type waiting struct {
	machine  *machine
	question *question
}

// queueRoom is how many questions may wait.
const queueRoom = 1000

// New returns a Lookup that asks nothing before Run.
func New(cfg Config) *Lookup {
	l := &Lookup{
		transport: cfg.Transport, log: obs.OrDiscard(cfg.Log), clock: cfg.Clock, seed: maphash.MakeSeed(), wake: make(chan struct{}, 1),
		memory: newMemory(0),
	}
	if l.clock == nil {
		l.clock = time.Now
	}
	l.metrics = newMetrics(cfg.Registry, l)
	l.Reconfigure(cfg.Settings)
	return l
}

// Reconfigure puts settings in force. What is remembered stays where the service is asked the same way as before, and is held against the
// new configuration when it is next wanted; a service that was down, or a machine that rests, is tried again at once.
func (l *Lookup) Reconfigure(s Settings) {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.service
	if old != nil {
		old.client.http.CloseIdleConnections()
	}
	if old == nil || !old.settings.alike(&s) {
		l.memory.clear()
		l.queue = nil
	}
	l.service, l.health, l.pace = nil, health{}, pace{}
	if s.leased != nil {
		l.service = &service{settings: s, Lookup: *s.leased.Lookup, client: newClient(&s, l.transport), reader: newReader(s.leased)}
		l.memory.bound(l.service.Machines)
		l.memory.rouse()
	}
	l.signal()
}

// signal wakes Run.
func (l *Lookup) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
