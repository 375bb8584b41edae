package engine_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// fieldOf returns a state with so many subnets behind relays, reservations spread over them, and classes as networks in the field
// have them: most by how a vendor class or a hardware address begins, some by other things. The clients of its queries are members
// of one of them.
func fieldOf(subnets, roll, classes int) *benchWorld {
	scope := engine.Scope{Times: times(3600, 1800, 3150), Options: engine.NewOptions([]engine.Option{
		{Code: option.Router, Value: []byte{10, 0, 0, 1}, From: "global"},
		{Code: option.DomainNameServer, Value: []byte{10, 0, 0, 2, 10, 0, 0, 3}, From: "global"},
		{Code: option.DomainName, Value: []byte("lan.example.org"), From: "global"},
		{Code: option.NTPServer, Value: []byte{10, 0, 0, 4}, From: "global"},
	})}
	parts := engine.Parts{Settings: settings()}
	parts.FloodActions, parts.Probe = 0, false
	for i := range subnets {
		name := fmt.Sprint("s", i)
		first := relayOf(i) - 1
		s := &engine.Subnet{Ref: name, Prefix: netip.PrefixFrom(first.Addr(), 20), Network: &engine.Network{Name: name}, Scope: scope}
		s.Pools = []*engine.Pool{{Subnet: s, First: first + 16, Last: first + 2047}}
		parts.Subnets = append(parts.Subnets, s)
	}
	for i := range roll {
		h := benchHW(0x10, i)
		parts.Roll = append(parts.Roll, &engine.Reservation{ID: fmt.Sprint("config-", i), Kind: engine.ByHardware, Value: string(h.Bytes()),
			Subnet: fmt.Sprint("s", i%subnets), FromConfig: true})
	}
	for i := range classes {
		parts.Classes = append(parts.Classes, fieldClass(i))
	}
	w := &benchWorld{now: time.Unix(1_800_000_000, 0)}
	w.s = engine.NewState(engine.NewPlan(parts))
	f := &engine.Frontend{Name: "f1"}
	w.link = &engine.Link{Frontend: f, Name: "eth0", IPs: []engine.IP{ip("192.168.0.1")}}
	f.Links = []*engine.Link{w.link}
	w.s.AddFrontend(f)
	return w
}

// relayOf returns the address of the relay of a subnet.
func relayOf(i int) engine.IP { return ip("10.0.0.1") + engine.IP(i)<<12 }

func fieldClass(i int) *engine.Class {
	cl := &engine.Class{Name: fmt.Sprint("class", i), Options: engine.NewOptions([]engine.Option{
		{Code: option.VendorSpecific, Value: []byte{1, 1, byte(i)}, From: fmt.Sprint("class class", i)},
	})}
	cond := engine.Condition{Source: engine.MatchVendorClass, Globs: []engine.Glob{engine.TextGlob(fmt.Sprintf("%c%cphone %d*", 'A'+i%26, 'a'+i%7, i))}}
	switch {
	case i == 0:
		cond.Globs = []engine.Glob{engine.TextGlob("MSFT *")}
	case i%10 == 1:
		cond = engine.Condition{Source: engine.MatchUserClass, Globs: []engine.Glob{engine.TextGlob(fmt.Sprint("kiosk", i))}}
	case i%10 == 2:
		cond = engine.Condition{Source: engine.MatchArch, Numbers: []uint16{uint16(i)}}
	case i%3 == 0:
		cond = engine.Condition{Source: engine.MatchHardware, Globs: []engine.Glob{engine.TextGlob(fmt.Sprintf("%02x:%02x:17:*", i*5, i*3))}}
	}
	cl.Match = []engine.Condition{cond}
	return cl
}

// askers are 256 clients behind all relays in turn.
func (w *benchWorld) askers(subnets int, typ engine.MessageType, more option.List) []*engine.Query {
	var qs []*engine.Query
	for i := range 256 {
		q := w.query(typ, benchHW(0x30, i), more.AppendString(option.VendorClass, "MSFT 5.0"))
		q.GIAddr = relayOf(i * 7919 % subnets)
		qs = append(qs, q)
	}
	return qs
}

// BenchmarkField holds a large configuration against one subnet and nothing else: it should cost at most half as much again.
func BenchmarkField(b *testing.B) {
	for _, size := range []struct{ subnets, roll, classes int }{{1, 0, 0}, {1000, 100_000, 50}} {
		name := fmt.Sprintf("subnets=%d/reservations=%d/classes=%d", size.subnets, size.roll, size.classes)
		w := fieldOf(size.subnets, size.roll, size.classes)
		b.Run("discover/"+name, func(b *testing.B) {
			qs := w.askers(size.subnets, engine.Discover, nil)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				w.decide(b, qs[i%len(qs)], engine.Offer)
			}
		})
		b.Run("renew/"+name, func(b *testing.B) {
			qs := w.askers(size.subnets, engine.Request, nil)
			for i, q := range qs {
				q.CIAddr = q.GIAddr + 1000 + engine.IP(i) // beyond what is offered
				first := *q
				first.CIAddr, first.Options = 0, first.Options.AppendUint32(option.ServerID, uint32(ip("192.168.0.1"))).
					AppendUint32(option.RequestedAddress, uint32(q.CIAddr))
				w.decide(b, &first, engine.Ack)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				w.decide(b, qs[i%len(qs)], engine.Ack)
			}
		})
	}
}

func (w *benchWorld) decide(t testing.TB, q *engine.Query, want engine.Kind) {
	q.XID++
	q.Index()
	d := w.heed(q)
	if d.Kind != want {
		t.Fatal(d.Kind, d.Reason)
	}
}

// What a message allocates does not grow with what is configured: it is nothing.
func TestDecideAllocatesLittle(t *testing.T) {
	for _, test := range []struct {
		subnets, roll, classes int
		discover, renew        float64
	}{
		{1, 0, 0, 0, 0}, {100, 1000, 0, 0, 0}, {100, 1000, 50, 0, 0},
	} {
		w := fieldOf(test.subnets, test.roll, test.classes)
		q := w.askers(test.subnets, engine.Discover, nil)[3]
		w.decide(t, q, engine.Offer)
		if got := testing.AllocsPerRun(100, func() { w.decide(t, q, engine.Offer) }); got > test.discover {
			t.Errorf("%+v: %v allocations for a DISCOVER", test, got)
		}
		q = w.askers(test.subnets, engine.Request, option.List(nil).AppendUint32(option.ServerID, uint32(ip("192.168.0.1"))).
			AppendUint32(option.RequestedAddress, uint32(relayOf(3*7919%test.subnets)+1000)))[3]
		w.decide(t, q, engine.Ack)
		if got := testing.AllocsPerRun(100, func() { w.decide(t, q, engine.Ack) }); got > test.renew {
			t.Errorf("%+v: %v allocations for a REQUEST", test, got)
		}
	}
}
