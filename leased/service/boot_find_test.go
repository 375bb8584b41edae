package service_test

import (
	"strings"
	"testing"

	"rollcall/internal/fault"
	"rollcall/internal/option"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// A machine is found by what people call it, and nobody takes the name of one on the roll.
func TestMachineIsFound(t *testing.T) {
	const (
		twin     = "52:54:00:00:00:11"
		other    = "52:54:00:00:00:12"
		pretends = "52:54:00:00:00:13"
	)
	s := leasedtest.Start(t, strings.Replace(booting, "hostname: guest-{ip}", "", 1))
	f := s.Connect(t, "gate")
	roll := &roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}
	roll.mustAdd(in("hall", twin, "10.20.0.211", "twin"))
	roll.mustAdd(in("lobby", other, "", "twin"))
	named := func(q *leasedv1.Query, name string) *leasedv1.Query {
		return leasedtest.Add(q, option.HostName, []byte(name))
	}
	lease := func(mac, name string) string {
		offer := f.Ask(named(leasedtest.Discover(mac), name))[0]
		ack := f.Ask(named(leasedtest.Select(mac, offer), name))[0]
		return leasedtest.Addr(ack.GetYiaddr()).String()
	}
	phone := lease(guest, "phone")
	lease(pretends, "testbox")
	client := leasedv1.NewBootServiceClient(s.Conn)
	for _, tt := range []struct {
		what, name, want string
		fault            *fault.Error
	}{
		{"address of a lease", phone, guest, nil},
		{"host name that a machine gives itself", "Phone", guest, nil},
		{"address of a reservation", "10.20.0.211", twin, nil},
		{"host name of a reservation", "testbox", testbox, nil},
		{"address of nobody", "10.20.0.99", "", notFound("NO_MACHINE", "name")},
		{"host name of nobody", "desk9", "", notFound("NO_MACHINE", "name")},
		{"host name of two", "twin", "", &fault.Error{Code: fault.Precondition, Reason: "AMBIGUOUS", Field: "name"}},
		{"nothing", "", "", invalid("MISSING", "name")},
		{"more than a name", strings.Repeat("x", 256), "", invalid("MISSING", "name")},
	} {
		res, err := client.Find(leasedtest.Context(t), &leasedv1.FindRequest{Name: tt.name})
		if tt.fault != nil {
			if err == nil {
				t.Errorf("%s: found %v", tt.what, res)
			} else {
				wantFault(t, err, tt.fault)
			}
		} else if err != nil || res.GetHardware() != tt.want {
			t.Errorf("%s: %v, %v; want %s", tt.what, res, err, tt.want)
		}
	}
	_, err := client.Find(leasedtest.Context(t), &leasedv1.FindRequest{Name: "twin"})
	if err == nil || !strings.Contains(err.Error(), twin+", "+other) {
		t.Errorf("an ambiguous name says %v, and not which machines it means", err)
	}
}
