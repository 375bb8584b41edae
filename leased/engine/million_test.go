package engine_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// newFullWorld has one subnet whose pool is leased by so many clients, which send client identifiers.
func newFullWorld(leases int) *benchWorld {
	sub := &engine.Subnet{Ref: "wide", Prefix: netip.MustParsePrefix("10.0.0.0/8"), Network: &engine.Network{Name: "wide"},
		Scope: engine.Scope{Times: times(3600, 1800, 3150)}}
	first := ip("10.1.0.0")
	sub.Pools = []*engine.Pool{{Subnet: sub, First: first, Last: first + engine.IP(leases) - 1}}
	set := settings()
	set.FloodActions = 0
	w := &benchWorld{now: time.Unix(1_800_000_000, 0), full: leases}
	w.s = engine.NewState(engine.NewPlan(engine.Parts{Subnets: []*engine.Subnet{sub}, Settings: set}))
	f := &engine.Frontend{Name: "f1"}
	w.link = &engine.Link{Frontend: f, Name: "eth0", IPs: []engine.IP{ip("10.0.0.1")}}
	f.Links = []*engine.Link{w.link}
	w.s.AddFrontend(f)
	for i := range leases {
		hw := benchHW(0x20, i)
		w.s.Load(&engine.Lease{IP: first + engine.IP(i), State: engine.Active, HW: hw, ClientID: append([]byte{1}, hw.Bytes()...),
			Subnet: "wide", Started: w.now.Unix(), CLTT: w.now.Unix(), Expires: w.now.Unix() + 3600, Revision: 1})
	}
	w.s.Loaded()
	return w
}

// renewal returns the message by which client i of a full world renews its lease.
func (w *benchWorld) renewal(i int) *engine.Query {
	hw := benchHW(0x20, i)
	q := w.query(engine.Request, hw, option.List(nil).Append(option.ClientID, append([]byte{1}, hw.Bytes()...)))
	q.CIAddr, q.Destination = ip("10.1.0.0")+engine.IP(i), ip("10.0.0.1")
	return q
}

// BenchmarkMillion holds a state with a million leases against one with ten thousand: clients all over it renew in no order.
func BenchmarkMillion(b *testing.B) {
	for _, leases := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprintf("renew/leases=%d", leases), func(b *testing.B) {
			w := newFullWorld(leases)
			qs := make([]*engine.Query, 1<<12)
			for i := range qs {
				qs[i] = w.renewal(i * 7919 % leases)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				w.decide(b, qs[i%len(qs)], engine.Ack)
			}
		})
	}
}
