package engine_test

import (
	"testing"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// windows is what a desktop computer sends of itself.
func windows(client int) option.List {
	name := []byte("desktop-00000")
	for i, n := len(name)-1, client; n > 0; i, n = i-1, n/10 {
		name[i] = byte('0' + n%10)
	}
	h := benchHW(0x50, client)
	return option.List(nil).Append(option.ParameterRequestList, []byte{1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252}).
		Append(option.ClientID, append([]byte{1}, h.Bytes()...)).Append(option.HostName, name).
		Append(option.ClientFQDN, append([]byte{0, 0, 0}, name...)).AppendString(option.VendorClass, "MSFT 5.0")
}

// behind is what a relay adds.
var behind = []byte("\x01\x08port 1/7\x02\x06switch")

// What a decision allocates, and what putting it into effect does, once there is memory for it. What a client is called is text that
// the lease does not share with the message.
func TestDecisionsAllocateLittle(t *testing.T) {
	const clients = 400
	var asks, selects, renews []*engine.Query
	w := fieldOf(10, 1000, 50)
	for i := range clients {
		hw, relay := benchHW(0x50, i), relayOf(i%10)
		own := relay + 100 + engine.IP(i)
		q := &engine.Query{Link: w.link, Port: 67, Type: engine.Discover, XID: uint32(i), HW: hw, GIAddr: relay,
			Options: windows(i).Append(option.RelayAgentInfo, behind)}
		asks = append(asks, q)
		q = &engine.Query{Link: w.link, Port: 67, Type: engine.Request, XID: uint32(i), HW: hw, GIAddr: relay, Options: windows(i).
			Append(option.RelayAgentInfo, behind).AppendUint32(option.ServerID, uint32(ip("192.168.0.1"))).AppendUint32(option.RequestedAddress, uint32(own))}
		selects = append(selects, q)
		q = &engine.Query{Link: w.link, Port: 67, Type: engine.Request, XID: uint32(i + 1), HW: hw, CIAddr: own, Destination: ip("192.168.0.1"),
			Options: windows(i)}
		renews = append(renews, q)
	}
	releases := make([]*engine.Query, clients)
	strangers := make([]*engine.Query, clients)
	for i, q := range renews {
		release, stranger := *q, *q
		release.Type, release.Options = engine.Release, nil
		stranger.HW, stranger.Options = benchHW(0x60, i), nil
		releases[i], strangers[i] = &release, &stranger
	}
	for i := range clients { // offers have been made before
		q := &engine.Query{Link: w.link, Port: 67, Type: engine.Discover, HW: benchHW(0x70, i), GIAddr: relayOf(i % 10)}
		w.decide(t, q, engine.Offer)
	}
	w.now = w.now.Add(time.Hour)
	w.s.Expire(w.now, 2*clients)
	for _, test := range []struct {
		name    string
		queries []*engine.Query
		kind    engine.Kind
		want    float64
	}{
		{"DISCOVER of a new client", asks, engine.Offer, 1},
		{"DISCOVER again", asks, engine.Offer, 0},
		{"REQUEST of a new client", selects, engine.Ack, 1},
		{"REQUEST that renews", renews, engine.Ack, 0},
		{"DISCOVER of one with a lease", asks, engine.Offer, 0},
		{"REQUEST of one with a lease", selects, engine.Ack, 0},
		{"REQUEST of what another has", strangers, engine.Nak, 0},
		{"RELEASE", releases, engine.Drop, 0},
		{"RELEASE again", releases, engine.Drop, 0},
		{"DISCOVER after a RELEASE", asks, engine.Offer, 0},
		{"REQUEST after a RELEASE", selects, engine.Ack, 0},
	} {
		for _, q := range test.queries {
			q.XID += clients
			q.Index()
		}
		i := 0
		got := testing.AllocsPerRun(len(test.queries)-1, func() {
			if d := w.heed(test.queries[i]); d.Kind != test.kind {
				t.Fatalf("%s: came %v %s", test.name, d.Kind, d.Reason)
			}
			i++
		})
		if got > test.want {
			t.Errorf("%s: %v allocations, want %v", test.name, got, test.want)
		} else {
			t.Logf("%s: %v", test.name, got)
		}
	}
}

// What it costs to ask the policy, and to put into effect what it says, beside the decision itself.
func TestAskingAllocatesNothing(t *testing.T) {
	w := newBenchWorld(50, 1000)
	w.s.Plan().Stages = engine.StageUnknown | engine.StageReply
	q := w.query(engine.Discover, benchHW(0x30, 1), nil)
	q.Index()
	v := &engine.Verdict{}
	edits := []engine.OptionEdit{{Code: option.DomainName, Value: []byte("x")}, {Code: option.Router}, {Code: option.NetBIOSNameServer, Value: []byte{1, 2, 3, 4}}}
	round := func() {
		w.room.Reset()
		v.Reset()
		q.Verdict = v
		if f := w.s.Facts(q, w.now, &w.room); f.Network != "wide" {
			t.Fatal("no facts")
		}
		for _, stage := range []engine.Stages{engine.StageUnknown, engine.StageReply} {
			d := w.room.Decide(w.s, q, w.now)
			if d.Ask != stage {
				t.Fatalf("asked at %b, want %b", d.Ask, stage)
			}
			w.s.Await(q, &d, w.now.Unix())
			v.Begin(&d)
			v.Reply.Options = append(v.Reply.Options, edits...)
			v.End(&d)
			w.room.Undo(&d)
		}
		d := w.room.Decide(w.s, q, w.now)
		if d.Ask != 0 || d.Kind != engine.Offer {
			t.Fatalf("came %v %s", d.Kind, d.Reason)
		}
		w.s.Apply(q, &d, w.now.Unix())
	}
	for range 10 {
		round()
	}
	if got := testing.AllocsPerRun(100, round); got > 0 {
		t.Errorf("%v allocations", got)
	}
}
