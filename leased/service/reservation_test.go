package service_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"rollcall/internal/config"
	"rollcall/internal/fault"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// roll is a ReservationService and its caller.
type roll struct {
	leasedv1.ReservationServiceClient
	t *testing.T
	s *leasedtest.Server
}

func newRoll(t *testing.T) *roll {
	s := leasedtest.Start(t, leasedtest.Floor)
	return &roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}
}

// in returns a reservation by hardware address.
func in(subnet, mac, address, hostname string) *leasedv1.Reservation {
	return &leasedv1.Reservation{
		Identifier: &leasedv1.Reservation_Hardware{Hardware: mac}, Subnet: subnet, Address: address, Hostname: hostname,
	}
}

func (r *roll) mustAdd(res *leasedv1.Reservation) *leasedv1.Reservation {
	r.t.Helper()
	added, err := r.Add(leasedtest.Context(r.t), &leasedv1.AddRequest{Reservation: res})
	if err != nil {
		r.t.Fatalf("Add %v: %v", res, err)
	}
	return added.GetReservation()
}

func (r *roll) mustDelete(id string) {
	r.t.Helper()
	if _, err := r.Delete(leasedtest.Context(r.t), &leasedv1.DeleteRequest{Id: id}); err != nil {
		r.t.Fatalf("Delete %s: %v", id, err)
	}
}

// all lists the roll.
func (r *roll) all() []*leasedv1.Reservation {
	r.t.Helper()
	res, err := r.List(leasedtest.Context(r.t), &leasedv1.ReservationServiceListRequest{PageSize: 1000})
	if err != nil || res.GetNextPageToken() != "" {
		r.t.Fatalf("List: token %q, %v", res.GetNextPageToken(), err)
	}
	return res.GetReservations()
}

