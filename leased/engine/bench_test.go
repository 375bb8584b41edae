package engine_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// benchWorld has one pool of 64k addresses, a share of them leased, and reservations beside it.
type benchWorld struct {
	s    *engine.State
	link *engine.Link
	now  time.Time
	full int // leases
	room engine.Room
}

const (
	benchPool = 1 << 16
	benchRoll = 100_000
)

func newBenchWorld(percent int, roll int) *benchWorld {
	sub := &engine.Subnet{
		Ref: "wide", Prefix: netip.MustParsePrefix("10.0.0.0/8"), Network: &engine.Network{Name: "wide"},
		Scope: engine.Scope{Times: times(3600, 1800, 3150), Options: engine.NewOptions([]engine.Option{
			{Code: option.Router, Value: []byte{10, 0, 0, 1}, From: "global"},
			{Code: option.DomainNameServer, Value: []byte{10, 0, 0, 2, 10, 0, 0, 3}, From: "global"},
			{Code: option.DomainName, Value: []byte("lan.example.org"), From: "global"},
			{Code: option.NTPServer, Value: []byte{10, 0, 0, 4}, From: "global"},
		})},
	}
	first := ip("10.1.0.0")
	sub.Pools = []*engine.Pool{{Subnet: sub, First: first, Last: first + benchPool - 1}}
	var rs []*engine.Reservation
	for i := range roll {
		h := benchHW(0x10, i)
		rs = append(rs, &engine.Reservation{ID: fmt.Sprintf("config-%d", i), Kind: engine.ByHardware, Value: string(h.Bytes()),
			Subnet: "wide", IP: ip("10.64.0.0") + engine.IP(i), FromConfig: true})
	}
	set := settings()
	set.FloodActions = 0
	w := &benchWorld{now: time.Unix(1_800_000_000, 0), full: benchPool * percent / 100}
	w.s = engine.NewState(engine.NewPlan(engine.Parts{Subnets: []*engine.Subnet{sub}, Roll: rs, Settings: set}))
	f := &engine.Frontend{Name: "f1"}
	w.link = &engine.Link{Frontend: f, Name: "eth0", IPs: []engine.IP{ip("10.0.0.1")}}
	f.Links = []*engine.Link{w.link}
	w.s.AddFrontend(f)
	for i := range w.full {
		w.s.Load(&engine.Lease{IP: first + engine.IP(i), State: engine.Active, HW: benchHW(0x20, i), Subnet: "wide",
			Started: w.now.Unix(), CLTT: w.now.Unix(), Expires: w.now.Unix() + 1e6, Revision: 1})
	}
	w.s.Loaded()
	return w
}

func benchHW(kind byte, i int) engine.HW {
	return engine.HWOf(1, []byte{2, kind, 0, byte(i >> 16), byte(i >> 8), byte(i)})
}

func (w *benchWorld) query(typ engine.MessageType, hw engine.HW, more option.List) *engine.Query {
	o := option.List(nil).Append(option.ParameterRequestList, []byte{1, 28, 2, 3, 15, 6, 12, 42}).AppendString(option.HostName, "machine")
	return &engine.Query{Link: w.link, Port: 67, Type: typ, HW: hw, Options: append(o, more...)}
}

