package link

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"rollcall/internal/obs"
)

const (
	// settle is how long a Watcher waits after a change before it looks:
	// interfaces change in bursts.
	settle = 50 * time.Millisecond
	// pollEvery is the safety net under the kernel's notifications, which are
	// lost when their queue overflows.
	pollEvery = 15 * time.Second

	retryFirst = 500 * time.Millisecond
	retryMost  = 15 * time.Second
)

// System is what a Watcher needs of the operating system. Its methods are
// called from one goroutine.
type System interface {
	// Interfaces lists the interfaces that exist now.
	Interfaces() ([]Info, error)
	// Subscribe returns a channel that gets a value after interfaces or
	// addresses have changed, until done is closed. It is closed when changes
	// can no longer be seen.
	Subscribe(done <-chan struct{}) (<-chan struct{}, error)
	// Open opens the sockets of an interface that exists.
	Open(Config, Info) (Conn, error)
}

// WatcherConfig configures a Watcher.
type WatcherConfig struct {
	// System is required; see [Kernel].
	System System
	// Serve is run in its own goroutine for each conn that is opened. When it
	// returns, the conn is closed; unless the Watcher closed it first, it is
	// opened again. It must return soon after its conn is closed.
	Serve func(ctx context.Context, info Info, conn Conn) error
	// Changed, if not nil, is called with all states, sorted by name, after
	// any has changed and after each Set. It must not block.
	Changed func([]State)
	// Logger may be nil.
	Logger *slog.Logger
}

// Watcher keeps a conn open on every configured interface that exists and is
// up.
type Watcher struct {
	cfg  WatcherConfig
	wake chan struct{} // Set was called

	links map[string]*watched // owned by Run
	told  int                 // gen of the last Changed; owned by Run

	mu     sync.Mutex
	want   []Config
	gen    int     // counts the calls of Set
	states []State // sorted by name
}

// watched is one configured interface.
type watched struct {
	cfg    Config
	state  State
	logged bool // state has been logged

	conn   Conn // nil while closed
	opened Info // what conn was opened on
	cancel context.CancelFunc
	ended  chan error // gets the result of Serve; capacity 1
	since  time.Time  // conn was opened

	retryAt time.Time
	backoff time.Duration
}

// NewWatcher returns a Watcher of no interfaces.
func NewWatcher(cfg WatcherConfig) *Watcher {
	cfg.Logger = obs.OrDiscard(cfg.Logger)
	return &Watcher{cfg: cfg, wake: make(chan struct{}, 1), links: make(map[string]*watched)}
}

// Set replaces the configured interfaces. Sockets whose Config is unchanged
// stay open. It may be called at any time, before Run too.
func (w *Watcher) Set(links []Config) {
	w.mu.Lock()
	w.want = slices.Clone(links)
	w.gen++
	// What was never looked at is absent for now; a link that is configured
	// and unknown must not look ready.
	old := w.states
	w.states = make([]State, 0, len(links))
	for _, c := range links {
		st := State{Name: c.Interface}
		if i := slices.IndexFunc(old, func(s State) bool { return s.Name == c.Interface }); i >= 0 {
			st = old[i]
		}
		w.states = append(w.states, st)
	}
	sortStates(w.states)
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// States returns the state of every configured interface, sorted by name.
func (w *Watcher) States() []State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.states)
}

// Run follows the interfaces until ctx ends, then closes every conn and
// returns nil.
func (w *Watcher) Run(ctx context.Context) error {
	done := make(chan struct{})
	defer close(done)
	defer w.closeAll()

	var changes <-chan struct{}
	for {
		if changes == nil {
			var err error
			// Subscribe first and look second: what changes between is seen.
			if changes, err = w.cfg.System.Subscribe(done); err != nil {
				w.cfg.Logger.WarnContext(ctx, "interface changes are polled only", obs.KeyErr, err)
			}
		}
		wait := w.reconcile(ctx)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-w.wake:
		case <-timer.C:
		case _, ok := <-changes:
			pause := settle
			if !ok {
				w.cfg.Logger.WarnContext(ctx, "notifications of interface changes were lost")
				changes, pause = nil, retryFirst
			}
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
		}
		timer.Stop()
	}
}

// reconcile brings conns in line with configuration and interfaces, and returns
// how long it may be until the next look.
func (w *Watcher) reconcile(ctx context.Context) time.Duration {
	w.mu.Lock()
	want, gen := w.want, w.gen
	w.mu.Unlock()

	infos, err := w.cfg.System.Interfaces()
	if err != nil {
		w.cfg.Logger.WarnContext(ctx, "interfaces cannot be listed", obs.KeyErr, err)
		return retryFirst
	}
	wait := pollEvery
	now := time.Now()
	states := make([]State, 0, len(want))
	for _, c := range want {
		l := w.links[c.Interface]
		if l == nil {
			l = &watched{cfg: c, state: State{Name: c.Interface}}
			w.links[c.Interface] = l
		}
		w.reconcileLink(ctx, l, c, infos, now)
		if l.conn == nil && !l.retryAt.IsZero() {
			wait = min(wait, max(l.retryAt.Sub(now), time.Millisecond))
		}
		states = append(states, l.state)
	}
	for name, l := range w.links {
		if !slices.ContainsFunc(want, func(c Config) bool { return c.Interface == name }) {
			w.close(l)
			delete(w.links, name)
		}
	}
	w.publish(states, gen)
	return wait
}

