package engine_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/event"
	"rollcall/internal/fault"
	"rollcall/leased/engine"
)

// DESIGN §4, moving to the roll, and back.
func TestMoveToTheRoll(t *testing.T) {
	stories(t, planning{}, []story{
		{"a guest is enrolled", `
			A discover                                 -> OFFER 10.99.0.50 ! client.unknown
			A select 10.99.0.50                        -> ACK 10.99.0.50 ! lease.granted
			+1m
			A renew 10.99.0.50                         -> ACK 10.99.0.50 ! -
			reserve A hall 10.20.0.7                   ! reservation.added
			lease 10.99.0.50                           -> active renewals=1
			A renew 10.99.0.50                         -> NAK move-to-reservation ! -
			lease 10.99.0.50                           -> active renewals=1
			A discover 10.99.0.50                      -> OFFER 10.20.0.7 ! -
			lease 10.99.0.50                           -> active renewals=1
			A select 10.20.0.7                         -> ACK 10.20.0.7 ! lease.granted
			lease 10.99.0.50                           -> released renewals=1
			lease 10.20.0.7                            -> active renewals=0 by=1
			A renew 10.20.0.7                          -> ACK 10.20.0.7
			B discover 10.99.0.50                      -> OFFER 10.99.0.50`},
		{"between the offer and the request, by the server that it names", `
			A discover                                 -> OFFER 10.99.0.50 54=10.99.0.1
			reserve A hall 10.20.0.7
			A select 10.99.0.50 server=10.99.0.1       -> NAK move-to-reservation 54=10.99.0.1
			A reboot 10.99.0.50                        -> NAK move-to-reservation 54=10.20.0.1
			A discover                                 -> OFFER 10.20.0.7 54=10.20.0.1`},
		{"at its rebind, and with a client identifier", `
			A/x select 10.99.0.50                      -> ACK 10.99.0.50
			reserve A hall 10.20.0.7
			A/x rebind 10.99.0.50                      -> NAK move-to-reservation
			A/x reboot 10.99.0.50                      -> NAK move-to-reservation
			A/x select 10.20.0.7                       -> ACK 10.20.0.7
			lease 10.99.0.50                           -> released renewals=0`},
		{"on the address it has", `
			A/x select 10.99.0.50                      -> ACK 10.99.0.50 ! lease.granted
			reserve A lobby 10.99.0.50
			A/x renew 10.99.0.50                       -> ACK 10.99.0.50 ! -
			lease 10.99.0.50                           -> active renewals=1 by=1
			A discover                                 -> OFFER 10.99.0.50  # its boot ROM, which sends no identifier`},
		{"while its own address is held", `
			A select 10.99.0.50                        -> ACK 10.99.0.50
			B select 10.99.0.51                        -> ACK 10.99.0.51
			reserve A lobby 10.99.0.51
			A renew 10.99.0.50                         -> ACK 10.99.0.50
			A discover                                 -> OFFER 10.99.0.50
			A select 10.99.0.50                        -> ACK 10.99.0.50
			A select 10.99.0.52                        -> NAK not-assignable
			B renew 10.99.0.51                         -> NAK address-reserved
			A renew 10.99.0.50                         -> ACK 10.99.0.50
			+1m
			A renew 10.99.0.50                         -> ACK 10.99.0.50
			+61s                                       ! lease.expired
			A renew 10.99.0.50                         -> NAK move-to-reservation
			A select 10.99.0.51                        -> ACK 10.99.0.51`},
		{"a machine that is elsewhere", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			reserve A hall 10.20.0.7
			A renew 10.80.0.100 on=eth6                -> ACK 10.80.0.100
			A discover                                 -> OFFER 10.20.0.7
			A select 10.20.0.7                         -> ACK 10.20.0.7
			lease 10.80.0.100                          -> active renewals=1`},
		{"taken off the roll", `
			reserve A hall 10.20.0.7
			A select 10.20.0.7                         -> ACK 10.20.0.7
			unreserve 1
			A renew 10.20.0.7                          -> NAK not-assignable
			A discover                                 -> OFFER 10.99.0.50 ! client.unknown
			A select 10.99.0.50                        -> ACK 10.99.0.50
			lease 10.20.0.7                            -> released renewals=0 by=1`},
		{"taken off the roll on an address of a pool", `
			reserve A lobby 10.99.0.50
			A select 10.99.0.50                        -> ACK 10.99.0.50
			unreserve 1
			A renew 10.99.0.50                         -> ACK 10.99.0.50
			lease 10.99.0.50                           -> active renewals=1`},
		{"the reservation goes to another machine", `
			reserve A hall 10.20.0.7
			A select 10.20.0.7                         -> ACK 10.20.0.7
			change 1 B                                 ! reservation.changed
			B discover                                 -> DROP reserved-address-held
			B select 10.20.0.7                         -> NAK address-taken
			B release 10.20.0.7                        -> DROP not-holder
			A renew 10.20.0.7                          -> NAK address-reserved
			A discover                                 -> OFFER 10.99.0.50
			A select 10.99.0.50                        -> ACK 10.99.0.50
			B discover                                 -> OFFER 10.20.0.7`},
		{"survives a restart", `
			A select 10.99.0.50                        -> ACK 10.99.0.50
			reserve A hall 10.20.0.7
			restart
			A renew 10.99.0.50                         -> NAK move-to-reservation
			A select 10.20.0.7                         -> ACK 10.20.0.7
			lease 10.99.0.50                           -> released renewals=0`},
	})
}

// The event of a move says where the machine came from, so that nobody needs to watch for the end of the guest lease.
func TestMoveTellsTheAddressLeft(t *testing.T) {
	w := run(t, planning{}, `
		A select 10.99.0.50      -> ACK 10.99.0.50
		reserve A hall 10.20.0.7
		A select 10.20.0.7       -> ACK 10.20.0.7`)
	e := w.all[len(w.all)-1]
	got := []any{e.Kind, e.IP, e.Previous, e.Subnet, e.Reservation, e.Link, e.LeaseTime, e.Expires - w.now.Unix()}
	want := []any{event.LeaseGranted, ip("10.20.0.7"), ip("10.99.0.50"), "hall", "1", "f1/eth1", uint32(28800), int64(28800)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("event of the move (-want +got):\n%s", diff)
	}
	if w.last.Commit.Leases == nil || len(w.last.Commit.Leases) != 2 {
		t.Errorf("the move is not one commit: %+v", w.last.Commit)
	}
}

// A reload may number the reservations of the file anew; machines and their leases must not notice.
func TestReservationsOfTheFileAreRenumbered(t *testing.T) {
	res := func(id, name, addr string) *engine.Reservation {
		return &engine.Reservation{ID: id, Kind: engine.ByHardware, Value: string(hwOf(name).Bytes()), Subnet: "hall", IP: ip(addr),
			FromConfig: true}
	}
	w := run(t, planning{roll: []*engine.Reservation{res("config-2", "A", "10.20.0.7"), res("config-3", "B", "10.20.0.8")}}, `
		A/x select 10.20.0.7     -> ACK 10.20.0.7
		B select 10.20.0.8       -> ACK 10.20.0.8`)
	w.s.Replan(planning{roll: []*engine.Reservation{res("config-2", "B", "10.20.0.8"), res("config-3", "A", "10.20.0.7")}}.plan())
	s := &script{world: w}
	for _, line := range []string{
		"B release 10.20.0.7     -> DROP not-holder",
		"A discover              -> OFFER 10.20.0.7", // another stage of the boot
		"A/x renew 10.20.0.7     -> ACK 10.20.0.7",
		"B renew 10.20.0.8       -> ACK 10.20.0.8",
	} {
		s.line(line)
	}
}

// Changes of the roll that cannot be: each names the field, and changes nothing.
func TestEnrolRefuses(t *testing.T) {
	hw := func(name string) string { return string(hwOf(name).Bytes()) }
	for _, test := range []struct {
		name   string
		r      engine.Reservation
		code   fault.Code
		reason string
		field  string
	}{
		{"subnet", engine.Reservation{Value: hw("C"), Subnet: "nowhere"}, fault.NotFound, engine.ReasonNoSuchSubnet, "reservation.subnet"},
		{"outside", engine.Reservation{Value: hw("C"), Subnet: "hall", IP: ip("10.99.0.7")}, fault.Invalid, engine.ReasonOutsideSubnet, "reservation.address"},
		{"network", engine.Reservation{Value: hw("C"), Subnet: "hall", IP: ip("10.20.0.0")}, fault.Invalid, engine.ReasonNotAssignable, "reservation.address"},
		{"broadcast", engine.Reservation{Value: hw("C"), Subnet: "hall", IP: ip("10.20.3.255")}, fault.Invalid, engine.ReasonNotAssignable, "reservation.address"},
		{"our own", engine.Reservation{Value: hw("C"), Subnet: "hall", IP: ip("10.20.0.1")}, fault.Exists, engine.ReasonAddressTaken, "reservation.address"},
		{"address taken by the file", engine.Reservation{Value: hw("C"), Subnet: "hall", IP: ip("10.20.0.200")}, fault.Exists, engine.ReasonAddressTaken, "reservation.address"},
		{"address taken by the API", engine.Reservation{Value: hw("C"), Subnet: "hall", IP: ip("10.20.0.7")}, fault.Exists, engine.ReasonAddressTaken, "reservation.address"},
		{"machine taken", engine.Reservation{Value: hw("A"), Subnet: "hall", IP: ip("10.20.0.9")}, fault.Exists, engine.ReasonMachineTaken, "reservation.identifier"},
		{"machine taken in the shared network", engine.Reservation{Value: hw("A"), Subnet: "lobby"}, fault.Exists, engine.ReasonMachineTaken, "reservation.identifier"},
		{"read-only", engine.Reservation{ID: "config-1", Value: hw("K"), Subnet: "hall"}, fault.Precondition, engine.ReasonReadOnly, "reservation.id"},
		{"stale", engine.Reservation{ID: "1", Revision: 7, Value: hw("A"), Subnet: "hall"}, fault.Conflict, engine.ReasonStaleRevision, "reservation.revision"},
		{"gone", engine.Reservation{ID: "77", Revision: 1, Value: hw("C"), Subnet: "hall"}, fault.NotFound, engine.ReasonNoSuchReservation, "reservation.id"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := run(t, planning{}, `reserve A hall 10.20.0.7`)
			before := slices.Collect(w.s.Reservations(""))
			test.r.Kind = engine.ByHardware
			if test.r.ID == "" {
				test.r.ID = "99"
			}
			_, _, err := w.s.Enrol(test.r, w.now)
			var f *fault.Error
			if !errors.As(err, &f) {
				t.Fatalf("got %v, want a fault", err)
			}
			if f.Code != test.code || f.Reason != test.reason || f.Field != test.field {
				t.Errorf("got %v %s on %q: %s", f.Code, f.Reason, f.Field, f.Msg)
			}
			if diff := cmp.Diff(before, slices.Collect(w.s.Reservations(""))); diff != "" {
				t.Errorf("the roll changed (-before +after):\n%s", diff)
			}
			w.check()
		})
	}
	run(t, planning{}, `
		unreserve config-1       -> ERROR configuration
		unreserve 5              -> ERROR no reservation
		reserve A hall 10.20.0.7 -> 1
		reserve A yard 10.80.0.7 -> 2  # another shared network is another place
		reserve B hall -         -> 3
		reserve C hall -         -> 4`)
}

// A machine may be moved on the roll itself.
func TestChangeOfAddress(t *testing.T) {
	w := run(t, planning{}, `
		reserve A hall 10.20.0.7
		A select 10.20.0.7       -> ACK 10.20.0.7`)
	r := *w.s.Reservation("1")
	r.IP = ip("10.20.0.8")
	if _, err := w.enrol(r); err != nil {
		t.Fatal(err)
	}
	s := &script{world: w}
	for _, line := range []string{
		"A renew 10.20.0.7       -> NAK move-to-reservation",
		"A discover              -> OFFER 10.20.0.8",
		"A select 10.20.0.8      -> ACK 10.20.0.8",
		"lease 10.20.0.7         -> released renewals=0 by=1",
		"reserve B hall 10.20.0.7 -> 2",
		"B discover              -> OFFER 10.20.0.7",
	} {
		s.line(line)
	}
}

// Whoever names a subnet that is not there is told which ones are.
func TestNoSuchSubnet(t *testing.T) {
	plan := planning{}.plan()
	if got := plan.NoSuchSubnet("hal").Error(); !strings.Contains(got, `no subnet "hal" is configured`) || !strings.Contains(got, "others") {
		t.Errorf("of %d subnets it says %q", len(plan.Subnets), got)
	}
	few := engine.NewPlan(engine.Parts{Subnets: clean(plan.Subnets[:2])})
	if got := few.NoSuchSubnet("hal").Error(); !strings.Contains(got, "configured: hall, lobby") {
		t.Errorf("of two subnets it says %q", got)
	}
}
