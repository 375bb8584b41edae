package keeper_test

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"rollcall/internal/event"
	"rollcall/internal/option"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	"rollcall/leased/probe"
	"rollcall/leased/store"
)

// disk is a store that holds its users and itself to the contract: commits carry the next revision of every lease, and their
// Dones are called one after the other in the order of submission.
type disk struct {
	t    *testing.T
	sync time.Duration // how long a commit takes
	hang atomic.Bool   // commits never end

	mu      sync.Mutex
	loses   bool // the next commit with leases loses; lose is what is there instead
	lose    []*engine.Lease
	queue   []*store.Pending
	wake    chan struct{}
	leases  map[engine.IP]*engine.Lease
	events  []*engine.Event
	boots   []engine.BootState
	commits int
	sizes   []int // leases of each commit
	ids     uint64
}

func (d *disk) Submit(p *store.Pending) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.queue = append(d.queue, p)
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

func (d *disk) NextReservationID() uint64 { d.ids++; return d.ids }

func (d *disk) run(ctx context.Context) {
	for {
		select {
		case <-d.wake:
		case <-ctx.Done():
			return
		}
		for p := d.next(); p != nil; p = d.next() {
			if d.hang.Load() {
				<-ctx.Done()
				return
			}
			time.Sleep(d.sync)
			o := d.write(p)
			if p.Done != nil {
				p.Done(o)
			}
		}
	}
}

// written returns a copy of a lease, which belongs to the disk until Done only.
func written(l *engine.Lease) *engine.Lease {
	w := *l
	w.ClientID, w.VendorClass, w.RelayInfo = slices.Clone(l.ClientID), slices.Clone(l.VendorClass), slices.Clone(l.RelayInfo)
	return &w
}

// loseNext makes the next commit with leases lose to these.
func (d *disk) loseNext(current ...*engine.Lease) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.loses, d.lose = true, current
}

func (d *disk) next() *store.Pending {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.queue) == 0 {
		return nil
	}
	p := d.queue[0]
	d.queue = d.queue[1:]
	return p
}

func (d *disk) write(p *store.Pending) store.Outcome {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.loses && len(p.Leases) > 0 {
		d.loses = false
		for _, l := range d.lose {
			d.leases[l.IP] = l
		}
		return store.Outcome{Lost: true, Current: d.lose}
	}
	for _, l := range p.Leases {
		have := uint64(0)
		if old := d.leases[l.IP]; old != nil {
			have = old.Revision
		}
		if l.Revision != have+1 {
			d.t.Errorf("lease of %v is written with revision %d over %d", l.IP, l.Revision, have)
		}
		d.leases[l.IP] = written(l)
	}
	d.commits++
	d.sizes = append(d.sizes, len(p.Leases))
	for _, b := range p.Boots {
		d.boots = append(d.boots, *b)
	}
	for _, e := range p.Events {
		d.events = append(d.events, e.Clone()) // it belongs to the disk until Done only
	}
	return store.Outcome{}
}

func (d *disk) lease(addr string) *engine.Lease {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.leases[ip(addr)]
}

// written returns how many commits there were.
func (d *disk) written() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.commits
}

// told returns the kinds of the events on disk.
func (d *disk) told() []event.Kind {
	d.mu.Lock()
	defer d.mu.Unlock()
	var kinds []event.Kind
	for _, e := range d.events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// wire is a prober on a link with these hosts.
type wire struct {
	attached atomic.Bool
	rtt      time.Duration // until a host answers

	mu      sync.Mutex
	hosts   map[netip.Addr]string // client names
	probes  []netip.Addr
	scanned int
}

func (w *wire) Attached(netip.Addr) bool { return w.attached.Load() }

func (w *wire) Probe(a netip.Addr, timeout time.Duration, done func(probe.Host, bool)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.probes = append(w.probes, a)
	if name, ok := w.hosts[a]; ok {
		time.AfterFunc(w.rtt, func() { done(probe.Host{Addr: a, HW: hw(name).Bytes()}, true) })
		return
	}
	time.AfterFunc(timeout, func() { done(probe.Host{Addr: a}, false) })
}

func (w *wire) Scan(_ context.Context, first, last netip.Addr, _ int, timeout time.Duration) ([]probe.Host, error) {
	if !w.attached.Load() {
		return nil, probe.ErrNotAttached
	}
	time.Sleep(timeout)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.scanned++
	var found []probe.Host
	for a, name := range w.hosts {
		if !a.Less(first) && !last.Less(a) {
			found = append(found, probe.Host{Addr: a, HW: hw(name).Bytes()})
		}
	}
	slices.SortFunc(found, func(a, b probe.Host) int { return a.Addr.Compare(b.Addr) })
	return found, nil
}

func (w *wire) scans() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.scanned
}

func (w *wire) probed() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.probes)
}

// desk takes answers and notes when they came.
type desk struct {
	mu      sync.Mutex
	answers []answer
}

type answer struct {
	id   uint32
	kind engine.Kind
	ip   string
	why  engine.Reason
	at   time.Time
}

func (d *desk) Send(answers []keeper.Answer) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range answers {
		d.answers = append(d.answers, answer{a.ID, a.Decision.Kind, a.Decision.IP.String(), a.Decision.Reason, time.Now()})
	}
}

// take returns the answers that came since the last call.
func (d *desk) take() []answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	got := d.answers
	d.answers = nil
	return got
}

// lab is a keeper with everything around it, inside a synctest bubble.
type lab struct {
	t      *testing.T
	ctx    context.Context // of the bubble
	k      *keeper.Keeper
	disk   *disk
	wire   *wire
	desk   *desk
	front  *engine.Frontend
	boot   *boot.Settings // of the subnet
	watch  keeper.Watcher
	policy keeper.Policy
	stages engine.Stages
	skew   atomic.Int64 // of the wall clock, a time.Duration
	id     uint32
	stop   context.CancelFunc // of the keeper alone
	ended  chan error
}

