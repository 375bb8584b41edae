package service_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"rollcall/internal/option"
	"rollcall/leased"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// booting is the floor where machines boot.
var booting = strings.Replace(leasedtest.Floor, "  subnets:", `  boot:
    files: {uefi-x64: ipxe.efi}
    ipxe: "http://10.20.0.1:8080/boot/{mac}.ipxe"
  subnets:`, 1)

// firmware makes a message one of UEFI firmware.
func firmware(q *leasedv1.Query) *leasedv1.Query {
	leasedtest.Add(q, option.VendorClass, []byte("PXEClient:Arch:00007:UNDI:003000"))
	leasedtest.Add(q, option.ClientArch, []byte{0, 7})
	return leasedtest.Add(q, option.ClientUUID, []byte("\x00\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff"))
}

// boots lets a machine get an address and a file.
func boots(f *leasedtest.Frontend, mac string) string {
	offer := f.Ask(firmware(leasedtest.Discover(mac)))[0]
	ack := f.Ask(firmware(leasedtest.Select(mac, offer)))[0]
	return leasedtest.Addr(ack.GetYiaddr()).String()
}

func fetch(address, path string, purpose leasedv1.Fetch_Purpose) *leasedv1.Fetch {
	return &leasedv1.Fetch{
		Time: timestamppb.Now(), Address: address, Protocol: leasedv1.Fetch_PROTOCOL_HTTP, Path: path, Octets: 7,
		Result: leasedv1.Fetch_RESULT_COMPLETE, Duration: durationpb.New(time.Millisecond), Purpose: purpose,
	}
}

// reporter is a frontend that reports.
type reporter struct {
	leasedv1.BootServiceClient
	t *testing.T
}

func reports(t *testing.T, s *leasedtest.Server) reporter {
	return reporter{leasedv1.NewBootServiceClient(s.Conn), t}
}

func (r reporter) fetched(list ...*leasedv1.Fetch) {
	r.t.Helper()
	if _, err := r.Report(leasedtest.Context(r.t), &leasedv1.ReportRequest{Frontend: "gate", Fetches: list}); err != nil {
		r.t.Fatal(err)
	}
}

func (r reporter) saw(list ...*leasedv1.Sighting) {
	r.t.Helper()
	if _, err := r.Report(leasedtest.Context(r.t), &leasedv1.ReportRequest{Frontend: "gate", Sightings: list}); err != nil {
		r.t.Fatal(err)
	}
}

func (r reporter) show(mac string) *leasedv1.BootRun {
	r.t.Helper()
	res, err := r.Show(leasedtest.Context(r.t), &leasedv1.ShowRequest{Hardware: mac})
	if err != nil {
		r.t.Fatal(err)
	}
	return res.GetRuns()[len(res.GetRuns())-1]
}

// What a machine asks, is told and fetches becomes one boot of it.
func TestBootIsShown(t *testing.T) {
	s := leasedtest.Start(t, booting)
	f, r := s.Connect(t, "gate"), reports(t, s)
	if _, err := r.Show(leasedtest.Context(t), &leasedv1.ShowRequest{Hardware: testbox}); err == nil {
		t.Error("a machine that never booted is shown")
	} else {
		wantFault(t, err, notFound("NO_BOOT", "hardware"))
	}
	address := boots(f, testbox)
	r.fetched(fetch(address, "ipxe.efi", 0), fetch(address, "/boot/08-00-27-2c-49-4b.ipxe", leasedv1.Fetch_PURPOSE_SCRIPT))
	run := r.show(testbox)
	var what []string
	for _, step := range run.GetSteps() {
		what = append(what, step.GetWhat()+" "+step.GetDetail())
	}
	want := []string{
		"DISCOVER uefi-x64", "OFFER 10.20.0.200, ipxe.efi from 10.20.0.1", "REQUEST takes the offer of 10.20.0.1",
		"ACK 10.20.0.200, ipxe.efi from 10.20.0.1", "HTTP ipxe.efi", "SCRIPT /boot/08-00-27-2c-49-4b.ipxe",
	}
	if diff := cmp.Diff(want, what); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if !strings.Contains(run.GetSteps()[1].GetBecause(), "boot.files.uefi-x64 from ") {
		t.Errorf("because %q", run.GetSteps()[1].GetBecause())
	}
	run.Steps = nil
	wantRun := &leasedv1.BootRun{
		State: "booted", Firmware: "uefi-x64", Uuid: "00112233-4455-6677-8899-aabbccddeeff", Address: "10.20.0.200", Machine: "testbox",
		Outcome: "the last file that it fetched is /boot/08-00-27-2c-49-4b.ipxe",
	}
	if diff := cmp.Diff(wantRun, run, protocmp.Transform()); diff != "" {
		t.Errorf("run (-want +got):\n%s", diff)
	}
	res, err := r.List(leasedtest.Context(t), &leasedv1.BootServiceListRequest{State: "booted"})
	if err != nil || len(res.GetMachines()) != 1 || res.GetMachines()[0].GetMachine() != "testbox" {
		t.Errorf("list: %v, %v", res.GetMachines(), err)
	}
	_, err = r.List(leasedtest.Context(t), &leasedv1.BootServiceListRequest{State: "broken"})
	wantFault(t, err, invalid("BAD_STATE", "state"))
}

