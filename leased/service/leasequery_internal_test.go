package service

import (
	"context"
	"net/netip"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	"rollcall/leased/probe"
	"rollcall/leased/store"
	leasedv1 "rollcall/proto/leased/v1"
)

// away is a prober that can reach no subnet.
type away struct{ keeper.Prober }

func (away) Attached(netip.Addr) bool                                           { return false }
func (away) Probe(netip.Addr, time.Duration, func(h probe.Host, answered bool)) {}

// page takes what Bulk sends.
type page struct {
	grpc.ServerStreamingServer[leasedv1.BulkResponse]
	ctx  context.Context
	sent []*leasedv1.BulkResponse
}

func (p *page) Context() context.Context { return p.ctx }

func (p *page) Send(m *leasedv1.BulkResponse) error { p.sent = append(p.sent, m); return nil }

// mute takes answers that nobody waits for.
type mute struct{}

func (mute) Send([]keeper.Answer) {}

// TestBulkWaitsForTheDisk: a lease on its way to the disk is told of when it is there, and is not left out for that.
func TestBulkWaitsForTheDisk(t *testing.T) {
	disk, err := store.Open(store.Config{Path: filepath.Join(t.TempDir(), "leases.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	ip := func(s string) engine.IP { return engine.IPOf(netip.MustParseAddr(s)) }
	yard := &engine.Subnet{
		Ref: "yard", Prefix: netip.MustParsePrefix("10.80.0.0/24"), Network: &engine.Network{Name: "yard"},
		Scope: engine.Scope{Times: engine.Times{Time: 600, Min: 600, Max: 600}},
	}
	yard.Pools = []*engine.Pool{{Subnet: yard, First: ip("10.80.0.10"), Last: ip("10.80.0.19")}}
	requestor := engine.Range{First: ip("10.80.0.2"), Last: ip("10.80.0.2")}
	plan := engine.NewPlan(engine.Parts{
		Subnets: []*engine.Subnet{yard}, Settings: engine.Settings{OfferTime: 60, LeaseQuery: []engine.Range{requestor}},
	})
	synctest.Test(t, func(t *testing.T) {
		k := keeper.New(keeper.Config{State: engine.NewState(plan), Store: disk, Prober: away{}})
		ctx, cancel := context.WithCancel(t.Context())
		defer func() { cancel(); synctest.Wait() }()
		go func() { _ = k.Run(ctx) }()

		f := &engine.Frontend{Name: "gate"}
		f.Links = []*engine.Link{{Frontend: f, Name: "eth1", IPs: []engine.IP{ip("10.80.0.1")}, Up: true}}
		q := engine.Query{Link: f.Links[0], Port: 67, Type: engine.Request, XID: 1, HW: engine.HWOf(1, []byte{2, 0, 0, 0, 0, 1})}
		q.Options = option.List(nil).AppendAddr(option.RequestedAddress, netip.MustParseAddr("10.80.0.15")).
			AppendAddr(option.ServerID, netip.MustParseAddr("10.80.0.1"))
		q.Index()
		if err := k.Ask(ctx, &keeper.Batch{Queries: []keeper.Query{{ID: 1, Query: q}}, To: mute{}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second) // the lease is older than the query

		p := &page{ctx: ctx}
		ended := make(chan error, 1)
		go func() {
			ended <- (&leaseQueries{keeper: k, store: disk}).Bulk(&leasedv1.BulkRequest{Source: uint32(requestor.First)}, p)
		}()
		synctest.Wait()
		if len(p.sent) > 0 {
			t.Errorf("before anything is on disk it tells of %v", p.sent)
		}
		go func() { _ = disk.Run(ctx) }()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		active, told := 0, 0
		for _, m := range p.sent {
			for _, b := range m.GetBindings() {
				told++
				if b.GetActive() && b.GetAddress() == uint32(ip("10.80.0.15")) {
					active++
				}
			}
		}
		if active != 1 || told != 10 {
			t.Errorf("%d addresses are told of, %d of them as the lease; want 10 and 1", told, active)
		}
	})
}
