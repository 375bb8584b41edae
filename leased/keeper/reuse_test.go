package keeper_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	"rollcall/leased/probe"
	"rollcall/leased/store"
)

// crowd is machines with a name and an address each, on one link.
type crowd struct {
	state *engine.State
	link  *engine.Link
}

const crowdSize = 500

func newCrowd() *crowd {
	yard := &engine.Subnet{
		Ref: "yard", Prefix: netip.MustParsePrefix("10.80.0.0/16"), Network: &engine.Network{Name: "yard"},
		Scope: engine.Scope{Times: engine.Times{Time: 600, Min: 600, Max: 600}},
	}
	yard.Pools = []*engine.Pool{{Subnet: yard, First: ip("10.80.128.0"), Last: ip("10.80.255.254")}}
	var roll []*engine.Reservation
	for i := range crowdSize {
		h := member(i)
		roll = append(roll, &engine.Reservation{
			ID: fmt.Sprint("config-", i+1), Kind: engine.ByHardware, Value: string(h.Bytes()), Subnet: "yard", IP: seat(i), Hostname: name(i),
			FromConfig: true,
		})
	}
	c := &crowd{state: engine.NewState(engine.NewPlan(engine.Parts{Subnets: []*engine.Subnet{yard}, Roll: roll, Settings: engine.Settings{
		Authoritative: true, OfferTime: 30, UnservedFor: 60, UnknownRepeat: 3600, RenewedEvents: true, FloodActions: 1 << 30, FloodRefill: 1,
	}}))}
	f := &engine.Frontend{Name: "f1"}
	c.link = &engine.Link{Frontend: f, Name: "eth0", IPs: []engine.IP{ip("10.80.0.1")}, Up: true}
	f.Links = []*engine.Link{c.link}
	c.state.AddFrontend(f)
	return c
}

func member(i int) engine.HW { return engine.HWOf(1, []byte{2, 0, 0, 0, byte(i >> 8), byte(i)}) }
func seat(i int) engine.IP   { return ip("10.80.1.0") + engine.IP(i) }
func name(i int) string      { return fmt.Sprintf("machine-%d", i) }

// message fills in a query of a member: a DISCOVER, or a REQUEST of its own address or another's.
func (c *crowd) message(q *keeper.Query, b *keeper.Batch, i int, typ engine.MessageType, wants engine.IP) {
	q.Link, q.Port, q.Type, q.HW = c.link, 67, typ, member(i)
	o := make(option.List, 0, 256).Append(option.ParameterRequestList, []byte{12}).AppendString(option.ClientID, fmt.Sprint("id of ", i))
	if typ == engine.Request {
		o = o.AppendUint32(option.ServerID, uint32(ip("10.80.0.1"))).AppendUint32(option.RequestedAddress, uint32(wants))
	}
	q.Options = b.Keep(o)
	clear(o)
	q.Index()
}

// clerk verifies what comes, while it is allowed to look at it.
type clerk struct {
	t  *testing.T
	wg *sync.WaitGroup
}

func (c clerk) Send(answers []keeper.Answer) {
	for _, a := range answers {
		i := int(a.ID)
		d := &a.Decision
		switch name, _ := d.Options.Get(option.HostName); {
		case !d.Options.Valid():
			c.t.Errorf("%d got options %x", i, d.Options)
		case d.Kind == engine.Nak:
			if why, _ := d.Options.Get(option.Message); string(why) != d.Reason.Text() {
				c.t.Errorf("%d got a NAK that says %q", i, why)
			}
		case d.Kind != engine.Offer && d.Kind != engine.Ack, d.IP != seat(i), string(name) != fmt.Sprintf("machine-%d", i):
			c.t.Errorf("%d got %v %v of %q", i, d.Kind, d.IP, name)
		}
		c.wg.Done()
	}
}

// ledger is a store that takes its time and now and then loses. What it is given it looks at until Done.
type ledger struct {
	t     *testing.T
	queue chan *store.Pending
	mu    sync.Mutex
	have  map[engine.IP]*engine.Lease
}

func (l *ledger) Submit(p *store.Pending) { l.queue <- p }
func (*ledger) NextReservationID() uint64 { return 1 }

func (l *ledger) run(ctx context.Context) {
	for {
		select {
		case p := <-l.queue:
			for _, e := range p.Events {
				if m := e.Machine; m != nil && len(m.ClientID) > 0 && string(m.ClientID) != fmt.Sprint("id of ", int(m.HW.Octets[4])<<8+int(m.HW.Octets[5])) {
					l.t.Errorf("%s is about %v and %q", e.Kind, m.HW, m.ClientID)
				}
			}
			if len(p.Leases) > 0 && rand.IntN(10) == 0 {
				p.Done(l.lose(p))
				continue
			}
			l.mu.Lock()
			for _, lease := range p.Leases {
				l.have[lease.IP] = written(lease)
			}
			l.mu.Unlock()
			p.Done(store.Outcome{})
		case <-ctx.Done():
			return
		}
	}
}

func (l *ledger) lose(p *store.Pending) (o store.Outcome) {
	o.Lost = true
	for _, lease := range p.Leases {
		if have, ok := l.have[lease.IP]; ok {
			o.Current = append(o.Current, have)
		}
	}
	return o
}

type nowhere struct{}

func (nowhere) Attached(netip.Addr) bool { return false }
func (nowhere) Probe(a netip.Addr, _ time.Duration, done func(probe.Host, bool)) {
	done(probe.Host{Addr: a}, false)
}
func (nowhere) Scan(context.Context, netip.Addr, netip.Addr, int, time.Duration) ([]probe.Host, error) {
	return nil, probe.ErrNotAttached
}

// The memory of a batch and of its answers is used again. However many of them are under way at once, and whatever is lost and decided
// again, nobody sees what is another's.
func TestMemoryIsUsedAgain(t *testing.T) {
	c := newCrowd()
	disk := &ledger{t: t, queue: make(chan *store.Pending, 64), have: map[engine.IP]*engine.Lease{}}
	k := keeper.New(keeper.Config{State: c.state, Store: disk, Prober: nowhere{}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go disk.run(ctx)
	go func() { _ = k.Run(ctx) }()
	var askers, answers sync.WaitGroup
	for range 3 {
		askers.Go(func() {
			for range 400 {
				b := keeper.NewBatch(1+rand.IntN(30), clerk{t, &answers})
				for j := range b.Queries {
					q, i := &b.Queries[j], rand.IntN(crowdSize)
					q.ID, q.XID = uint32(i), rand.Uint32()
					switch rand.IntN(5) {
					case 0, 1:
						c.message(q, b, i, engine.Discover, 0)
					case 2:
						c.message(q, b, i, engine.Request, seat(i)+1)
					default:
						c.message(q, b, i, engine.Request, seat(i))
					}
				}
				answers.Add(len(b.Queries))
				if err := k.Ask(ctx, b); err != nil {
					t.Error(err)
				}
			}
		})
	}
	askers.Wait()
	answers.Wait()
}