// refused verifies that a call fails as it should and leaves roll, leases and event log as they were.
func (r *roll) refused(t *testing.T, want *fault.Error, call func() error) {
	t.Helper()
	type world struct {
		Roll   []*leasedv1.Reservation
		Leases []*leasedv1.Lease
		Events []*leasedv1.Event
	}
	look := func() (w world) {
		w.Roll, w.Events = r.all(), r.s.Events(t)
		for l := range allLeases(t, r.s, &leasedv1.LeaseServiceListRequest{}) {
			w.Leases = append(w.Leases, l)
		}
		return w
	}
	before := look()
	wantFault(t, call(), want)
	if diff := cmp.Diff(before, look(), protocmp.Transform(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the failed call changed something (-before +after):\n%s", diff)
	}
}

func TestAddRefusals(t *testing.T) {
	r := newRoll(t)
	taken := r.mustAdd(in("hall", guest, "10.20.0.201", ""))
	gate := r.s.Connect(t, "gate")
	gate.Lease(testbox)
	gate.Lease(other)
	hw := "02:00:00:00:00:01"
	by := func(set func(*leasedv1.Reservation)) *leasedv1.Reservation {
		x := in("hall", "", "10.20.0.202", "")
		set(x)
		return x
	}
	const address, hardware, hostname = "reservation.address", "reservation.hardware", "reservation.hostname"
	for name, tc := range map[string]struct {
		add       *leasedv1.Reservation
		fromLease string
		want      *fault.Error
	}{
		"no address":         {in("hall", hw, "10.20.0", ""), "", invalid("BAD_ADDRESS", address)},
		"IPv6":               {in("hall", hw, "fe80::1", ""), "", invalid("BAD_ADDRESS", address)},
		"mapped address":     {in("hall", hw, "::ffff:10.20.0.5", ""), "", invalid("BAD_ADDRESS", address)},
		"unspecified":        {in("hall", hw, "0.0.0.0", ""), "", invalid("BAD_ADDRESS", address)},
		"outside":            {in("hall", hw, "10.21.0.1", ""), "", invalid("ADDRESS_OUTSIDE_SUBNET", address)},
		"in another subnet":  {in("hall", hw, "10.99.0.5", ""), "", invalid("ADDRESS_OUTSIDE_SUBNET", address)},
		"network address":    {in("hall", hw, "10.20.0.0", ""), "", invalid("ADDRESS_NOT_ASSIGNABLE", address)},
		"broadcast address":  {in("hall", hw, "10.20.3.255", ""), "", invalid("ADDRESS_NOT_ASSIGNABLE", address)},
		"taken address":      {in("hall", hw, "10.20.0.201", ""), "", &fault.Error{Code: fault.Exists, Reason: "ADDRESS_TAKEN", Field: address}},
		"taken by the file":  {in("hall", hw, "10.20.0.200", ""), "", &fault.Error{Code: fault.Exists, Reason: "ADDRESS_TAKEN", Field: address}},
		"taken by ourselves": {in("hall", hw, "10.20.0.1", ""), "", &fault.Error{Code: fault.Exists, Reason: "ADDRESS_TAKEN", Field: address}},
		"short hardware":     {in("hall", "02:00:00", "10.20.0.202", ""), "", invalid("BAD_HARDWARE", hardware)},
		"no hardware":        {in("hall", "router", "10.20.0.202", ""), "", invalid("BAD_HARDWARE", hardware)},
		"machine twice":      {in("hall", guest, "10.20.0.202", ""), "", &fault.Error{Code: fault.Exists, Reason: "MACHINE_TAKEN", Field: hardware}},
		"machine twice in the shared network": {in("lobby", guest, "10.99.0.5", ""), "",
			&fault.Error{Code: fault.Exists, Reason: "MACHINE_TAKEN", Field: hardware}},
		"machine of the file": {in("hall", "0800.272C.494B", "10.20.0.202", ""), "", &fault.Error{Code: fault.Exists, Reason: "MACHINE_TAKEN", Field: hardware}},
		"bad host name":       {in("hall", hw, "10.20.0.202", "desk 7"), "", invalid("BAD_HOSTNAME", hostname)},
		"host name with dash": {in("hall", hw, "10.20.0.202", "-desk"), "", invalid("BAD_HOSTNAME", hostname)},
		"long label": {in("hall", hw, "10.20.0.202", fmt.Sprintf("%064d", 1)), "",
			invalid("BAD_HOSTNAME", hostname)},
		"no such subnet": {in("halls", hw, "10.20.0.202", ""), "", notFound("NO_SUCH_SUBNET", "reservation.subnet")},
		"no subnet":      {in("", hw, "10.20.0.202", ""), "", notFound("NO_SUCH_SUBNET", "reservation.subnet")},
		"nobody":         {&leasedv1.Reservation{Subnet: "hall"}, "", invalid("MISSING", "reservation.identifier")},
		"nothing":        {nil, "", invalid("MISSING", "reservation.identifier")},
		"odd digits": {by(func(x *leasedv1.Reservation) { x.Identifier = &leasedv1.Reservation_ClientId{ClientId: "012"} }), "",
			invalid("BAD_IDENTIFIER", "reservation.client_id")},
		"no digits": {by(func(x *leasedv1.Reservation) { x.Identifier = &leasedv1.Reservation_Duid{Duid: "laptop"} }), "",
			invalid("BAD_IDENTIFIER", "reservation.duid")},
		"empty client-id": {by(func(x *leasedv1.Reservation) { x.Identifier = &leasedv1.Reservation_ClientId{} }), "",
			invalid("BAD_IDENTIFIER", "reservation.client_id")},
		"empty circuit": {by(func(x *leasedv1.Reservation) { x.Identifier = &leasedv1.Reservation_CircuitId{} }), "",
			invalid("MISSING", "reservation.circuit_id")},
		"bad hex of remote": {by(func(x *leasedv1.Reservation) { x.Identifier = &leasedv1.Reservation_RemoteId{RemoteId: "hex:0g"} }), "",
			invalid("BAD_IDENTIFIER", "reservation.remote_id")},
		"lease of nobody":           {&leasedv1.Reservation{Subnet: "hall"}, "10.99.0.249", notFound("NO_SUCH_LEASE", "from_lease")},
		"lease of a bad address":    {&leasedv1.Reservation{Subnet: "hall"}, "lobby", invalid("BAD_ADDRESS", "from_lease")},
		"lease of no address":       {&leasedv1.Reservation{Subnet: "hall"}, "0.0.0.0", invalid("BAD_ADDRESS", "from_lease")},
		"lease of a known machine":  {&leasedv1.Reservation{Subnet: "hall"}, "10.20.0.200", &fault.Error{Code: fault.Exists, Reason: "MACHINE_TAKEN", Field: "from_lease"}},
		"lease and bad destination": {&leasedv1.Reservation{Subnet: "hall", Address: "10.20.0.201"}, "10.99.0.50", &fault.Error{Code: fault.Exists, Reason: "ADDRESS_TAKEN", Field: address}},
	} {
		t.Run(name, func(t *testing.T) {
			r.refused(t, tc.want, func() error {
				_, err := r.Add(leasedtest.Context(t), &leasedv1.AddRequest{Reservation: tc.add, FromLease: tc.fromLease})
				return err
			})
		})
	}
	// The same refusals hold for a change, and nothing at all must not be one.
	for name, tc := range map[string]struct {
		change func(*leasedv1.Reservation)
		want   *fault.Error
	}{
		"outside":       {func(x *leasedv1.Reservation) { x.Address = "10.99.0.5" }, invalid("ADDRESS_OUTSIDE_SUBNET", address)},
		"taken":         {func(x *leasedv1.Reservation) { x.Address = "10.20.0.200" }, &fault.Error{Code: fault.Exists, Reason: "ADDRESS_TAKEN", Field: address}},
		"machine taken": {func(x *leasedv1.Reservation) { x.Identifier = in("", testbox, "", "").Identifier }, &fault.Error{Code: fault.Exists, Reason: "MACHINE_TAKEN", Field: hardware}},
		"host name":     {func(x *leasedv1.Reservation) { x.Hostname = "a_b c" }, invalid("BAD_HOSTNAME", hostname)},
		"stale":         {func(x *leasedv1.Reservation) { x.Revision++ }, &fault.Error{Code: fault.Conflict, Reason: "STALE_REVISION", Field: "reservation.revision"}},
		"unread":        {func(x *leasedv1.Reservation) { x.Revision = 0 }, &fault.Error{Code: fault.Conflict, Reason: "STALE_REVISION", Field: "reservation.revision"}},
		"no such id":    {func(x *leasedv1.Reservation) { x.Id = "99" }, notFound("NO_SUCH_RESERVATION", "reservation.id")},
		"of the file": {func(x *leasedv1.Reservation) {
			x.Id, x.Identifier, x.Address = "config-1", in("", testbox, "", "").Identifier, "10.20.0.9"
		}, &fault.Error{Code: fault.Precondition, Reason: "READ_ONLY", Field: "reservation.id"}},
	} {
		t.Run("update "+name, func(t *testing.T) {
			x := proto.CloneOf(taken)
			tc.change(x)
			r.refused(t, tc.want, func() error {
				_, err := r.Update(leasedtest.Context(t), &leasedv1.UpdateRequest{Reservation: x})
				return err
			})
		})
	}
	for name, tc := range map[string]struct {
		del  *leasedv1.DeleteRequest
		want *fault.Error
	}{
		"no such id":  {&leasedv1.DeleteRequest{Id: "99"}, notFound("NO_SUCH_RESERVATION", "id")},
		"no id":       {&leasedv1.DeleteRequest{}, notFound("NO_SUCH_RESERVATION", "id")},
		"stale":       {&leasedv1.DeleteRequest{Id: taken.GetId(), Revision: taken.GetRevision() + 1}, &fault.Error{Code: fault.Conflict, Reason: "STALE_REVISION", Field: "revision"}},
		"of the file": {&leasedv1.DeleteRequest{Id: "config-1"}, &fault.Error{Code: fault.Precondition, Reason: "READ_ONLY", Field: "id"}},
	} {
		t.Run("delete "+name, func(t *testing.T) {
			r.refused(t, tc.want, func() error {
				_, err := r.Delete(leasedtest.Context(t), tc.del)
				return err
			})
		})
	}
	for name, tc := range map[string]struct {
		get  *leasedv1.ReservationServiceGetRequest
		want *fault.Error
	}{
		"no such id":       {&leasedv1.ReservationServiceGetRequest{Key: &leasedv1.ReservationServiceGetRequest_Id{Id: "99"}}, notFound("NO_SUCH_RESERVATION", "id")},
		"no such address":  {&leasedv1.ReservationServiceGetRequest{Key: &leasedv1.ReservationServiceGetRequest_Address{Address: "10.20.0.9"}}, notFound("NO_SUCH_RESERVATION", "address")},
		"no such hardware": {&leasedv1.ReservationServiceGetRequest{Key: &leasedv1.ReservationServiceGetRequest_Hardware{Hardware: other}}, notFound("NO_SUCH_RESERVATION", "hardware")},
	} {
		t.Run("get "+name, func(t *testing.T) {
			_, err := r.Get(leasedtest.Context(t), tc.get)
			wantFault(t, err, tc.want)
		})
	}
}

// TestReservationLife adds, reads, changes and deletes, and reads the events of it.
func TestReservationLife(t *testing.T) {
	r := newRoll(t)
	added := r.mustAdd(&leasedv1.Reservation{
		Id: "config-9", Revision: 7, Source: leasedv1.Reservation_SOURCE_CONFIG, // ignored, as documented
		Identifier: &leasedv1.Reservation_Hardware{Hardware: "52-54-00-12-34-56"}, Subnet: "hall", Address: "10.20.0.201", Hostname: "desk7",
	})
	want := in("hall", guest, "10.20.0.201", "desk7")
	want.Source = leasedv1.Reservation_SOURCE_API
	if diff := cmp.Diff(want, added, protocmp.Transform(), protocmp.IgnoreFields(want, "id", "revision", "updated")); diff != "" {
		t.Errorf("added (-want +got):\n%s", diff)
	}
	if added.GetId() == "" || added.GetId() == "config-9" || added.GetRevision() == 0 || added.GetUpdated() == nil {
		t.Errorf("id, revision and time of %v are not leased's own", added)
	}
	for name, key := range map[string]*leasedv1.ReservationServiceGetRequest{
		"id":       {Key: &leasedv1.ReservationServiceGetRequest_Id{Id: added.GetId()}},
		"address":  {Key: &leasedv1.ReservationServiceGetRequest_Address{Address: "10.20.0.201"}},
		"hardware": {Key: &leasedv1.ReservationServiceGetRequest_Hardware{Hardware: "525400123456"}},
	} {
		got, err := r.Get(leasedtest.Context(t), key)
		if err != nil {
			t.Errorf("Get by %s: %v", name, err)
		} else if diff := cmp.Diff(added, got.GetReservation(), protocmp.Transform()); diff != "" {
			t.Errorf("Get by %s (-added +got):\n%s", name, diff)
		}
	}
	change := proto.CloneOf(added)
	change.Address, change.Hostname = "10.20.0.202", ""
	changed, err := r.Update(leasedtest.Context(t), &leasedv1.UpdateRequest{Reservation: change})
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	if diff := cmp.Diff(change, changed.GetReservation(), protocmp.Transform(), protocmp.IgnoreFields(change, "revision", "updated")); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
	if changed.GetReservation().GetRevision() <= added.GetRevision() {
		t.Errorf("revision %d after %d", changed.GetReservation().GetRevision(), added.GetRevision())
	}
	r.mustAdd(in("hall", other, "10.20.0.201", "")) // the address it left
	deleted, err := r.Delete(leasedtest.Context(t), &leasedv1.DeleteRequest{Id: added.GetId(), Revision: changed.GetReservation().GetRevision()})
	if err != nil {
		t.Fatalf("Delete: %v", err)
	}
	if diff := cmp.Diff(changed.GetReservation(), deleted.GetReservation(), protocmp.Transform()); diff != "" {
		t.Errorf("deleted (-as it was +got):\n%s", diff)
	}
	var events []string
	for _, e := range r.s.Events(t) {
		events = append(events, fmt.Sprintf("%s %s %s", e.GetKind(), e.GetReservation(), e.GetAddress()))
	}
	id := added.GetId()
	second := r.all()[1].GetId()
	if diff := cmp.Diff([]string{
		"reservation.added " + id + " 10.20.0.201", "reservation.changed " + id + " 10.20.0.202",
		"reservation.added " + second + " 10.20.0.201", "reservation.deleted " + id + " 10.20.0.202",
	}, events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestEveryNotationOfHardware(t *testing.T) {
	r := newRoll(t)
	for _, text := range []string{
		"52:54:00:12:34:56", "52-54-00-12-34-56", "52 54 00 12 34 56", "5254.0012.3456", "525400123456", "525400-123456", "52:54:0:12:34:56",
		"52:54:00:AB:CD:EF",
	} {
		added := r.mustAdd(in("hall", text, "10.20.0.201", ""))
		if got := added.GetHardware(); got != guest && got != "52:54:00:ab:cd:ef" {
			t.Errorf("%q became %q", text, got)
		}
		r.mustDelete(added.GetId())
	}
}

// TestIdentifiers: every kind comes back in one form, which is read as it was written.
func TestIdentifiers(t *testing.T) {
	r := newRoll(t)
	clientID := func(text string) *leasedv1.Reservation {
		return &leasedv1.Reservation{Identifier: &leasedv1.Reservation_ClientId{ClientId: text}}
	}
	duid := func(text string) *leasedv1.Reservation {
		return &leasedv1.Reservation{Identifier: &leasedv1.Reservation_Duid{Duid: text}}
	}
	circuit := func(text string) *leasedv1.Reservation {
		return &leasedv1.Reservation{Identifier: &leasedv1.Reservation_CircuitId{CircuitId: text}}
	}
	remote := func(text string) *leasedv1.Reservation {
		return &leasedv1.Reservation{Identifier: &leasedv1.Reservation_RemoteId{RemoteId: text}}
	}
	for i, tc := range []struct{ give, want *leasedv1.Reservation }{
		{clientID("01:52:54:00:12:34:56"), clientID("01525400123456")},
		{clientID("FF0102"), clientID("ff0102")},
		{duid("00030001525400123456"), duid("00030001525400123456")},
		{circuit("ge-0/0/1.100"), circuit("ge-0/0/1.100")},
		{circuit("hex:0004ff01"), circuit("hex:0004ff01")},
		{circuit("hex:67652d31"), circuit("ge-1")},
		{remote("hex:6865783a3030"), remote("hex:6865783a3030")}, // the text hex:00, which would be read as an octet
	} {
		for _, x := range []*leasedv1.Reservation{tc.give, tc.want} {
			x.Subnet, x.Address = "hall", fmt.Sprintf("10.20.1.%d", i+1)
			added := r.mustAdd(x)
			if diff := cmp.Diff(tc.want, added, protocmp.Transform(), protocmp.IgnoreFields(added, "id", "revision", "updated", "source", "subnet", "address")); diff != "" {
				t.Errorf("%v (-want +got):\n%s", x, diff)
			}
			r.mustDelete(added.GetId())
		}
	}
}

// TestReservationPages turns pages while others delete and add: what stays is seen once, whatever happens between pages.
func TestReservationPages(t *testing.T) {
	r := newRoll(t)
	ids := []string{"config-1"}
	for i := range 12 { // more than nine: the order is by number, not by text
		ids = append(ids, r.mustAdd(in("hall", fmt.Sprintf("02:00:00:00:00:%02x", i), fmt.Sprintf("10.20.1.%d", i+1), "")).GetId())
	}
	var seen []string
	ask := &leasedv1.ReservationServiceListRequest{PageSize: 3}
	for page := 0; ; page++ {
		res, err := r.List(leasedtest.Context(t), ask)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(res.GetReservations()); n > 3 {
			t.Errorf("page %d has %d", page, n)
		}
		for _, x := range res.GetReservations() {
			seen = append(seen, x.GetId())
		}
		if ask.PageToken = res.GetNextPageToken(); ask.GetPageToken() == "" {
			break
		}
		switch page {
		case 0: // the last one that was seen, and one that was not
			r.mustDelete(ids[2])
			r.mustDelete(ids[4])
		case 1:
			ids = append(ids, r.mustAdd(in("lobby", guest, "", "")).GetId())
		}
	}
	want := append(append([]string{}, ids[:4]...), ids[5:]...)
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("ids over all pages (-want +got):\n%s", diff)
	}
	for name, tc := range map[string]struct {
		ask  *leasedv1.ReservationServiceListRequest
		want int
	}{
		"subnet":          {&leasedv1.ReservationServiceListRequest{Subnet: "lobby"}, 1},
		"hardware":        {&leasedv1.ReservationServiceListRequest{Hardware: "02-00-00-00-00-05"}, 1},
		"both":            {&leasedv1.ReservationServiceListRequest{Hardware: "02-00-00-00-00-05", Subnet: "lobby"}, 0},
		"huge page":       {&leasedv1.ReservationServiceListRequest{PageSize: 1 << 30}, 12},
		"default of page": {&leasedv1.ReservationServiceListRequest{}, 12},
	} {
		res, err := r.List(leasedtest.Context(t), tc.ask)
		if err != nil || len(res.GetReservations()) != tc.want {
			t.Errorf("%s: %d reservations, %v; want %d", name, len(res.GetReservations()), err, tc.want)
		}
	}
	_, err := r.List(leasedtest.Context(t), &leasedv1.ReservationServiceListRequest{PageToken: "x"})
	if fault.CodeOf(err) != fault.Invalid {
		t.Errorf("a page token of somebody else: %v, want it refused", err)
	}
}

// TestMoveToTheRoll is the main job: a stranger is enrolled by the address it holds and moves at its next renewal.
func TestMoveToTheRoll(t *testing.T) {
	r := newRoll(t)
	f := r.s.Connect(t, "gate")
	ip := f.Lease(guest)
	added, err := r.Add(leasedtest.Context(t), &leasedv1.AddRequest{
		FromLease: ip.String(), Reservation: &leasedv1.Reservation{Subnet: "hall", Address: "10.20.0.201", Hostname: "desk7"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := added.GetReservation().GetHardware(); got != guest {
		t.Errorf("enrolled %q, the lease is that of %s", got, guest)
	}
	wantAnswer(t, f.Ask(leasedtest.Renew(guest, ip))[0], leasedv1.Answer_KIND_NAK, "move-to-reservation")
	if got := f.Lease(guest); got != netip.MustParseAddr("10.20.0.201") {
		t.Errorf("the enrolled machine got %v", got)
	}
	granted := r.s.Events(t, "lease.granted")
	if last := granted[len(granted)-1]; last.GetAddress() != "10.20.0.201" || last.GetPreviousAddress() != ip.String() ||
		last.GetMachine().GetHardware() != guest || last.GetSubnet() != "hall" {
		t.Errorf("event of the move: %v", last)
	}
	res, err := leasedv1.NewLeaseServiceClient(r.s.Conn).Get(leasedtest.Context(t), holder(guest))
	if err != nil || res.GetLease().GetAddress() != "10.20.0.201" || !res.GetLease().GetReserved() || res.GetLease().GetHostname() != "desk7" {
		t.Errorf("it holds %v, %v; want its reservation", res.GetLease(), err)
	}
	if res, err = leasedv1.NewLeaseServiceClient(r.s.Conn).Get(leasedtest.Context(t), held(ip.String())); err != nil ||
		res.GetLease().GetState() != leasedv1.LeaseState_LEASE_STATE_RELEASED {
		t.Errorf("its guest lease is %v, %v; want it ended", res.GetLease(), err)
	}
	// Another address on the roll moves it again.
	change := proto.CloneOf(added.GetReservation())
	change.Address = "10.20.0.202"
	if _, err := r.Update(leasedtest.Context(t), &leasedv1.UpdateRequest{Reservation: change}); err != nil {
		t.Fatal(err)
	}
	if a := f.Ask(leasedtest.Renew(guest, netip.MustParseAddr("10.20.0.201")))[0]; a.GetKind() != leasedv1.Answer_KIND_NAK {
		t.Errorf("renewal of its former address: %v %s, want a NAK", a.GetKind(), a.GetReason())
	}
	if got := f.Lease(guest); got != netip.MustParseAddr("10.20.0.202") {
		t.Errorf("the machine got %v", got)
	}
	// Taken off the roll, it is a guest again at its next renewal.
	r.mustDelete(added.GetReservation().GetId())
	if a := f.Ask(leasedtest.Renew(guest, netip.MustParseAddr("10.20.0.202")))[0]; a.GetKind() != leasedv1.Answer_KIND_NAK {
		t.Errorf("renewal off the roll: %v %s, want a NAK", a.GetKind(), a.GetReason())
	}
	if got := f.Lease(guest); !netip.MustParsePrefix("10.99.0.0/24").Contains(got) {
		t.Errorf("off the roll, the machine got %v, want an address of the lobby", got)
	}
}

// The file and the API agree on what a host name is.
func TestHostnamesOfFileAndAPI(t *testing.T) {
	r := newRoll(t)
	subnets, _, _ := strings.Cut(strings.Replace(leasedtest.Floor, "SOCKET", "/run/leased.sock", 1), "  reservations:")
	label := strings.Repeat("a", 63)
	for name, want := range map[string]bool{
		"desk7": true, "Desk7": true, "desk.example.org": true, "7": true, label: true, label + "." + label: true, label + "a": false,
		"-desk": false, "desk-": false, "desk..org": false, ".desk": false, "desk.": false, "desk_7": false, "süd": false, "a b": false,
		strings.Repeat(label+".", 4) + "a": false, "a.-b": false, "a-.b": false,
	} {
		_, err := config.Parse("x.yaml", []byte(subnets+fmt.Sprintf("  reservations: [{mac: \"02:00:00:00:00:01\", subnet: hall, hostname: %q}]\n", name)))
		res, addErr := r.Add(leasedtest.Context(t), &leasedv1.AddRequest{Reservation: in("hall", guest, "", name)})
		if (err == nil) != want || (addErr == nil) != want {
			t.Errorf("%q: the file says %v, the API says %v", name, err, addErr)
		}
		if addErr == nil {
			r.mustDelete(res.GetReservation().GetId())
		}
	}
}

// Of many that want one address at once, one gets it, and only that is written down.
func TestRaceForAnAddress(t *testing.T) {
	r := newRoll(t)
	errs := make(chan error)
	for i := range 16 {
		go func() {
			_, err := r.Add(leasedtest.Context(t), &leasedv1.AddRequest{Reservation: in("hall", mac(i), "10.20.0.201", "")})
			errs <- err
		}()
	}
	won := 0
	for range 16 {
		if err := <-errs; err == nil {
			won++
		} else if fault.ReasonOf(err) != "ADDRESS_TAKEN" {
			t.Errorf("Add: %v", err)
		}
	}
	if n := len(r.s.Events(t, "reservation.added")); won != 1 || n != 1 || len(r.all()) != 2 {
		t.Errorf("%d calls succeeded, there are %d events and %d reservations; want 1, 1 and 2", won, n, len(r.all()))
	}
}

// The roll may claim the address of a guest, who leaves it at its next renewal.
func TestReservationOfALeasedAddress(t *testing.T) {
	r := newRoll(t)
	f := r.s.Connect(t, "gate")
	ip := f.Lease(guest)
	r.mustAdd(in("lobby", other, ip.String(), ""))
	if a := f.Ask(leasedtest.Discover(other))[0]; leasedtest.Addr(a.GetYiaddr()) == ip {
		t.Errorf("%v was offered, which %s still holds", ip, guest)
	}
	if a := f.Ask(leasedtest.Renew(guest, ip))[0]; a.GetKind() != leasedv1.Answer_KIND_NAK {
		t.Errorf("renewal of an address that is now another's: %v %s, want a NAK", a.GetKind(), a.GetReason())
	}
	if got := f.Lease(guest); got == ip {
		t.Errorf("the guest got %v again, which is reserved", got)
	}
	if got := f.Lease(other); got != ip {
		t.Errorf("the enrolled machine got %v, want %v", got, ip)
	}
}
