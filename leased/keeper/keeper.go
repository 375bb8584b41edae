package keeper

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/internal/obs"
	"rollcall/leased/engine"
	"rollcall/leased/probe"
	"rollcall/leased/store"
)

// Store keeps what must outlive the process; store.Store is one.
type Store interface {
	// Submit takes a commit; its Done is called when it is on disk, in the order of submission. It may block for a moment
	// while the store is far behind.
	Submit(*store.Pending)
	// NextReservationID returns a number that no reservation ever had.
	NextReservationID() uint64
}

// Prober asks by ARP; probe.Prober is one.
type Prober interface {
	Attached(netip.Addr) bool
	Probe(a netip.Addr, timeout time.Duration, done func(host probe.Host, answered bool))
	Scan(ctx context.Context, first, last netip.Addr, rate int, timeout time.Duration) ([]probe.Host, error)
}

// Watcher is told how machines boot. It is called on the keeper's goroutine, so it must be quick, and it must keep neither query nor
// decision.
type Watcher interface {
	// Watching reports whether it wants to hear of machines that are past their boot.
	Watching() bool
	// Decided tells of a decision that is in effect, though what it has to write may not be on disk yet: each one for a machine that
	// boots, and while Watching for any other too.
	Decided(now time.Time, q *engine.Query, d *engine.Decision)
}

// Policy is the operator's own rules. Its methods are called from several goroutines at once, each with queries of its own, and never on
// the one that owns the state.
type Policy interface {
	// Filter says in the verdict whether a message goes on. It is called where the plan has engine.StageFilter; f is nil where it has
	// no engine.StageFacts. An error of a script is a verdict too.
	Filter(now time.Time, q *engine.Query, f *engine.Facts)
	// Consult says in the verdict what d asks for, and keeps neither q nor d.
	Consult(now time.Time, q *engine.Query, d *engine.Decision)
}

// Settings are what the keeper itself needs of the configuration.
type Settings struct {
	// ProbeTimeout is how long an answer to a probe is waited for.
	ProbeTimeout time.Duration
	// ScanRate is in probes per second, ScanTimeout how long the last answers of a scan are waited for.
	ScanRate    int
	ScanTimeout time.Duration
}

// Config is what a Keeper is made of.
type Config struct {
	// State is handed over; nobody else may touch it any more.
	State    *engine.State
	Store    Store
	Prober   Prober
	Settings Settings
	// Policy is asked at the stages of the plan; nil where it has none.
	Policy Policy
	// Watcher, Log and Registry may be nil.
	Watcher  Watcher
	Log      *slog.Logger
	Registry prometheus.Registerer
	// Wall is the wall clock; nil for time.Now. Tests set it back and forth.
	Wall func() time.Time
}

// Keeper owns the state. Its methods may be called from any goroutine.
type Keeper struct {
	store   Store
	prober  Prober
	watcher Watcher // nil for none
	log     *slog.Logger
	metrics *metrics

	batches chan *Batch
	calls   chan call
	errands *mailbox[errand]
	scans   chan string // subnets whose pools are to be scanned
	done    chan struct{}
	parcels sync.Pool // of *parcel
	rules   atomic.Pointer[rules]
	// inquiries are the questions that the policy is asked, see policy.go.
	inquiries chan *inquiry

	// These belong to the goroutine of Run.
	state    *engine.State
	set      Settings
	clock    *clock
	attached map[string]bool // by subnet: was attached at the last look
	up       map[string]int  // by frontend/link: how many streams say that it is up
	open     *parcel         // what is decided, and not yet handed to the store
	asking   *question       // what the policy is to be asked about the batch under way
	waiting  int             // how many queries wait for the policy
	newsDue  *time.Timer     // fires when the events in it must not wait any longer
	expiring bool            // more leases have ended, and an errand will come to them
	watched  engine.Decision // what the watcher is shown
	now      []Answer        // of the batch under way, those that wait for nothing
}

// call is something to do on the keeper's goroutine.
type call struct {
	do   func()
	done chan struct{}
}

// New returns a keeper. It does nothing before Run.
func New(cfg Config) *Keeper {
	k := &Keeper{
		store: cfg.Store, prober: cfg.Prober, watcher: cfg.Watcher, log: obs.OrDiscard(cfg.Log), metrics: newMetrics(cfg.Registry),
		batches: make(chan *Batch, 16), calls: make(chan call), errands: newMailbox[errand](), scans: make(chan string, 64),
		done: make(chan struct{}), state: cfg.State, set: cfg.Settings, clock: newClock(cfg.Wall), attached: map[string]bool{},
		up: map[string]int{},
	}
	k.inquiries = make(chan *inquiry, 2*mostWaiting)
	k.rules.Store(&rules{cfg.State.Plan().Stages, cfg.Policy})
	k.open, k.asking = k.newParcel(), newQuestion()
	return k
}

