package engine_test

import (
	"encoding/binary"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/event"
	"rollcall/internal/option"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
)

// world is a state with a clock and a disk. Every change goes through it, and it verifies after each that the tables of the
// state agree, that the disk and the state agree, and that what was promised to clients holds.
type world struct {
	t     testing.TB
	where string // the step under way, for messages
	now   time.Time
	s     *engine.State
	front *engine.Frontend
	links map[string]*engine.Link
	xid   uint32

	disk    map[engine.IP]*engine.Lease // what the commits made of it
	roll    map[string]*engine.Reservation
	boots   map[engine.HW]*engine.BootState
	ids     int
	told    []string // kinds of the events of the last step
	last    *engine.Decision
	tenants tenants
	all     []*engine.Event
	// promised is until when an address was promised to whom by an ACK.
	promised map[engine.IP]promise
	rules    *rules // nil for none
}

type promise struct {
	hw    engine.HW
	id    string // client identifier
	until int64
}

func newWorld(t testing.TB, p planning) *world {
	w := &world{
		t: t, now: time.Unix(1_800_000_000, 0), s: engine.NewState(p.plan()), disk: map[engine.IP]*engine.Lease{},
		roll: map[string]*engine.Reservation{}, boots: map[engine.HW]*engine.BootState{}, promised: map[engine.IP]promise{}, where: "start",
	}
	w.attach(frontend())
	w.s.AddFrontend(otherFrontend())
	return w
}

func (w *world) attach(f *engine.Frontend) {
	w.front, w.links = f, map[string]*engine.Link{}
	w.s.AddFrontend(f)
	for _, l := range f.Links {
		w.links[l.Name] = l
	}
}

func (w *world) errorf(format string, args ...any) {
	w.t.Helper()
	w.t.Errorf("%s: %s", w.where, fmt.Sprintf(format, args...))
}

// query returns a message as it arrives; more options may be added before send.
func (w *world) query(typ engine.MessageType, hw engine.HW, link string, opts option.List) *engine.Query {
	w.xid++
	return &engine.Query{Link: w.links[link], Port: 67, Type: typ, XID: w.xid, HW: hw, Options: opts}
}

// send decides upon a message and puts the decision into effect.
func (w *world) send(q *engine.Query) engine.Decision {
	w.t.Helper()
	q.Index()
	w.consult(q)
	e, _ := engine.Explain(w.s, q, w.now)
	d := engine.Decide(w.s, q, w.now)
	w.checkRoom(q, d)
	w.checkAnswer(q, &d)
	w.checkExplained(&d, &e)
	w.s.Apply(q, &d, w.now.Unix())
	w.commit(&d.Commit)
	w.last = &d
	if d.Kind == engine.Ack && d.IP != 0 {
		w.checkAck(q, &d)
	}
	return d
}