// A machine that is to boot once is done when it says so: on disk, and told as an event.
func TestBootOnce(t *testing.T) {
	dir := leasedtest.Dir(t)
	cfg := leased.Config{Leased: leasedtest.Read(t, dir, booting), DataDir: dir}
	s := leasedtest.Run(t, cfg)
	x := in("hall", guest, "10.20.0.201", "desk7")
	x.Netboot = "once"
	x.Extra = map[string]string{"owner": "desk 7"}
	roll := &roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}
	id := roll.mustAdd(x).GetId()
	if got := roll.get(id).GetNetboot(); got != "once" {
		t.Errorf("netboot is %q", got)
	}
	r := reports(t, s)
	address := boots(s.Connect(t, "gate"), guest)
	r.fetched(fetch(address, "/rollcall/done", leasedv1.Fetch_PURPOSE_DONE))
	seen := s.Await(t, 0, "boot.done")
	done := seen[len(seen)-1]
	if done.GetMachine().GetHardware() != guest || done.GetReservation() != id || done.GetExtra()["owner"] != "desk 7" {
		t.Errorf("event %v", done)
	}
	if run := r.show(guest); run.GetState() != "booted" || run.GetSteps()[len(run.GetSteps())-1].GetWhat() != "DONE" {
		t.Errorf("shown as %v", run)
	}
	r.fetched(fetch(address, "/rollcall/done", leasedv1.Fetch_PURPOSE_DONE)) // reported once more
	s.Stop()

	s = leasedtest.Run(t, cfg)
	r = reports(t, s)
	f := s.Connect(t, "gate")
	boots(f, guest)
	if run := r.show(guest); run.GetState() != "local" || run.GetReason() != "netboot-done" {
		t.Errorf("after a restart it is %s, %s", run.GetState(), run.GetReason())
	}
	restart := func() bool {
		res, err := r.Restart(leasedtest.Context(t), &leasedv1.RestartRequest{Hardware: guest})
		if err != nil {
			t.Fatal(err)
		}
		return res.GetChanged()
	}
	if !restart() || restart() {
		t.Error("restart changes something once")
	}
	boots(f, guest)
	if run := r.show(guest); run.GetState() != "booting" {
		t.Errorf("restarted, it is %s, %s", run.GetState(), run.GetReason())
	}
	res, err := r.Finish(leasedtest.Context(t), &leasedv1.FinishRequest{Hardware: guest})
	if err != nil || !res.GetChanged() {
		t.Errorf("finish: %v, %v", res, err)
	}
}

// Other servers are listed, and told of once.
func TestForeignServers(t *testing.T) {
	s := leasedtest.Start(t, booting)
	f, r := s.Connect(t, "gate"), reports(t, s)
	boots(f, testbox)
	seen := func(server, client string, proxy bool) *leasedv1.Sighting {
		return &leasedv1.Sighting{
			Time: timestamppb.Now(), Link: "eth1", Server: server, ServerHardware: "52:54:00:00:02:00", Client: client, Proxy: proxy,
			File: "wdsnbp.com", Port: 67, Message: "OFFER",
		}
	}
	r.saw(seen("10.20.0.250", testbox, true), seen("10.20.0.250", testbox, true), seen("10.20.0.250", guest, false),
		seen("10.20.0.1", testbox, false)) // the last is the frontend itself
	res, err := r.ListServers(leasedtest.Context(t), &leasedv1.ListServersRequest{})
	if err != nil || len(res.GetServers()) != 2 {
		t.Fatalf("servers are %v, %v", res.GetServers(), err)
	}
	for _, server := range res.GetServers() {
		if want := map[bool]uint64{true: 2, false: 1}[server.GetProxy()]; server.GetCount() != want || server.GetLink() != "gate/eth1" ||
			server.GetAddress() != "10.20.0.250" || server.GetFile() != "wdsnbp.com" {
			t.Errorf("server %v", server)
		}
	}
	events, err := leasedv1.NewEventServiceClient(s.Conn).List(leasedtest.Context(t),
		&leasedv1.EventServiceListRequest{Kinds: []string{"server.*"}})
	if err != nil || len(events.GetEvents()) != 2 {
		t.Fatalf("events are %v, %v", events.GetEvents(), err)
	}
	if e := events.GetEvents()[0]; e.GetReason() != "proxy-dhcp-server" || e.GetMachine().GetHardware() != "52:54:00:00:02:00" ||
		e.GetAddress() != "10.20.0.250" || e.GetSubnet() != "hall" || e.GetBoot().GetFile() != "wdsnbp.com" {
		t.Errorf("event %v", e)
	}
	run := r.show(testbox)
	if last := run.GetSteps()[len(run.GetSteps())-1]; last.GetWhat() != "FOREIGN-PROXY" || last.GetCount() != 2 {
		t.Errorf("the last step is %v", last)
	}
}

