package serve

import (
	"net/netip"
	"testing"
	"time"

	"rollcall/frontend/link"
	"rollcall/frontend/packet"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
	leasedv1 "rollcall/proto/leased/v1"
)

// sink is a conn whose sends all succeed.
type sink struct{ link.Conn }

func (sink) WriteBatch(batch []link.Send) (int, error) { return len(batch), nil }
func (sink) Stats() (link.Stats, error)                { return link.Stats{}, nil }

// exchange returns a function that takes a DISCOVER from a link to the sender and an OFFER back to the link.
func exchange(tb testing.TB, tags link.Tags, policy Policy) func() {
	s := New(Config{Policy: policy})
	s.table.admit()
	info := link.Info{Name: "eth1", Addrs: []netip.Prefix{netip.MustParsePrefix("10.20.0.1/22")}}
	r := &reader{s: s, p: s.attach(info, sink{})}
	back := &replier{s: s, held: held{s: s}}
	answer := &leasedv1.Answer{
		Kind: leasedv1.Answer_KIND_OFFER, Yiaddr: 0x0a14004d,
		Options: option.List(nil).AppendAddr(option.ServerID, netip.MustParseAddr("10.20.0.1")).AppendUint32(option.LeaseTime, 3600),
	}
	batch := []link.Received{{
		Payload: dhcptest.Discover("02:00:00:00:00:09", dhcptest.Giaddr("10.30.0.1"), dhcptest.HostName("box")),
		Src:     netip.MustParseAddrPort("10.30.0.1:67"), Dst: netip.MustParseAddrPort("10.20.0.1:67"), VLAN: tags.VLAN(), Tags: tags,
	}}
	var taken []*slot
	answers := []*leasedv1.Answer{answer}
	return func() {
		now := time.Now()
		r.receive(batch, now)
		taken = s.table.take(taken[:0], 1, now.Add(-staleAfter))
		if len(taken) != 1 {
			tb.Fatal("the query did not arrive")
		}
		answer.Id = taken[0].query.GetId()
		back.handle(answers)
	}
}

var packetKinds = map[string]struct {
	tags   link.Tags
	policy Policy
}{
	"untagged": {link.Tags{}, Policy{Local: true, Relays: Relays{Accept: true}}},
	"tagged":   {link.Tags{{TPID: 0x88a8, TCI: 100}, {TPID: 0x8100, TCI: 7}}, Policy{Local: true, Relays: Relays{Accept: true}}},
	"policy":   {link.Tags{}, Policy{Relays: Relays{Accept: true, Allow: []netip.Prefix{netip.MustParsePrefix("10.30.0.0/24")}}}},
}

func TestExchangeDoesNotAllocate(t *testing.T) {
	for name, kind := range packetKinds {
		t.Run(name, func(t *testing.T) {
			once := exchange(t, kind.tags, kind.policy)
			once() // the slot and the outbox get their buffers
			if n := testing.AllocsPerRun(100, once); n != 0 {
				t.Errorf("%v allocations, want 0", n)
			}
		})
	}
}

// deaf hears of other servers and forgets.
type deaf struct{}

func (deaf) Sighting(*leasedv1.Sighting) {}

// On a segment where another server gives the addresses, most of what is seen is seen again.
func TestRepeatedSightingsDoNotAllocate(t *testing.T) {
	s := New(Config{Sightings: deaf{}})
	r := &reader{s: s, p: s.attach(link.Info{Name: "eth1"}, sink{})}
	var q packet.Message
	q.Parse(dhcptest.Discover("02:00:00:00:00:09"))
	payload, _ := packet.AppendReply(nil, &q, &packet.Reply{Type: packet.Offer, YIAddr: netip.MustParseAddr("10.20.0.99")})
	batch := []link.Received{{Payload: payload, Src: netip.MustParseAddrPort("10.20.0.2:67"), Dst: netip.MustParseAddrPort("255.255.255.255:68")}}
	now := time.Now()
	if n := testing.AllocsPerRun(100, func() { r.receive(batch, now) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func BenchmarkExchange(b *testing.B) {
	for name, kind := range packetKinds {
		b.Run(name, func(b *testing.B) {
			once := exchange(b, kind.tags, kind.policy)
			b.ReportAllocs()
			for b.Loop() {
				once()
			}
		})
	}
}