// tick is how often time is let do its work. Leases count in seconds.
const tick = time.Second

// Run is the goroutine that owns the state. It returns nil when ctx ends, after the batches that were already accepted.
func (k *Keeper) Run(ctx context.Context) error {
	defer close(k.done)
	defer k.inquire()()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	k.newsDue = time.NewTimer(newsWait)
	k.newsDue.Stop()
	defer k.newsDue.Stop()
	k.passTime()
	for {
		batches := k.batches
		if k.waiting >= mostWaiting {
			batches = nil
		}
		select {
		case b := <-batches:
			k.answer(b)
		case c := <-k.calls:
			c.do()
			close(c.done)
		case <-k.errands.ready:
			k.runErrands()
		case <-ticker.C:
			k.passTime()
		case <-k.newsDue.C:
			k.publish()
		case <-ctx.Done():
			k.finish()
			return nil
		}
	}
}

// finish answers what was accepted.
func (k *Keeper) finish() {
	for {
		select {
		case b := <-k.batches:
			k.answer(b)
			continue
		default:
		}
		if k.waiting == 0 {
			break
		}
		<-k.errands.ready
		k.runErrands()
	}
	k.publish()
}

// do runs f on the keeper's goroutine and waits for it.
func (k *Keeper) do(ctx context.Context, f func()) error {
	c := call{do: f, done: make(chan struct{})}
	select {
	case k.calls <- c:
		<-c.done
		return nil
	case <-k.done:
		return errStopping
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// View lets f look at the state. f must not keep it, change it, or take long: packets wait.
func (k *Keeper) View(ctx context.Context, f func(s *engine.State, now time.Time)) error {
	return k.do(ctx, func() { f(k.state, k.clock.Now()) })
}

// Change lets f change the state and returns when what f returns is on disk. f must put it into effect in memory itself,
// or change nothing and return an error, which Change returns.
func (k *Keeper) Change(ctx context.Context, f func(s *engine.State, now time.Time) (engine.Commit, error)) error {
	durable := make(chan store.Outcome, 1)
	var failed error
	err := k.do(ctx, func() {
		var c engine.Commit
		if c, failed = f(k.state, k.clock.Now()); failed == nil {
			k.submit(c, func(o store.Outcome) { durable <- o })
		}
	})
	if err != nil || failed != nil {
		return cmpErr(failed, err)
	}
	select {
	case o := <-durable:
		if o.Lost {
			return errLost
		}
		return nil
	case <-ctx.Done(): // it happens all the same; the caller merely does not hear of it
		return context.Cause(ctx)
	}
}

// Settle returns when all that was decided before is on disk.
func (k *Keeper) Settle(ctx context.Context) error {
	return k.Change(ctx, func(*engine.State, time.Time) (engine.Commit, error) { return engine.Commit{}, nil })
}

func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// newsWait is how long events may wait for company. A stranger's DISCOVER is news that no client waits for; a commit of its own
// would make the ACKs behind it wait for two more syncs.
const newsWait = 10 * time.Millisecond

// expectNews lets the events beyond the first told go to the disk with the next commit, or alone when none comes for a moment.
func (k *Keeper) expectNews(told int) {
	if told == 0 && len(k.open.Events) > 0 {
		k.newsDue.Reset(newsWait)
	}
}

// publish hands over the events that wait.
func (k *Keeper) publish() {
	if len(k.open.Events) > 0 {
		k.submit(engine.Commit{}, nil)
	}
}

// Reconfigure puts a new plan, and the policy that its stages are of, in force and returns when they are. policy is nil where it has no
// stages. What the old policy has said of messages under way counts for them. A keeper that has ended has no use for either.
func (k *Keeper) Reconfigure(plan *engine.Plan, set Settings, policy Policy) {
	_ = k.do(context.Background(), func() {
		k.state.Replan(plan)
		k.rules.Store(&rules{plan.Stages, policy})
		k.set = set
		k.attached = map[string]bool{}
		k.passTime()
	})
}

// NextReservationID returns an id for a new reservation.
func (k *Keeper) NextReservationID() uint64 { return k.store.NextReservationID() }