// Frontends of one leased are no strangers to each other, whatever leased has them call themselves.
func TestOwnServersAreNotForeign(t *testing.T) {
	s := leasedtest.Start(t, strings.Replace(leasedtest.Floor, "    - name: hall", "    - name: hall\n      server_id: 10.20.0.9", 1))
	s.Connect(t, "gate")
	s.Connect(t, "yard", &leasedv1.Link{Name: "eth1", Addresses: []string{"10.20.0.2/22"}, Up: true}).Lease(guest) // it is known by then
	r := reports(t, s)
	seen := func(server string, at time.Time) *leasedv1.Sighting {
		return &leasedv1.Sighting{Time: timestamppb.New(at), Link: "eth1", Server: server, Client: testbox, Message: "OFFER"}
	}
	now := time.Now()
	r.saw(seen("10.20.0.2", now), seen("10.20.0.9", now),
		// Before leased was started: perhaps a frontend that is not back yet.
		seen("10.20.0.3", now.Add(-time.Minute)))
	res, err := r.ListServers(leasedtest.Context(t), &leasedv1.ListServersRequest{})
	if err != nil || len(res.GetServers()) != 0 {
		t.Errorf("servers are %v, %v", res.GetServers(), err)
	}
}

// Who invents servers fills neither the list nor the log.
func TestInventedServers(t *testing.T) {
	s := leasedtest.Start(t, booting)
	s.Connect(t, "gate")
	r := reports(t, s)
	var invented []*leasedv1.Sighting
	for i := range 1000 {
		invented = append(invented, &leasedv1.Sighting{
			Time: timestamppb.Now(), Link: "eth1", Server: leasedtest.Addr(0x0a140300 + uint32(i)).String(), Client: testbox, Proxy: true, Message: "OFFER",
		})
	}
	r.saw(invented...)
	res, err := r.ListServers(leasedtest.Context(t), &leasedv1.ListServersRequest{})
	if err != nil || len(res.GetServers()) != 256 {
		t.Errorf("%d servers, %v", len(res.GetServers()), err)
	}
	if got := s.Events(t, "server.foreign"); len(got) != 64 {
		t.Errorf("%d events", len(got))
	}
}

// A machine is who it is by the address that it asks from. What its path names does not make it another.
func TestNobodyIsFinishedByAnother(t *testing.T) {
	s := leasedtest.Start(t, strings.Replace(booting, "hostname: testbox}", "hostname: testbox, netboot: once}", 1))
	f, r := s.Connect(t, "gate"), reports(t, s)
	address := boots(f, testbox)
	forged := fetch("10.20.3.77", "/rollcall/done", leasedv1.Fetch_PURPOSE_DONE)
	forged.Hardware = testbox
	nameless := fetch("", "/rollcall/done", leasedv1.Fetch_PURPOSE_DONE) // by IPv6
	nameless.Hardware = testbox
	asked := fetch("10.20.3.77", "/rollcall/done", leasedv1.Fetch_PURPOSE_DONE)
	asked.Result = leasedv1.Fetch_RESULT_PROBE
	for _, x := range []*leasedv1.Fetch{forged, nameless, asked} {
		_, err := r.Report(leasedtest.Context(t), &leasedv1.ReportRequest{Frontend: "gate", Fetches: []*leasedv1.Fetch{x}})
		wantFault(t, err, invalid("NO_MACHINE", "fetches.address"))
	}
	stranger, err := r.Machine(leasedtest.Context(t), &leasedv1.MachineRequest{Address: "10.20.3.77", Hardware: testbox, Frontend: "gate"})
	if err != nil || stranger.GetReservation() != "" || stranger.GetHardware() != "" {
		t.Errorf("a stranger is told %v, %v", stranger, err)
	}
	asked.Address = address
	r.fetched(asked) // of which nothing comes
	if got := s.Events(t, "boot.done"); len(got) != 0 {
		t.Fatalf("events are %v", got)
	}
	r.fetched(fetch(address, "/rollcall/done", leasedv1.Fetch_PURPOSE_DONE))
	if got := s.Events(t, "boot.done"); len(got) != 1 || got[0].GetMachine().GetHardware() != testbox {
		t.Errorf("events are %v", got)
	}
}

