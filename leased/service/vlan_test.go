package service_test

import (
	"strings"
	"testing"

	"rollcall/internal/fault"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// segments is a trunk: a subnet on the interface itself, one in VLAN 100, one in VLAN 7 inside VLAN 100 of another interface.
const segments = `
leased:
  listen: ["unix://SOCKET"]
  classes: [{name: banned, match: {link: "eth1.3*"}, drop: true}]
  probe: {enabled: false}
  subnets:
    - {name: plain, prefix: 10.10.0.0/24, pools: [{range: 10.10.0.10}]}
    - {name: voice, prefix: 10.100.0.0/24, links: [eth1.100], pools: [{range: 10.100.0.10}]}
    - {name: guests, prefix: 10.107.0.0/24, links: [eth1.200.7], pools: [{range: 10.107.0.10}]}
    - {name: named, prefix: 10.30.0.0/24, links: [eth3], pools: [{range: 10.30.0.10}]}
`

// Each tagged segment is a link of its own where a subnet names it, else part of what is around it.
func TestTaggedSegments(t *testing.T) {
	const inner = 1 << 16
	tests := []struct {
		name                  string
		link                  uint32
		vlan                  uint32
		address, reason, says string
	}{
		{"eth1", 0, 0, "10.10.0.10", "", "link eth1 has 10.10.0.1"},
		{"eth1.100", 0, 100, "10.100.0.10", "", "names link eth1.100"},
		{"eth1.100.7", 0, 7*inner | 100, "10.100.0.10", "", "names link eth1.100"},
		{"eth1.200.7", 0, 7*inner | 200, "10.107.0.10", "", "names link eth1.200.7"},
		{"eth1.200", 0, 200, "10.10.0.10", "", "link eth1 has 10.10.0.1"},
		{"eth1.7.200", 0, 200*inner | 7, "10.10.0.10", "", "link eth1 has 10.10.0.1"},
		{"eth1.300", 0, 300, "", "class-drop", "banned"},
		{"eth2.100", 1, 100, "", "no-subnet", "no shared network"},
		{"eth3.4094", 2, 4094, "10.30.0.10", "", "names link eth3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel() // it waits for the disk
			s := leasedtest.Start(t, segments)
			f := s.Connect(t, "gate", &leasedv1.Link{Name: "eth1", Addresses: []string{"10.10.0.1/24"}, Up: true},
				&leasedv1.Link{Name: "eth2", Up: true}, &leasedv1.Link{Name: "eth3", Addresses: []string{"10.99.0.1/24"}, Up: true})
			q := leasedtest.Discover(guest)
			q.Link, q.Vlan = tt.link, tt.vlan
			a := f.Ask(q)[0]
			if got := leasedtest.Addr(a.GetYiaddr()).String(); a.GetReason() != tt.reason || tt.address != "" && got != tt.address {
				t.Errorf("offered %s %s, want %s%s", got, a.GetReason(), tt.address, tt.reason)
			}
			if tt.reason == "" {
				told := s.Await(t, 0, "client.unknown")
				if got := told[len(told)-1].GetLink(); got != "gate/"+tt.name {
					t.Errorf("the stranger is told to be on %s, want gate/%s", got, tt.name)
				}
			}

			for _, link := range []string{tt.name, "gate/" + tt.name} {
				res, err := leasedv1.NewExplainServiceClient(s.Conn).Explain(leasedtest.Context(t),
					&leasedv1.ExplainRequest{Hardware: other, Link: link})
				if err != nil {
					t.Fatal(err)
				}
				// Of its only address, the pool has offered away the first.
				if want := tt.reason; res.GetReason() != want && res.GetReason() != "pool-exhausted" {
					t.Errorf("explain on %s: %s %s, want %q", link, res.GetAnswer(), res.GetReason(), want)
				}
				text := ""
				for _, step := range res.GetSteps() {
					text += step.GetOutcome() + " " + step.GetBecause() + "\n"
				}
				if !strings.Contains(text, tt.says) || !strings.Contains(text, "on link "+tt.name+" ") {
					t.Errorf("explain does not say %q, nor that it is about %s:\n%s", tt.says, tt.name, text)
				}
			}
		})
	}
}

// A name that looks like a segment may be that of an interface.
func TestInterfaceOfAVLAN(t *testing.T) {
	s := leasedtest.Start(t, segments)
	f := s.Connect(t, "gate", &leasedv1.Link{Name: "eth1", Up: true}, &leasedv1.Link{Name: "eth1.100", Up: true,
		Addresses: []string{"10.100.0.1/24"}})
	q := leasedtest.Discover(guest)
	q.Link = 1
	if got := leasedtest.Addr(f.Ask(q)[0].GetYiaddr()).String(); got != "10.100.0.10" {
		t.Errorf("offered %s, want 10.100.0.10", got)
	}
	explain := leasedv1.NewExplainServiceClient(s.Conn)
	for _, link := range []string{"eth2.100", "eth1.0", "eth1.4096", "eth1.x", "eth1.", "eth1.1.2.3", ".100", "eth1.0100000000"} {
		_, err := explain.Explain(leasedtest.Context(t), &leasedv1.ExplainRequest{Hardware: guest, Link: link})
		wantFault(t, err, notFound("NO_SUCH_LINK", "link"))
	}
}

func TestBadVLAN(t *testing.T) {
	s := leasedtest.Start(t, segments)
	for _, vlan := range []uint32{0x1000, 0x10000000, 1 << 31} {
		f := s.Connect(t, "gate")
		q := leasedtest.Discover(guest)
		q.Vlan = vlan
		if err := f.Stream.Send(&leasedv1.DecideRequest{Queries: []*leasedv1.Query{q}}); err != nil {
			t.Fatal(err)
		}
		_, err := f.Stream.Recv()
		wantFault(t, err, &fault.Error{Code: fault.Invalid, Reason: "BAD_QUERY", Field: "queries"})
	}
}
