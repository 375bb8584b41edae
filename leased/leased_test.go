package leased_test

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/testing/protocmp"

	"rollcall/internal/boltfile"
	"rollcall/internal/config"
	"rollcall/internal/fault"
	"rollcall/leased"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

const (
	guest   = "52:54:00:12:34:56"
	other   = "52:54:00:12:34:57"
	testbox = "08:00:27:2c:49:4b" // on the roll by the configuration
)

var lobbyServer = netip.MustParseAddr("10.99.0.1")

func leases(t *testing.T, s *leasedtest.Server, subnet string) []*leasedv1.Lease {
	t.Helper()
	res, err := leasedv1.NewLeaseServiceClient(s.Conn).List(leasedtest.Context(t), &leasedv1.LeaseServiceListRequest{Subnet: subnet})
	if err != nil {
		t.Fatal(err)
	}
	return res.GetLeases()
}

func roll(t *testing.T, s *leasedtest.Server) []*leasedv1.Reservation {
	t.Helper()
	res, err := leasedv1.NewReservationServiceClient(s.Conn).List(leasedtest.Context(t), &leasedv1.ReservationServiceListRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return res.GetReservations()
}

func enrol(t *testing.T, s *leasedtest.Server, mac, subnet, address string) string {
	t.Helper()
	res, err := leasedv1.NewReservationServiceClient(s.Conn).Add(leasedtest.Context(t), &leasedv1.AddRequest{
		Reservation: &leasedv1.Reservation{Identifier: &leasedv1.Reservation_Hardware{Hardware: mac}, Subnet: subnet, Address: address},
	})
	if err != nil {
		t.Fatal(err)
	}
	return res.GetReservation().GetId()
}

func remove(t *testing.T, s *leasedtest.Server, id string) {
	t.Helper()
	if _, err := leasedv1.NewReservationServiceClient(s.Conn).Delete(leasedtest.Context(t), &leasedv1.DeleteRequest{Id: id}); err != nil {
		t.Fatal(err)
	}
}

// TestRestart: what was acknowledged is there after a restart, and numbers go on where they were.
func TestRestart(t *testing.T) {
	t.Parallel()
	dir := leasedtest.Dir(t)
	cfg := leased.Config{Leased: leasedtest.Read(t, dir, leasedtest.Floor), DataDir: dir}
	s := leasedtest.Run(t, cfg)
	f := s.Connect(t, "gate")
	f.Lease(testbox)
	ip := f.Lease(guest)
	declined := f.Lease(other)
	f.Ask(leasedtest.Decline(other, declined, lobbyServer))
	released := f.Lease("02:00:00:00:00:01")
	f.Ask(leasedtest.Release("02:00:00:00:00:01", released, lobbyServer))
	enrol(t, s, "02:00:00:00:00:02", "hall", "10.20.0.201")
	last := enrol(t, s, "02:00:00:00:00:03", "hall", "10.20.0.202")
	remove(t, s, last)
	f.Leave()
	s.Await(t, 1, "link.down")
	leasesBefore, rollBefore, eventsBefore := leases(t, s, ""), roll(t, s), s.Events(t)
	s.Stop()

	s = leasedtest.Run(t, cfg)
	for name, diff := range map[string]string{
		"leases":       cmp.Diff(leasesBefore, leases(t, s, ""), protocmp.Transform()),
		"reservations": cmp.Diff(rollBefore, roll(t, s), protocmp.Transform()),
		"events":       cmp.Diff(eventsBefore, s.Events(t), protocmp.Transform()),
	} {
		if diff != "" {
			t.Errorf("%s (-before the restart +after):\n%s", name, diff)
		}
	}
	f = s.Connect(t, "gate")
	if a := f.Ask(leasedtest.Renew(guest, ip))[0]; a.GetKind() != leasedv1.Answer_KIND_ACK {
		t.Errorf("renewal after the restart: %v %s", a.GetKind(), a.GetReason())
	}
	for i := range 5 {
		if got := f.Lease(fmt.Sprintf("02:00:00:00:01:%02x", i)); got == ip || got == declined {
			t.Errorf("%v was given out, which is leased or in quarantine", got)
		}
	}
	if got := f.Lease("02:00:00:00:00:02").String(); got != "10.20.0.201" {
		t.Errorf("the enrolled machine got %s", got)
	}
	for _, r := range rollBefore {
		if id := enrol(t, s, "02:00:00:00:00:09", "lobby", ""); id == last || id == r.GetId() {
			t.Errorf("id %s was used before", id)
		} else {
			remove(t, s, id)
		}
	}
	// The log goes on without a gap; Events verifies it.
	if events := s.Events(t); len(events) <= len(eventsBefore) {
		t.Errorf("%d events after more has happened, %d before", len(events), len(eventsBefore))
	}
}

// Two processes on one database would overwrite each other's leases.
func TestSecondServiceOnOneDatabase(t *testing.T) {
	t.Parallel() // it waits a while for a process that is just ending
	dir := leasedtest.Dir(t)
	cfg := leased.Config{Leased: leasedtest.Read(t, dir, leasedtest.Floor), DataDir: dir}
	s := leasedtest.Run(t, cfg)
	_, err := leased.New(cfg)
	if fault.ReasonOf(err) != boltfile.ReasonInUse {
		t.Fatalf("New: %v, want it refused as %s", err, boltfile.ReasonInUse)
	}
	if !strings.Contains(err.Error(), filepath.Join(dir, "leased.db")) || !strings.Contains(err.Error(), "stop") {
		t.Errorf("the refusal names no file or no remedy: %v", err)
	}
	s.Connect(t, "gate").Lease(guest) // the first one does not mind
}

const attic = `
    - name: attic
      prefix: 10.77.0.0/24
      shared_network: floor
      pools: [{range: 10.77.0.10-10.77.0.20, for: unknown}]
`

// reload puts a new configuration in force, as the process does.
func reload(s *leased.Service, c *config.Leased) error {
	apply, err := s.Prepare(c)
	if err == nil {
		apply()
	}
	return err
}

// TestReload: a new configuration decides from the next packet on; leases of a subnet that left wait for its return.
func TestReload(t *testing.T) {
	t.Parallel()
	dir := leasedtest.Dir(t)
	full := leasedtest.Read(t, dir, leasedtest.Floor)
	s := leasedtest.Run(t, leased.Config{Leased: full, DataDir: dir})
	f := s.Connect(t, "gate", leasedtest.Eth1())
	ip := f.Lease(guest)

	head, rest, _ := strings.Cut(leasedtest.Floor, "    - name: lobby")
	_, reservations, _ := strings.Cut(rest, "  reservations:")
	swapped := leasedtest.Read(t, dir, head+attic[1:]+"  reservations:"+reservations)
	if err := reload(s.Service, swapped); err != nil {
		t.Fatalf("reload: %v", err)
	}
	if got := f.Lease(other); !netip.MustParsePrefix("10.77.0.0/24").Contains(got) {
		t.Errorf("a stranger got %v, the attic is what there is", got)
	}
	if a := f.Ask(leasedtest.Renew(guest, ip))[0]; a.GetKind() == leasedv1.Answer_KIND_ACK {
		t.Errorf("a lease of a subnet that is gone was renewed")
	}
	if ls := leases(t, s, "lobby"); len(ls) != 1 || ls[0].GetAddress() != ip.String() {
		t.Errorf("leases of the subnet that is gone: %v, want them kept", ls)
	}

	if err := reload(s.Service, full); err != nil {
		t.Fatalf("reload: %v", err)
	}
	if a := f.Ask(leasedtest.Renew(guest, ip))[0]; a.GetKind() != leasedv1.Answer_KIND_ACK {
		t.Errorf("its subnet is back, and its lease is answered %v %s", a.GetKind(), a.GetReason())
	}
	pools, err := leasedv1.NewPoolServiceClient(s.Conn).List(leasedtest.Context(t), &leasedv1.PoolServiceListRequest{})
	if err != nil || len(pools.GetPools()) != 1 || pools.GetPools()[0].GetSubnet() != "lobby" || pools.GetPools()[0].GetLeased() != 1 {
		t.Errorf("pools %v, %v; want the lobby with one lease", pools, err)
	}
}

// A client between its offer and its request does not notice a reload that changes nothing for it.
func TestReloadBetweenOfferAndRequest(t *testing.T) {
	t.Parallel()
	dir := leasedtest.Dir(t)
	c := leasedtest.Read(t, dir, leasedtest.Floor)
	s := leasedtest.Run(t, leased.Config{Leased: c, DataDir: dir})
	f := s.Connect(t, "gate")
	offer := f.Ask(leasedtest.Discover(guest))[0]
	if err := reload(s.Service, c); err != nil {
		t.Fatal(err)
	}
	if a := f.Ask(leasedtest.Select(guest, offer))[0]; a.GetKind() != leasedv1.Answer_KIND_ACK || a.GetYiaddr() != offer.GetYiaddr() {
		t.Errorf("the offer of %v is answered %v %s", leasedtest.Addr(offer.GetYiaddr()), a.GetKind(), a.GetReason())
	}
}

// A reservation of the file that comes into the way of one of the API goes first, for as long as it is there.
func TestReloadWithReservationInTheWay(t *testing.T) {
	t.Parallel()
	dir := leasedtest.Dir(t)
	full := leasedtest.Read(t, dir, leasedtest.Floor)
	s := leasedtest.Run(t, leased.Config{Leased: full, DataDir: dir})
	f := s.Connect(t, "gate")
	enrol(t, s, guest, "hall", "10.20.0.201")
	inTheWay := leasedtest.Read(t, dir, leasedtest.Floor+`    - {mac: "`+other+`", subnet: hall, address: 10.20.0.201}`+"\n")
	if err := reload(s.Service, inTheWay); err != nil {
		t.Fatalf("reload: %v", err)
	}
	if got := f.Lease(other).String(); got != "10.20.0.201" {
		t.Errorf("the machine of the file got %s", got)
	}
	if a := f.Ask(leasedtest.Discover(guest))[0]; leasedtest.Addr(a.GetYiaddr()).String() == "10.20.0.201" {
		t.Error("one address was offered to a second machine")
	}
	f.Ask(leasedtest.Release(other, netip.MustParseAddr("10.20.0.201"), netip.MustParseAddr("10.20.0.1")))
	if err := reload(s.Service, full); err != nil {
		t.Fatalf("reload: %v", err)
	}
	if got := f.Lease(guest).String(); got != "10.20.0.201" {
		t.Errorf("the file let go of it, and the machine of the API got %s", got)
	}
}

func TestReloadThatNeedsARestart(t *testing.T) {
	t.Parallel()
	dir := leasedtest.Dir(t)
	c := leasedtest.Read(t, dir, leasedtest.Floor)
	s := leasedtest.Run(t, leased.Config{Leased: c, DataDir: dir})
	for _, key := range []string{"max_age: 1h", "max_count: 1000"} {
		changed := leasedtest.Read(t, dir, leasedtest.Floor[:strings.Index(leasedtest.Floor, "  reservations:")]+"  events: {"+key+"}\n")
		err := reload(s.Service, changed)
		name, _, _ := strings.Cut(key, ":")
		if !errors.Is(err, &fault.Error{Code: fault.Precondition, Reason: config.ReasonNeedsRestart}) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want %s naming it", key, err, config.ReasonNeedsRestart)
		}
	}
	// The reservation, which the changed file has not, is still there.
	if rs := roll(t, s); len(rs) != 1 || rs[0].GetHardware() != testbox {
		t.Errorf("the roll is %v after reloads that were refused", rs)
	}
}

