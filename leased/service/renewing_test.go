package service_test

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"rollcall/internal/option"
	"rollcall/leased"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// annexed is the floor with a second shared network behind a relay.
var annexed = strings.Replace(leasedtest.Floor, "  reservations:", `    - name: annex
      prefix: 10.30.0.0/24
      lease: {time: 1h}
      options: {routers: [10.30.0.1]}
  reservations:`, 1)

// walker is a machine that renews while its reservation changes.
type walker struct {
	t     *testing.T
	f     *leasedtest.Frontend
	dress func(*leasedv1.Query, uint32) // what its messages carry; giaddr 0 for the link
	ip    netip.Addr
	n     uint32
}

// Relays on the floor and in the annex, at addresses that are nobody's.
const floorRelay, annexRelay = 0x0a1403fa, 0x0a1e00fa

func (w *walker) ask(q *leasedv1.Query, relay uint32) *leasedv1.Answer {
	w.t.Helper()
	w.n++
	q.Xid = w.n
	w.dress(q, relay)
	return w.f.Ask(q)[0]
}

// renews sends a renewal, which is to be answered so, and returns the answer.
func (w *walker) renews(kind leasedv1.Answer_Kind) *leasedv1.Answer {
	w.t.Helper()
	q := leasedtest.Renew(guest, w.ip)
	q.Destination = 0x0a140001 // to the server alone, past any relay
	a := w.ask(q, 0)
	if a.GetKind() != kind {
		w.t.Fatalf("renewal of %v: %v %s, want %v", w.ip, a.GetKind(), a.GetReason(), kind)
	}
	return a
}

// begins gets an address, which must be one of the prefix.
func (w *walker) begins(relay uint32, prefix string) {
	w.t.Helper()
	offer := w.ask(leasedtest.Discover(guest), relay)
	ack := w.ask(leasedtest.Select(guest, offer), relay)
	if w.ip = leasedtest.Addr(ack.GetYiaddr()); ack.GetKind() != leasedv1.Answer_KIND_ACK || !netip.MustParsePrefix(prefix).Contains(w.ip) {
		w.t.Fatalf("it got %v %v %s, want an address of %s", ack.GetKind(), w.ip, ack.GetReason(), prefix)
	}
}

func (w *walker) wantOption(a *leasedv1.Answer, code option.Code, want string) {
	w.t.Helper()
	if got, _ := option.List(a.GetOptions()).Get(code); string(got) != want {
		w.t.Errorf("option %v is %q, want %q", code, got, want)
	}
}