// Where another server gives the addresses, only the path says who asks.
func TestMachineWithoutLeaseIsNamed(t *testing.T) {
	s := leasedtest.Start(t, booting)
	s.Connect(t, "gate")
	r := reports(t, s)
	m, err := r.Machine(leasedtest.Context(t), &leasedv1.MachineRequest{Address: "10.20.3.77", Hardware: testbox, Frontend: "gate"})
	if err != nil || m.GetHardware() != testbox || m.GetReservation() != "config-1" {
		t.Errorf("machine is %v, %v", m, err)
	}
}

// A lease from before another server gave the addresses does not stand in the way of that.
func TestMachineOfAnOldLease(t *testing.T) {
	dir := leasedtest.Dir(t)
	s := leasedtest.Run(t, leased.Config{Leased: leasedtest.Read(t, dir, booting), DataDir: dir})
	s.Connect(t, "gate").Lease(guest)
	r := reports(t, s)
	told := func() string {
		t.Helper()
		m, err := r.Machine(leasedtest.Context(t), &leasedv1.MachineRequest{Address: "10.99.0.7", Hardware: guest, Frontend: "gate"})
		if err != nil {
			t.Fatal(err)
		}
		return m.GetHardware()
	}
	if got := told(); got != "" {
		t.Errorf("whoever names a machine that has a lease is taken for %s", got)
	}
	proxy := booting[:strings.Index(booting, "      pools:")] + booting[strings.Index(booting, "  reservations:"):]
	proxy = strings.Replace(strings.Replace(proxy, "{mac: \"08:00:27:2c:49:4b\", subnet: hall, address: 10.20.0.200,", "{mac: \"08:00:27:2c:49:4b\", subnet: hall,", 1),
		"  boot:\n", "  boot:\n    role: proxy\n", 1)
	apply, err := s.Service.Prepare(leasedtest.Read(t, dir, proxy))
	if err != nil {
		t.Fatal(err)
	}
	apply()
	if got := told(); got != guest {
		t.Errorf("where another server gives the addresses the machine is taken for %q", got)
	}
}

func TestMachineForScripts(t *testing.T) {
	s := leasedtest.Start(t, booting)
	f, r := s.Connect(t, "gate"), reports(t, s)
	address := boots(f, testbox)
	got, err := r.Machine(leasedtest.Context(t), &leasedv1.MachineRequest{Address: address, Hardware: guest, Frontend: "gate"})
	if err != nil {
		t.Fatal(err)
	}
	want := &leasedv1.MachineResponse{
		Hardware: testbox, Address: "10.20.0.200", Hostname: "testbox", Subnet: "hall", Reservation: "config-1", Netboot: "always",
		Firmware: "uefi-x64", Uuid: "00112233-4455-6677-8899-aabbccddeeff", Script: "http://10.20.0.1:8080/boot/08-00-27-2c-49-4b.ipxe",
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, err = r.Machine(leasedtest.Context(t), &leasedv1.MachineRequest{Address: "here"})
	wantFault(t, err, invalid("BAD_ADDRESS", "address"))
	_, err = r.Machine(leasedtest.Context(t), &leasedv1.MachineRequest{Hardware: "here"})
	wantFault(t, err, invalid("BAD_HARDWARE", "hardware"))
}

func TestBadReports(t *testing.T) {
	r := reports(t, leasedtest.Start(t, booting))
	good := fetch("10.20.0.200", "x", 0)
	for field, req := range map[string]*leasedv1.ReportRequest{
		"fetches":          {Fetches: make([]*leasedv1.Fetch, 1025)},
		"fetches.result":   {Fetches: []*leasedv1.Fetch{good, {Address: "10.20.0.200"}}},
		"fetches.address":  {Fetches: []*leasedv1.Fetch{{Address: "::1", Result: leasedv1.Fetch_RESULT_COMPLETE}}},
		"sightings.server": {Sightings: []*leasedv1.Sighting{{Server: "there"}}},
	} {
		_, err := r.Report(leasedtest.Context(t), req)
		wantFault(t, err, invalid("BAD_REPORT", field))
	}
	// What nobody is known by is forgotten, and texts of machines are made harmless.
	good.Path, good.Hardware = "\x1b[31m"+strings.Repeat("x", 300), testbox
	r.fetched(fetch("10.20.3.3", "x", 0), good)
	if got := r.show(testbox).GetSteps()[0].GetDetail(); len(got) != 255 || !strings.HasPrefix(got, "?[31m") {
		t.Errorf("%d octets: %q", len(got), got)
	}
}