func (w *Watcher) reconcileLink(ctx context.Context, l *watched, c Config, infos []Info, now time.Time) {
	i := slices.IndexFunc(infos, func(i Info) bool { return i.Name == c.Interface })
	if i < 0 || !infos[i].Up {
		w.close(l)
		l.retryAt, l.backoff = time.Time{}, 0
		if i < 0 {
			w.enter(ctx, l, State{Name: c.Interface, Status: StatusAbsent})
		} else {
			w.enter(ctx, l, State{Name: c.Interface, Status: StatusDown, Info: infos[i]})
		}
		return
	}
	info := infos[i]
	if l.conn != nil {
		select {
		case err := <-l.ended:
			l.ended <- err // for close
			w.close(l)
			w.fail(ctx, l, info, err, now)
			return
		default:
		}
		if !sameConfig(l.cfg, c) || l.opened.Index != info.Index || l.opened.HW != info.HW {
			w.close(l)
			l.retryAt, l.backoff = time.Time{}, 0
		}
	}
	l.cfg = c
	if l.conn != nil {
		if now.Sub(l.since) > retryMost { // it works; the next failure is a new story
			l.backoff = 0
		}
		w.enter(ctx, l, State{Name: c.Interface, Status: StatusUp, Info: info})
		return
	}
	if now.Before(l.retryAt) {
		l.state.Info = info
		return
	}
	conn, err := w.cfg.System.Open(c, info)
	if err != nil {
		w.fail(ctx, l, info, err, now)
		return
	}
	l.retryAt = time.Time{}
	l.since = now
	w.start(ctx, l, info, conn)
	w.enter(ctx, l, State{Name: c.Interface, Status: StatusUp, Info: info})
}

// start runs Serve on conn.
func (w *Watcher) start(ctx context.Context, l *watched, info Info, conn Conn) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	l.conn, l.opened, l.cancel, l.ended = conn, info, cancel, ended
	go func() {
		ended <- w.cfg.Serve(ctx, info, conn)
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}()
}

// close closes the conn of l, if it is open, and waits for Serve.
func (w *Watcher) close(l *watched) {
	if l.conn == nil {
		return
	}
	l.cancel()
	if err := l.conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		w.cfg.Logger.Warn("link closed with an error", obs.KeyLink, l.cfg.Interface, obs.KeyErr, err)
	}
	<-l.ended
	l.conn = nil
}

func (w *Watcher) closeAll() {
	for _, l := range w.links {
		w.close(l)
	}
	clear(w.links)
}

// fail notes why l has no conn, and when to try again.
func (w *Watcher) fail(ctx context.Context, l *watched, info Info, err error, now time.Time) {
	if err == nil {
		err = fmt.Errorf("read from %s: ended", info.Name)
	}
	l.backoff = min(max(2*l.backoff, retryFirst), retryMost)
	l.retryAt = now.Add(l.backoff)
	w.enter(ctx, l, State{Name: info.Name, Status: StatusFailed, Err: err, Info: info})
}

// enter makes st the state of l and logs it if it is another one.
func (w *Watcher) enter(ctx context.Context, l *watched, st State) {
	old := l.state
	l.state = st
	if l.logged && old.Status == st.Status && errText(old.Err) == errText(st.Err) && old.Info.Index == st.Info.Index {
		return
	}
	l.logged = true
	log := w.cfg.Logger.With(obs.KeyLink, st.Name)
	switch st.Status {
	case StatusUp:
		log.InfoContext(ctx, "link is up", obs.KeyAddresses, st.Info.Addrs)
	case StatusFailed:
		log.WarnContext(ctx, "link failed", obs.KeyErr, st.Err)
	default:
		log.InfoContext(ctx, "link is "+st.Status.String())
	}
}

// publish makes states, found for the configuration gen, visible.
func (w *Watcher) publish(states []State, gen int) {
	sortStates(states)
	w.mu.Lock()
	if gen != w.gen { // Set was called meanwhile, and has woken us again
		w.mu.Unlock()
		return
	}
	same := w.told == gen && slices.EqualFunc(w.states, states, sameState)
	w.states = states
	w.mu.Unlock()
	w.told = gen
	if !same && w.cfg.Changed != nil {
		w.cfg.Changed(slices.Clone(states))
	}
}