func (w *world) checkAnswer(q *engine.Query, d *engine.Decision) {
	w.t.Helper()
	if !d.Options.Valid() {
		w.errorf("options of the answer are no list: %x", d.Options)
	}
	_, rapid := q.Options.Get(option.RapidCommit)
	if q.Type == engine.Discover && (d.Kind == engine.Nak || d.Kind == engine.Ack && !(rapid && w.s.Plan().RapidCommit)) {
		w.errorf("a DISCOVER was answered with %v", d.Kind)
	}
	if _, ok := d.Options.Get(option.RapidCommit); ok != (q.Type == engine.Discover && d.Kind == engine.Ack) {
		w.errorf("%v has option 80: %v (RFC 4039 §3.1)", d.Kind, ok)
	}
	if _, ok := d.Options.Get(option.ServerID); ok == (q.Type == engine.BOOTRequest) && (d.Kind == engine.Offer || d.Kind == engine.Ack || d.Kind == engine.Nak) {
		w.errorf("%v has a server identifier: %v", d.Kind, ok)
	}
	if q.Type == engine.BOOTRequest && (d.Kind == engine.Offer || d.Kind == engine.Nak) {
		w.errorf("a BOOTP client was answered with %v", d.Kind)
	}
	if d.Kind == engine.Offer && len(d.Commit.Leases) > 0 {
		w.errorf("an offer that writes %d leases", len(d.Commit.Leases))
	}
	if (d.Kind == engine.Nak || d.Kind == engine.Drop) && q.Type != engine.Release && q.Type != engine.Decline && len(d.Commit.Leases) > 0 {
		w.errorf("%v %s writes %d leases", d.Kind, d.Reason, len(d.Commit.Leases))
	}
	if (d.Kind == engine.Nak || d.Kind == engine.Drop) && d.Reason == "" {
		w.errorf("%v without a reason", d.Kind)
	}
	if d.Reason != "" && !slices.Contains(engine.Reasons(), d.Reason) {
		w.errorf("reason %q is not in the set", d.Reason)
	}
	_, v6Only := d.Options.Get(option.IPv6OnlyPreferred)
	_, auto := d.Options.Get(option.AutoConfigure)
	if d.Kind == engine.Offer && d.IP == 0 && !v6Only && !auto && bootAnswer(d).Stage == boot.StageNone {
		w.errorf("an offer of no address")
	}
	if v6Only && d.IP != 0 && q.CIAddr == 0 {
		w.errorf("a new address and option 108 (RFC 8925 §3.3)")
	}
	w.checkBoot(q, d)
	for _, c := range []option.Code{option.RequestedAddress, option.ParameterRequestList, option.MaxMessageSize} {
		if _, ok := d.Options.Get(c); ok {
			w.errorf("option %d must not be in an answer (RFC 2131 Table 3)", c)
		}
	}
	if sub := w.s.Plan().SubnetOf(d.IP); d.IP != 0 && !sub.Assignable(d.IP) {
		w.errorf("%v is no address for a host", d.IP)
	}
	if d.IP != 0 && (w.s.Plan().SubnetOf(d.IP).ServerID == d.IP || w.ours(d.IP)) {
		w.errorf("%v is the server's own", d.IP)
	}
	if p := w.s.Plan().PoolOf(d.IP); p != nil && d.Kind != engine.Drop && w.s.ReservationOf(d.IP) == nil {
		for _, r := range p.Exclude {
			if r.Contains(d.IP) {
				w.errorf("%v is excluded", d.IP)
			}
		}
		if p.ExcludeEnds && (d.IP&0xff == 0 || d.IP&0xff == 0xff) {
			w.errorf("%v is an end", d.IP)
		}
	}
	if d.Kind == engine.Offer || d.Kind == engine.Ack {
		w.checkTimes(d)
	}
}

// checkBoot verifies that where another server gives the addresses, and on the PXE port, nothing is given but boot files.
func (w *world) checkBoot(q *engine.Query, d *engine.Decision) {
	w.t.Helper()
	if d.Subnet == nil || d.Subnet.Scope.Boot == nil {
		return
	}
	levels := boot.Levels{d.Subnet.Scope.Boot}
	if levels.Role() != boot.Proxy && (q.Port != boot.PXEPort || levels.PortMode() != boot.PortPXE) {
		return
	}
	switch {
	case d.Kind == engine.Nak:
		w.errorf("a NAK where no addresses are given")
	case d.IP != 0 || len(d.Commit.Leases) > 0:
		w.errorf("%v and %d leases where no addresses are given", d.IP, len(d.Commit.Leases))
	case d.Kind != engine.Drop && (d.Boot == nil || d.Boot.Answer.Stage == boot.StageNone):
		w.errorf("%v says nothing where it can only be about booting", d.Kind)
	}
}

func (w *world) ours(ip engine.IP) bool {
	for _, l := range w.s.Links() {
		if slices.Contains(l.IPs, ip) {
			return true
		}
	}
	return false
}