func BenchmarkDecide(b *testing.B) {
	for _, percent := range []int{0, 99} {
		w := newBenchWorld(percent, benchRoll)
		name := fmt.Sprintf("pool=64k/full=%d%%", percent)
		// A stranger that keeps asking; the state stays as it is, but for its offer.
		b.Run("discover/"+name, func(b *testing.B) {
			q := w.query(engine.Discover, benchHW(0x30, 1), nil)
			b.ReportAllocs()
			for b.Loop() {
				q.XID++
				q.Index()
				if d := w.heed(q); d.Kind != engine.Offer {
					b.Fatal(d.Kind, d.Reason)
				}
			}
		})
		b.Run("discover-reserved/"+name, func(b *testing.B) {
			q := w.query(engine.Discover, benchHW(0x10, 5000), nil)
			b.ReportAllocs()
			for b.Loop() {
				q.XID++
				q.Index()
				if d := w.heed(q); d.Kind != engine.Offer {
					b.Fatal(d.Kind, d.Reason)
				}
			}
		})
		// A client that selects an address it has: all of a grant but the first filing.
		b.Run("request/"+name, func(b *testing.B) {
			q := w.query(engine.Request, benchHW(0x30, 2), option.List(nil).
				AppendUint32(option.ServerID, uint32(ip("10.0.0.1"))).AppendUint32(option.RequestedAddress, uint32(ip("10.1.255.255"))))
			w.renewals(b, q)
		})
		b.Run("renew/"+name, func(b *testing.B) {
			q := w.query(engine.Request, benchHW(0x30, 2), nil)
			q.CIAddr, q.Destination = ip("10.1.255.255"), ip("10.0.0.1")
			w.renewals(b, q)
		})
	}
}

func (w *benchWorld) renewals(b *testing.B, q *engine.Query) {
	b.ReportAllocs()
	for b.Loop() {
		q.XID++
		q.Index()
		if d := w.heed(q); d.Kind != engine.Ack {
			b.Fatal(d.Kind, d.Reason)
		}
	}
}

// heed decides upon a message as the keeper does. What is decided is gone with the next one.
func (w *benchWorld) heed(q *engine.Query) engine.Decision {
	w.room.Reset()
	d := w.room.Decide(w.s, q, w.now)
	w.s.Apply(q, &d, w.now.Unix())
	return d
}

// BenchmarkExchange is the four-way exchange of ever new clients, their leases ending as fast as they come.
func BenchmarkExchange(b *testing.B) {
	w := newBenchWorld(0, benchRoll)
	i := 0
	asks := w.query(engine.Discover, engine.HW{}, nil).Options
	options := make(option.List, 0, 512)
	var q engine.Query
	say := func(typ engine.MessageType, more option.List) engine.Decision {
		q = engine.Query{Link: w.link, Port: 67, Type: typ, XID: uint32(i), HW: benchHW(0x40, i), Options: more}
		q.Index()
		return w.heed(&q)
	}
	b.ReportAllocs()
	for b.Loop() {
		i++
		d := say(engine.Discover, asks)
		options = append(options[:0], asks...).AppendUint32(option.ServerID, uint32(ip("10.0.0.1")))
		if d = say(engine.Request, options.AppendUint32(option.RequestedAddress, uint32(d.IP))); d.Kind != engine.Ack {
			b.Fatal(d.Kind, d.Reason)
		}
		if i%16 == 0 {
			w.now = w.now.Add(time.Second) // 57,600 leases run at a time
			w.room.Expire(w.s, w.now, 512)
		}
	}
}

// BenchmarkLoad is the start with a full database.
func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		newBenchWorld(99, 0)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(benchPool*99/100), "ns/lease")
}

// BenchmarkAdmit is what every message pays for the limit of each client.
func BenchmarkAdmit(b *testing.B) {
	w := newWorld(b, planning{})
	q := w.query(engine.Discover, hwOf("A"), "eth1", nil)
	q.Index()
	b.ReportAllocs()
	for b.Loop() {
		w.now = w.now.Add(time.Second)
		if reason, _ := w.s.Admit(q, w.now); reason != "" {
			b.Fatal(reason)
		}
	}
}

// BenchmarkExpire is a step of a mass expiry; packets wait for it.
func BenchmarkExpire(b *testing.B) {
	const step = 128
	w := newBenchWorld(99, 0)
	b.ReportAllocs()
	ended := 0
	for b.Loop() {
		if ended+step > w.full {
			b.StopTimer()
			w, ended = newBenchWorld(99, 0), 0
			b.StartTimer()
		}
		w.room.Reset()
		w.room.Expire(w.s, w.now.Add(2e6*time.Second), step)
		ended += len(w.room.Leases)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/step, "ns/lease")
}