// TestManyAtOnce has frontends, operators and watchers at work together; no address gets two holders.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	dir := leasedtest.Dir(t)
	c := leasedtest.Read(t, dir, leasedtest.Floor)
	s := leasedtest.Run(t, leased.Config{Leased: c, DataDir: dir})
	const frontends, machines = 4, 30
	t.Run("work", func(t *testing.T) {
		for n := range frontends {
			t.Run(fmt.Sprintf("frontend %d", n), func(t *testing.T) {
				t.Parallel()
				f := s.Connect(t, fmt.Sprintf("gate%d", n))
				for i := range machines {
					mac := fmt.Sprintf("02:00:00:00:%02x:%02x", n, i)
					ip := f.Lease(mac)
					if a := f.Ask(leasedtest.Renew(mac, ip))[0]; a.GetKind() != leasedv1.Answer_KIND_ACK {
						t.Errorf("renewal: %v %s", a.GetKind(), a.GetReason())
					}
				}
			})
		}
		t.Run("operator", func(t *testing.T) {
			t.Parallel()
			for i := range machines {
				id := enrol(t, s, guest, "hall", fmt.Sprintf("10.20.1.%d", i+1))
				leases(t, s, "lobby")
				remove(t, s, id)
			}
		})
		t.Run("watcher", func(t *testing.T) {
			t.Parallel()
			for range 5 {
				s.Await(t, 0, "lease.granted")
			}
		})
	})
	holders := map[string]string{}
	for _, e := range s.Events(t, "lease.granted") {
		if before := holders[e.GetAddress()]; before != "" && before != e.GetMachine().GetHardware() {
			t.Errorf("%s was granted to %s and to %s", e.GetAddress(), before, e.GetMachine().GetHardware())
		}
		holders[e.GetAddress()] = e.GetMachine().GetHardware()
	}
	if len(holders) != frontends*machines {
		t.Errorf("%d addresses were granted to %d machines", len(holders), frontends*machines)
	}
}

// Leased ends in order and soon, whoever is connected.
func TestStopWithWatchersAndFrontends(t *testing.T) {
	t.Parallel()
	s := leasedtest.Start(t, leasedtest.Floor)
	f := s.Connect(t, "gate")
	f.Lease(guest)
	watch, err := leasedv1.NewEventServiceClient(s.Conn).Watch(leasedtest.Context(t), &leasedv1.WatchRequest{}, grpc.WaitForReady(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := watch.Recv(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	s.Stop()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v to end", took)
	}
}