// checkExplained verifies that explain says what is done, but for what only a short wait is about.
func (w *world) checkExplained(d, explained *engine.Decision) {
	w.t.Helper()
	if d.Kind == engine.Probe || d.Reason == engine.Probing || explained.Reason == engine.Suspended {
		return
	}
	if d.Kind != explained.Kind || d.Reason != explained.Reason || d.IP != explained.IP || d.File != explained.File ||
		string(d.Options) != string(explained.Options) {
		w.errorf("explain says %v %v %s %x,\n it was %v %v %s %x", explained.Kind, explained.IP, explained.Reason, explained.Options,
			d.Kind, d.IP, d.Reason, d.Options)
	}
}

// checkTimes verifies that T1 comes no later than T2, and both before the end (RFC 2131 §4.4.5).
func (w *world) checkTimes(d *engine.Decision) {
	w.t.Helper()
	var times [3]uint32
	for i, code := range []option.Code{option.RenewalTime, option.RebindingTime, option.LeaseTime} {
		if v, ok := d.Options.Get(code); ok {
			if times[i] = binary.BigEndian.Uint32(v); times[i] == 0 {
				w.errorf("option %d is 0", code)
			}
		}
	}
	t1, t2, end := times[0], times[1], times[2]
	if t1 != 0 && t2 != 0 && t1 > t2 || max(t1, t2) != 0 && (max(t1, t2) >= end || end == engine.Infinite) {
		w.errorf("T1 %d, T2 %d, lease time %d", t1, t2, end)
	}
}

// checkAck verifies what an ACK promised: the lease is the client's and lasts as long as the client was told.
func (w *world) checkAck(q *engine.Query, d *engine.Decision) {
	w.t.Helper()
	l := w.s.Lease(d.IP)
	if l == nil || l.HW != q.HW || !l.Holds(w.now.Unix()) {
		w.errorf("ACK of %v, whose lease is %+v", d.IP, l)
		return
	}
	v, ok := d.Options.Get(option.LeaseTime)
	if q.Type == engine.BOOTRequest {
		v, ok = []byte{255, 255, 255, 255}, !ok // it is never told, and lasts for ever (RFC 1534 §2)
	}
	if !ok || len(v) != 4 {
		w.errorf("ACK without lease time")
		return
	}
	told := int64(uint32(v[0])<<24 | uint32(v[1])<<16 | uint32(v[2])<<8 | uint32(v[3]))
	if told == engine.Infinite {
		told = engine.Never - w.now.Unix()
	}
	if w.now.Unix()+told > l.Expires {
		w.errorf("client was told %d s of %v, its lease ends in %d s", told, d.IP, l.Expires-w.now.Unix())
	}
	r := w.s.ReservationOf(d.IP)
	byLine := r != nil && (r.Kind == engine.ByCircuitID || r.Kind == engine.ByRemoteID) // whichever machine is there now
	if p, ok := w.promised[d.IP]; ok && !byLine && w.now.Unix() < p.until && p.hw != q.HW && (p.id == "" || p.id != clientID(q)) {
		w.errorf("%v is promised to %v for another %d s, and now to %v too", d.IP, p.hw, p.until-w.now.Unix(), q.HW)
	}
	w.promised[d.IP] = promise{q.HW, clientID(q), w.now.Unix() + told}
	if r != nil && l.Reservation != r.ID {
		w.errorf("%v is reserved by %s and went to %v by reservation %q", d.IP, r.ID, q.HW, l.Reservation)
	}
}

func clientID(q *engine.Query) string { id, _ := q.Options.Get(option.ClientID); return string(id) }