// A registered machine is changed, moved, deleted and added again through the API while it renews. Each step holds from its next
// message on, by whatever it is known.
func TestRollChangesWhileTheMachineRenews(t *testing.T) {
	clientID, _ := hex.DecodeString("ff0000000100030001525400123456") // RFC 4361: type, IAID, DUID
	local := func(q *leasedv1.Query, relay uint32) {
		q.Giaddr = relay
		leasedtest.Add(q, option.ClientID, clientID)
	}
	relayed := func(q *leasedv1.Query, relay uint32) {
		leasedtest.Add(q, option.ClientID, clientID)
		if q.GetCiaddr() != 0 {
			return // it renews past the relay
		}
		if q.Giaddr = relay; relay == 0 {
			q.Giaddr = floorRelay
		}
		leasedtest.Add(q, option.RelayAgentInfo, []byte("\x01\x04ge-7\x02\x03sw1"))
	}
	for name, tc := range map[string]struct {
		known func(*leasedv1.Reservation)
		dress func(*leasedv1.Query, uint32)
	}{
		"hardware": {func(r *leasedv1.Reservation) { r.Identifier = &leasedv1.Reservation_Hardware{Hardware: guest} }, local},
		"client-id": {func(r *leasedv1.Reservation) {
			r.Identifier = &leasedv1.Reservation_ClientId{ClientId: hex.EncodeToString(clientID)}
		}, local},
		"duid": {func(r *leasedv1.Reservation) {
			r.Identifier = &leasedv1.Reservation_Duid{Duid: "00:03:00:01:52:54:00:12:34:56"}
		}, local},
		"circuit-id": {func(r *leasedv1.Reservation) { r.Identifier = &leasedv1.Reservation_CircuitId{CircuitId: "ge-7"} }, relayed},
		"remote-id":  {func(r *leasedv1.Reservation) { r.Identifier = &leasedv1.Reservation_RemoteId{RemoteId: "sw1"} }, relayed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // it waits for the disk
			dir := leasedtest.Dir(t)
			cfg := leased.Config{Leased: leasedtest.Read(t, dir, annexed), DataDir: dir}
			s := leasedtest.Run(t, cfg)
			r := &roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}
			w := &walker{t: t, f: s.Connect(t, "gate"), dress: tc.dress}
			at := func(subnet, address string) *leasedv1.Reservation {
				x := in(subnet, "", address, "desk7")
				tc.known(x)
				return x
			}
			change := func(x *leasedv1.Reservation, how func(*leasedv1.Reservation)) *leasedv1.Reservation {
				t.Helper()
				x = proto.CloneOf(x)
				how(x)
				res, err := r.Update(leasedtest.Context(t), &leasedv1.UpdateRequest{Reservation: x})
				if err != nil {
					t.Fatalf("Update: %v", err)
				}
				return res.GetReservation()
			}
			state := func(ip string) (leasedv1.LeaseState, *leasedv1.Lease) {
				t.Helper()
				res, err := leasedv1.NewLeaseServiceClient(r.s.Conn).Get(leasedtest.Context(t), held(ip))
				if err != nil {
					t.Fatal(err)
				}
				return res.GetLease().GetState(), res.GetLease()
			}
			const ack, nak = leasedv1.Answer_KIND_ACK, leasedv1.Answer_KIND_NAK

			// Added: the guest leaves, and its guest lease ends with the new ACK, not before.
			w.begins(0, "10.99.0.0/24")
			w.renews(ack)
			x := r.mustAdd(at("hall", "10.20.0.201"))
			w.renews(nak)
			was := w.ip.String()
			if st, _ := state(was); st != leasedv1.LeaseState_LEASE_STATE_ACTIVE {
				t.Errorf("the guest lease is %v before the machine has another", st)
			}
			w.begins(0, "10.20.0.201/32")
			if st, _ := state(was); st != leasedv1.LeaseState_LEASE_STATE_RELEASED {
				t.Errorf("the guest lease is %v after the move", st)
			}
			a := w.renews(ack)
			w.wantOption(a, option.HostName, "desk7")
			w.wantOption(a, option.Router, "\x0a\x14\x00\x01")

			// Changed: the next ACK says so.
			x = change(x, func(x *leasedv1.Reservation) {
				x.Hostname = "desk8"
				x.Options = map[string]*leasedv1.OptionValue{"routers": is("10.20.3.1"), "domain-name": {Send: leasedv1.OptionValue_SEND_NEVER}}
			})
			a = w.renews(ack)
			w.wantOption(a, option.HostName, "desk8")
			w.wantOption(a, option.Router, "\x0a\x14\x03\x01")
			w.wantOption(a, option.DomainName, "")
			if _, l := state("10.20.0.201"); l.GetHostname() != "desk8" || l.GetReservation() != x.GetId() {
				t.Errorf("the lease is that of %q by reservation %q", l.GetHostname(), l.GetReservation())
			}

			// Given another address, another subnet.
			x = change(x, func(x *leasedv1.Reservation) { x.Address = "10.20.0.202" })
			w.renews(nak)
			w.begins(0, "10.20.0.202/32")
			w.renews(ack)
			x = change(x, func(x *leasedv1.Reservation) { x.Subnet, x.Address, x.Options = "lobby", "10.99.0.10", nil })
			w.renews(nak)
			w.begins(0, "10.99.0.10/32")
			w.wantOption(w.renews(ack), option.Router, "\x0a\x63\x00\x01")

			// Moved to another shared network: here it is a stranger, there it is known.
			change(x, func(x *leasedv1.Reservation) { x.Subnet, x.Address = "annex", "10.30.0.10" })
			w.renews(nak)
			w.begins(0, "10.99.0.0/24")
			w.begins(annexRelay, "10.30.0.10/32")
			w.renews(ack)

			// In both at once, each holds where the machine is.
			y := r.mustAdd(at("hall", "10.20.0.203"))
			w.begins(0, "10.20.0.203/32")
			w.renews(ack)
			w.begins(annexRelay, "10.30.0.10/32")
			w.begins(0, "10.20.0.203/32")

			// Deleted, and added again under another id.
			r.mustDelete(y.GetId())
			w.renews(nak)
			w.begins(0, "10.99.0.0/24")
			w.renews(ack)
			y = at("hall", "10.20.0.203")
			y.Options = map[string]*leasedv1.OptionValue{"routers": is("10.20.3.9")}
			y = r.mustAdd(y)
			w.renews(nak)
			w.begins(0, "10.20.0.203/32")

			// A restart forgets nothing of it.
			before := r.all()
			s.Stop()
			s = leasedtest.Run(t, cfg)
			*r = roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}
			w.f = s.Connect(t, "gate")
			if after := r.all(); len(after) != len(before) || !proto.Equal(after[len(after)-1], before[len(before)-1]) {
				t.Errorf("the roll after the restart: %v, before %v", after, before)
			}
			w.wantOption(w.renews(ack), option.Router, "\x0a\x14\x03\x09")
			if _, l := state("10.20.0.203"); l.GetReservation() != y.GetId() {
				t.Errorf("the lease is by reservation %q, want %s", l.GetReservation(), y.GetId())
			}
			w.begins(annexRelay, "10.30.0.10/32")
		})
	}
}
