package leasedtest

import (
	"context"
	"encoding/binary"
	"net/netip"
	"testing"

	"rollcall/internal/hwaddr"
	"rollcall/internal/option"
	leasedv1 "rollcall/proto/leased/v1"
)

// Eth1 is the link of [Floor]: an address in each of its subnets.
func Eth1() *leasedv1.Link {
	return &leasedv1.Link{Name: "eth1", Addresses: []string{"10.20.0.1/22", "10.99.0.1/24"}, Up: true}
}

// Frontend is a stream of decisions.
type Frontend struct {
	Stream leasedv1.DecisionService_DecideClient

	t      testing.TB
	cancel context.CancelFunc
	id     uint32
}

// Connect opens a stream and says hello, with [Eth1] unless links are given.
func (s *Server) Connect(t testing.TB, name string, links ...*leasedv1.Link) *Frontend {
	t.Helper()
	f := s.Open(t)
	if links == nil {
		links = []*leasedv1.Link{Eth1()}
	}
	f.Hello(name, links...)
	return f
}

// Open opens a stream and says nothing.
func (s *Server) Open(t testing.TB) *Frontend {
	t.Helper()
	ctx, cancel := context.WithCancel(Context(t))
	t.Cleanup(cancel)
	stream, err := leasedv1.NewDecisionServiceClient(s.Conn).Decide(ctx)
	if err != nil {
		t.Fatalf("Decide: %v", err)
	}
	return &Frontend{Stream: stream, t: t, cancel: cancel}
}

// Leave breaks the stream as a frontend that dies does.
func (f *Frontend) Leave() { f.cancel() }

// Hello tells the links.
func (f *Frontend) Hello(name string, links ...*leasedv1.Link) {
	f.t.Helper()
	f.send(&leasedv1.DecideRequest{Hello: &leasedv1.Hello{Frontend: name, Links: links}})
}

func (f *Frontend) send(m *leasedv1.DecideRequest) {
	f.t.Helper()
	if err := f.Stream.Send(m); err != nil {
		_, err := f.Stream.Recv()
		f.t.Fatalf("the stream ended: %v", err)
	}
}

// Ask sends the queries in one message, under ids of its own, and returns their answers in the order of the queries.
func (f *Frontend) Ask(queries ...*leasedv1.Query) []*leasedv1.Answer {
	f.t.Helper()
	at := map[uint32]int{}
	for i, q := range queries {
		f.id++
		q.Id = f.id
		at[q.GetId()] = i
	}
	f.send(&leasedv1.DecideRequest{Queries: queries})
	answers := make([]*leasedv1.Answer, len(queries))
	for len(at) > 0 {
		m, err := f.Stream.Recv()
		if err != nil {
			f.t.Fatalf("%d of %d queries have no answer: %v", len(at), len(queries), err)
		}
		for _, a := range m.GetAnswers() {
			i, ok := at[a.GetId()]
			if !ok {
				f.t.Fatalf("answer to a query that was not sent or is answered already: %v", a)
			}
			delete(at, a.GetId())
			answers[i] = a
		}
	}
	return answers
}

// Lease gets a machine an address, by DISCOVER and REQUEST, and returns it.
func (f *Frontend) Lease(mac string) netip.Addr {
	f.t.Helper()
	offer := f.Ask(Discover(mac))[0]
	if offer.GetKind() != leasedv1.Answer_KIND_OFFER {
		f.t.Fatalf("DISCOVER of %s: %v %s, want an offer", mac, offer.GetKind(), offer.GetReason())
	}
	ack := f.Ask(Select(mac, offer))[0]
	if ack.GetKind() != leasedv1.Answer_KIND_ACK || ack.GetYiaddr() != offer.GetYiaddr() {
		f.t.Fatalf("REQUEST of %s: %v %s, want an ACK of %v", mac, ack.GetKind(), ack.GetReason(), Addr(offer.GetYiaddr()))
	}
	return Addr(ack.GetYiaddr())
}

// The types of messages (option 53).
const (
	discover = 1
	request  = 3
	decline  = 4
	release  = 7
)

func query(typ uint32, mac string, options option.List) *leasedv1.Query {
	hw, err := hwaddr.Parse(mac)
	if err != nil {
		panic(err)
	}
	return &leasedv1.Query{
		Type: typ, Xid: binary.BigEndian.Uint32(hw[2:]), Htype: 1, Chaddr: hw[:], Options: options.AppendUint8(option.MessageType, uint8(typ)),
	}
}

// Discover is the DISCOVER of a machine on the first link.
func Discover(mac string) *leasedv1.Query { return query(discover, mac, nil) }

// Select is the REQUEST that takes an offer.
func Select(mac string, offer *leasedv1.Answer) *leasedv1.Query {
	server, _ := option.List(offer.GetOptions()).Get(option.ServerID)
	return query(request, mac, option.List{}.AppendUint32(option.RequestedAddress, offer.GetYiaddr()).Append(option.ServerID, server))
}

// Renew is the REQUEST of a machine that has an address. It is a transaction of its own.
func Renew(mac string, ip netip.Addr) *leasedv1.Query {
	q := query(request, mac, nil)
	q.Ciaddr = number(ip)
	q.Xid = ^q.GetXid()
	return q
}

// Release gives an address back to the server.
func Release(mac string, ip, server netip.Addr) *leasedv1.Query {
	q := query(release, mac, option.List{}.AppendAddr(option.ServerID, server))
	q.Ciaddr = number(ip)
	return q
}

// Decline says that somebody else has the address.
func Decline(mac string, ip, server netip.Addr) *leasedv1.Query {
	return query(decline, mac, option.List{}.AppendAddr(option.RequestedAddress, ip).AppendAddr(option.ServerID, server))
}

// Add adds an option to a query and returns it.
func Add(q *leasedv1.Query, code option.Code, value []byte) *leasedv1.Query {
	q.Options = option.List(q.GetOptions()).Append(code, value)
	return q
}

// Addr returns an address of the stream.
func Addr(n uint32) netip.Addr {
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, n)))
}

func number(ip netip.Addr) uint32 { return binary.BigEndian.Uint32(ip.AsSlice()) }