// commit writes to the disk what a store would, and verifies everything.
func (w *world) commit(c *engine.Commit) {
	w.t.Helper()
	for _, l := range c.Leases {
		rev := uint64(0)
		if have := w.disk[l.IP]; have != nil {
			rev = have.Revision
		}
		if l.Revision != rev+1 {
			w.errorf("lease of %v goes from revision %d to %d", l.IP, rev, l.Revision)
		}
		w.disk[l.IP] = l
		if l.State != engine.Active {
			delete(w.promised, l.IP) // given back, or taken back with a NAK or an event
		}
	}
	for _, r := range c.Put {
		w.roll[r.ID] = r
	}
	for _, id := range c.Delete {
		delete(w.roll, id)
	}
	for _, b := range c.Boots {
		if w.boots[b.HW] = b; b.Done == 0 {
			delete(w.boots, b.HW)
		}
	}
	for _, e := range c.Events {
		w.told = append(w.told, string(e.Kind))
		if e.Time != w.now.UnixMicro() {
			w.errorf("%s is told of another time", e.Kind)
		}
		if e.Kind == event.PoolLow || e.Kind == event.PoolExhausted {
			if e.IP != 0 || e.Pool == "" {
				w.errorf("%s of %q names address %v", e.Kind, e.Pool, e.IP)
			}
		}
	}
	w.all = append(w.all, c.Events...)
	w.check()
}

func (w *world) check() {
	w.t.Helper()
	if err := w.s.Check(); err != nil {
		w.errorf("%v", err)
	}
	if w.s.Leases() != len(w.disk) {
		w.errorf("state has %d leases, disk has %d", w.s.Leases(), len(w.disk))
	}
	for ip, l := range w.disk {
		if have := w.s.Lease(ip); !reflect.DeepEqual(have, l) {
			w.errorf("lease of %v differs (-disk +state):\n%s", ip, cmp.Diff(l, have))
		}
	}
}

// pass lets time go by second by second, as the keeper does.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	for end := w.now.Add(d); w.now.Before(end); {
		w.now = w.now.Add(min(time.Second, end.Sub(w.now)))
		for more := true; more; {
			var c engine.Commit
			c, more = w.s.Expire(w.now, 100)
			for _, l := range c.Leases {
				if old := w.disk[l.IP]; old == nil || old.Expires > w.now.Unix() {
					w.errorf("%v ended early: %+v", l.IP, old)
				}
			}
			if !c.Empty() {
				w.commit(&c)
			}
		}
	}
}

// restart loads a new state from the disk.
func (w *world) restart(p planning) {
	w.s = engine.NewState(w.rules.onto(p.plan()))
	w.load()
	w.attach(frontend())
	w.s.AddFrontend(otherFrontend())
	w.check()
}

func (w *world) load() {
	for _, ip := range slices.Sorted(maps.Keys(w.disk)) {
		w.s.Load(w.disk[ip])
	}
	w.s.Loaded()
	for _, b := range w.boots {
		w.s.LoadBoot(b)
	}
	for _, r := range slices.SortedFunc(maps.Values(w.roll), engine.CompareReservations) {
		w.s.Restore(r)
	}
}

func (w *world) reserve(kind engine.IdentifierKind, value, subnet string, addr engine.IP) (*engine.Reservation, error) {
	w.ids++
	return w.enrol(engine.Reservation{ID: fmt.Sprint(w.ids), Kind: kind, Value: value, Subnet: subnet, IP: addr})
}

func (w *world) enrol(r engine.Reservation) (*engine.Reservation, error) {
	res, c, err := w.s.Enrol(r, w.now)
	if err != nil {
		return nil, err
	}
	w.s.PutReservation(res)
	w.commit(&c)
	return res, nil
}

func (w *world) unreserve(id string) error {
	r, c, err := w.s.Strike(id, 0, w.now)
	if err != nil {
		return err
	}
	w.s.DropReservation(r)
	w.commit(&c)
	return nil
}

func (w *world) put(c engine.Commit) {
	w.s.Put(&c)
	w.commit(&c)
}

// grant leases an address of eth1 to a client.
func (w *world) grant(client, addr string) {
	w.t.Helper()
	if d := w.send((&script{world: w}).message([]string{client, "select", addr})); d.Kind != engine.Ack {
		w.errorf("%s asked for %s and got %v %s", client, addr, d.Kind, d.Reason)
	}
}

// events returns the kinds told since the last call.
func (w *world) events() string {
	told := strings.Join(w.told, " ")
	w.told = nil
	return told
}