// inLab runs f with a keeper. set may change things before it starts.
func inLab(t *testing.T, set func(*lab, *engine.Settings), f func(*lab)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &lab{
			t: t, disk: &disk{t: t, wake: make(chan struct{}, 1), leases: map[engine.IP]*engine.Lease{}},
			wire: &wire{hosts: map[netip.Addr]string{}, rtt: time.Millisecond}, desk: &desk{}, ended: make(chan error, 1),
		}
		rules := engine.Settings{
			Authoritative: true, OfferTime: 30, Probe: true, QuarantineTime: 600, QuarantineMax: 3600, QuarantinePerClient: 3,
			UnservedFor: 60, UnknownRepeat: 3600,
		}
		if set != nil {
			set(l, &rules)
		}
		plan := plan(rules, l.boot)
		plan.Stages = l.stages
		state := engine.NewState(plan)
		for _, lease := range l.disk.leases {
			state.Load(lease)
		}
		state.Loaded()
		l.k = keeper.New(keeper.Config{
			State: state, Store: l.disk, Prober: l.wire, Watcher: l.watch, Policy: l.policy,
			Settings: settings(),
			Wall:     func() time.Time { return time.Now().Add(time.Duration(l.skew.Load())) },
		})
		ctx, cancel := context.WithCancel(t.Context())
		l.ctx = ctx
		keeping, stop := context.WithCancel(ctx)
		l.stop = stop
		go func() { l.ended <- l.k.Run(keeping) }()
		go func() { _ = l.k.RunScans(ctx) }()
		go l.disk.run(ctx)
		l.front = &engine.Frontend{Name: "f1"}
		l.front.Links = []*engine.Link{{Frontend: l.front, Name: "eth0", IPs: []engine.IP{ip("10.80.0.1")}, Up: true}}
		if err := l.k.SetFrontend(ctx, nil, l.front); err != nil {
			t.Fatal(err)
		}
		f(l)
		if keeping.Err() == nil {
			l.view(func(s *engine.State, _ time.Time) {
				if err := s.Check(); err != nil {
					t.Error(err)
				}
			})
		}
		cancel()
		synctest.Wait()
	})
}

func settings() keeper.Settings {
	return keeper.Settings{ProbeTimeout: 100 * time.Millisecond, ScanRate: 1000, ScanTimeout: 300 * time.Millisecond}
}

func plan(set engine.Settings, b *boot.Settings) *engine.Plan {
	yard := &engine.Subnet{
		Ref: "yard", Prefix: netip.MustParsePrefix("10.80.0.0/16"), Network: &engine.Network{Name: "yard"},
		Scope: engine.Scope{Times: engine.Times{Time: 600, Min: 600, Max: 600}, Boot: b},
	}
	yard.Pools = []*engine.Pool{{Subnet: yard, First: ip("10.80.1.0"), Last: ip("10.80.59.255"), Scan: true}}
	return engine.NewPlan(engine.Parts{Subnets: []*engine.Subnet{yard}, Settings: set})
}

func ip(s string) engine.IP { return engine.IPOf(netip.MustParseAddr(s)) }

func hw(name string) engine.HW {
	b := []byte{2, 0, 0, 0, 0, 0}
	copy(b[2:], name)
	return engine.HWOf(1, b)
}

func (l *lab) view(f func(*engine.State, time.Time)) {
	l.t.Helper()
	if err := l.k.View(l.ctx, f); err != nil {
		l.t.Fatal(err)
	}
}

// query makes a message; addr is 50 of a DISCOVER, the offered address of a REQUEST or DECLINE.
func (l *lab) query(typ engine.MessageType, client, addr string) keeper.Query {
	l.id++
	q := keeper.Query{ID: l.id, Query: engine.Query{Link: l.front.Links[0], Port: 67, Type: typ, XID: l.id, HW: hw(client)}}
	var o option.List
	if addr != "" {
		o = o.AppendAddr(option.RequestedAddress, netip.MustParseAddr(addr))
	}
	if typ != engine.Discover {
		o = o.AppendAddr(option.ServerID, netip.MustParseAddr("10.80.0.1"))
	}
	q.Options = o
	return q
}

func (l *lab) renew(client, addr string) keeper.Query {
	q := l.query(engine.Discover, client, "")
	q.Type, q.CIAddr = engine.Request, ip(addr)
	return q
}

// ask hands over queries as one batch.
func (l *lab) ask(queries ...keeper.Query) {
	l.t.Helper()
	if err := l.k.Ask(l.ctx, l.batch(queries...)); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) batch(queries ...keeper.Query) *keeper.Batch {
	b := &keeper.Batch{Queries: queries, To: l.desk}
	for i := range b.Queries {
		b.Queries[i].Index()
	}
	return b
}

// grant leases an address to a client.
func (l *lab) grant(client, addr string) {
	l.t.Helper()
	l.ask(l.query(engine.Request, client, addr))
	time.Sleep(l.disk.sync + time.Millisecond)
	if got := l.only(); got.kind != engine.Ack || got.ip != addr {
		l.t.Fatalf("%s asked for %s and got %+v", client, addr, got)
	}
}

// only returns the one answer that has come.
func (l *lab) only() answer {
	l.t.Helper()
	synctest.Wait()
	got := l.desk.take()
	if len(got) != 1 {
		l.t.Fatalf("%d answers have come, want 1: %+v", len(got), got)
	}
	return got[0]
}

func (l *lab) none() {
	l.t.Helper()
	synctest.Wait()
	if got := l.desk.take(); len(got) != 0 {
		l.t.Fatalf("answers have come: %+v", got)
	}
}
