package service_test

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"

	"rollcall/internal/fault"
	"rollcall/internal/option"
	"rollcall/leased"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// classed is the floor with definitions of its own and a few classes.
var classed = strings.Replace(leasedtest.Floor, "  subnets:", `  option_definitions:
    - {name: phone-vlan, code: 224, type: uint16}
    - {name: acs-url, code: 1, type: string, of: vendor-specific}
  classes:
    - name: phones
      options: {log-servers: [10.20.0.7], phone-vlan: 7}
      boot: {server: 10.20.0.8, file: phone.bin}
    - {name: banned, drop: true}
  subnets:`, 1)

func is(values ...string) *leasedv1.OptionValue { return &leasedv1.OptionValue{Values: values} }

// rich is a reservation that says all that one can say.
func rich() *leasedv1.Reservation {
	r := in("hall", guest, "10.20.0.201", "desk7")
	r.Options = map[string]*leasedv1.OptionValue{
		"routers":             is("10.20.3.1", "10.20.3.2"),
		"domain-name":         {Values: []string{"lab.example.org"}, Send: leasedv1.OptionValue_SEND_REQUESTED},
		"domain-name-servers": {Send: leasedv1.OptionValue_SEND_NEVER},
		"phone-vlan":          {Values: []string{"66"}, Send: leasedv1.OptionValue_SEND_ALWAYS},
		"vendor-specific": {Entries: []*leasedv1.OptionEntry{
			{Key: "acs-url", Values: []string{"http://acs"}}, {Key: "7", Values: []string{"hex:00ff"}}}},
		"vi-vendor-specific": {Entries: []*leasedv1.OptionEntry{
			{Key: "3561", Entries: []*leasedv1.OptionEntry{{Key: "1", Values: []string{"x"}}}}}},
		"vi-vendor-class": {Entries: []*leasedv1.OptionEntry{{Key: "3561", Values: []string{"a", "b"}}}},
		"option-225":      is("hex:0a0b"),
	}
	r.Boot = &leasedv1.Boot{
		ServerName: proto.String(""), File: proto.String("custom.efi"),
		Files: map[string]string{"uefi-arm64": "arm64/{mac}.efi", "arch-1234": ""}, Http: map[string]string{"uefi-x64": "http://10.20.0.1/x.efi"},
		Ipxe: proto.String("http://10.20.0.1/{mac}.ipxe"), Style: "plain", Quirk: "none", Delay: durationpb.New(20 * time.Millisecond),
		NoProxyWait: proto.Bool(false), Menu: &leasedv1.BootMenu{Prompt: "Boot", Timeout: 255, Items: []*leasedv1.BootMenuItem{
			{Type: 1, Text: "Installer", File: "install.efi", Server: "10.20.0.9"}, {Text: "Local disk"},
		}},
	}
	r.Netboot = "once"
	r.Classes = []string{"phones"}
	r.Extra = map[string]string{"owner": "desk 7", "note": ""}
	return r
}

var asStored = cmp.Options{protocmp.Transform(),
	protocmp.IgnoreFields(&leasedv1.Reservation{}, "id", "revision", "updated", "source")}

// What was said comes back as it was said, after a restart too, and decides.
func TestDetails(t *testing.T) {
	dir := leasedtest.Dir(t)
	cfg := leased.Config{Leased: leasedtest.Read(t, dir, classed), DataDir: dir}
	first := &roll{t: t, s: leasedtest.Run(t, cfg)}
	first.ReservationServiceClient = leasedv1.NewReservationServiceClient(first.s.Conn)
	id := first.mustAdd(rich()).GetId()
	first.s.Stop()
	s := leasedtest.Run(t, cfg)
	r := &roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}
	if diff := cmp.Diff(rich(), r.get(id), asStored); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}

	f := s.Connect(t, "gate")
	prl := []byte{3, 6, 7, 15, 43}
	offer := f.Ask(leasedtest.Add(leasedtest.Discover(guest), option.ParameterRequestList, prl))[0]
	ack := f.Ask(leasedtest.Add(leasedtest.Select(guest, offer), option.ParameterRequestList, prl))[0]
	got := map[option.Code]string{}
	for code, value := range option.List(ack.GetOptions()).All() {
		got[code] = string(value)
	}
	maps.DeleteFunc(got, func(c option.Code, _ string) bool { // what the server makes itself
		return slices.Contains([]option.Code{option.SubnetMask, option.LeaseTime, option.MessageType, option.ServerID}, c)
	})
	want := map[option.Code]string{
		option.Router: "\x0a\x14\x03\x01\x0a\x14\x03\x02", option.LogServer: "\x0a\x14\x00\x07", option.DomainName: "lab.example.org",
		option.VendorSpecific: "\x01\x0ahttp://acs\x07\x02\x00\xff", 224: "\x00\x42",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("options of the ACK (-want +got):\n%s", diff)
	}
	if ack.GetSiaddr() != 0x0a140008 || ack.GetFile() != "custom.efi" || ack.GetSname() != "" {
		t.Errorf("boot fields %v %q %q, want the server of the class and the file of the reservation",
			leasedtest.Addr(ack.GetSiaddr()), ack.GetSname(), ack.GetFile())
	}

	// Events carry what is the registration system's own.
	r.mustDelete(id)
	for _, e := range s.Events(t) {
		extra := map[string]string(nil)
		switch e.GetKind() {
		case "reservation.added", "lease.granted", "reservation.deleted":
			extra = rich().GetExtra()
		}
		if diff := cmp.Diff(extra, e.GetExtra()); diff != "" {
			t.Errorf("extra of %s (-want +got):\n%s", e.GetKind(), diff)
		}
	}
}

func (r *roll) get(id string) *leasedv1.Reservation {
	r.t.Helper()
	res, err := r.Get(leasedtest.Context(r.t), &leasedv1.ReservationServiceGetRequest{Key: &leasedv1.ReservationServiceGetRequest_Id{Id: id}})
	if err != nil {
		r.t.Fatalf("Get %s: %v", id, err)
	}
	return res.GetReservation()
}

func TestDetailsRefused(t *testing.T) {
	s := leasedtest.Start(t, classed)
	r := &roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}
	type reservation = leasedv1.Reservation
	const options = "reservation.options"
	set := func(name string, v *leasedv1.OptionValue) func(*reservation) {
		return func(r *reservation) { r.Options = map[string]*leasedv1.OptionValue{name: v} }
	}
	entry := func(key string, values ...string) *leasedv1.OptionValue {
		return &leasedv1.OptionValue{Entries: []*leasedv1.OptionEntry{{Key: key, Values: values}}}
	}
	long := strings.Repeat("x", 256)
	for name, tc := range map[string]struct {
		change func(*reservation)
		want   *fault.Error
		says   string
	}{
		"unknown option":      {set("rooters", is("10.20.3.1")), invalid("BAD_OPTION", options), `"routers"`},
		"no option at all":    {set("", is("10.20.3.1")), invalid("BAD_OPTION", options), "option-N"},
		"wrong value":         {set("routers", is("10.20.3")), invalid("BAD_OPTION", options+".routers"), "10.20.0.1"},
		"own definition":      {set("phone-vlan", is("65536")), invalid("BAD_OPTION", options+".phone-vlan"), "65535"},
		"one value too many":  {set("domain-name", is("a", "b")), invalid("BAD_OPTION", options+".domain-name"), ""},
		"server's own":        {set("dhcp-lease-time", is("1h")), invalid("BAD_OPTION", options+".dhcp-lease-time"), "lease.time"},
		"sub-option":          {set("vendor-specific", entry("acs-ur", "x")), invalid("BAD_OPTION", options+".vendor-specific"), "acs-url"},
		"enterprise":          {set("vi-vendor-class", entry("x", "x")), invalid("BAD_OPTION", options+".vi-vendor-class"), "3561"},
		"entries of a scalar": {set("routers", entry("1", "x")), invalid("BAD_OPTION", options+".routers"), "values"},
		"text of a mapping":   {set("vendor-specific", is("x")), invalid("BAD_OPTION", options+".vendor-specific"), "mapping"},
		"value and never": {set("routers", &leasedv1.OptionValue{Values: []string{"10.20.3.1"}, Send: leasedv1.OptionValue_SEND_NEVER}),
			invalid("BAD_OPTION", options+".routers"), "never"},
		"unknown send": {set("routers", &leasedv1.OptionValue{Values: []string{"10.20.3.1"}, Send: 9}), invalid("BAD_OPTION", options+".routers"), "9"},
		"twice": {func(r *reservation) {
			r.Options = map[string]*leasedv1.OptionValue{"routers": is("10.20.3.1"), "option-3": is("10.20.3.1")}
		}, invalid("BAD_OPTION", options), `"option-3"`},
		"too much": {func(r *reservation) {
			r.Options = map[string]*leasedv1.OptionValue{"option-224": is("hex:" + strings.Repeat("00", 40000)), "option-225": is("hex:" + strings.Repeat("00", 40000))}
		}, invalid("BAD_OPTION", options), "65535"},
		"boot server":    {func(r *reservation) { r.Boot = &leasedv1.Boot{Server: proto.String("tftp")} }, invalid("BAD_ADDRESS", "reservation.boot.server"), ""},
		"server name":    {func(r *reservation) { r.Boot = &leasedv1.Boot{ServerName: proto.String(long[:64])} }, invalid("BAD_BOOT", "reservation.boot.server_name"), "63"},
		"boot file":      {func(r *reservation) { r.Boot = &leasedv1.Boot{File: proto.String(long[:128])} }, invalid("BAD_BOOT", "reservation.boot.file"), "127"},
		"zero in a file": {func(r *reservation) { r.Boot = &leasedv1.Boot{File: proto.String("a\x00b")} }, invalid("BAD_BOOT", "reservation.boot.file"), ""},
		"URL as a file":  {func(r *reservation) { r.Boot = &leasedv1.Boot{File: proto.String("http://10.20.0.1/x")} }, invalid("BAD_BOOT", "reservation.boot.file"), "ipxe:"},
		"firmware":       {func(r *reservation) { r.Boot = &leasedv1.Boot{Files: map[string]string{"uefi": "x"}} }, invalid("BAD_BOOT", "reservation.boot.files"), "uefi-x64"},
		"firmware twice": {func(r *reservation) {
			r.Boot = &leasedv1.Boot{Files: map[string]string{"uefi-x64": "x", "arch-7": "y"}}
		},
			invalid("BAD_BOOT", "reservation.boot.files"), "twice"},
		"path for HTTP": {func(r *reservation) { r.Boot = &leasedv1.Boot{Http: map[string]string{"bios": "x"}} }, invalid("BAD_BOOT", "reservation.boot.http"), "http://"},
		"script":        {func(r *reservation) { r.Boot = &leasedv1.Boot{Ipxe: proto.String("gopher://x/")} }, invalid("BAD_BOOT", "reservation.boot.ipxe"), "gopher"},
		"style":         {func(r *reservation) { r.Boot = &leasedv1.Boot{Style: "fancy"} }, invalid("BAD_BOOT", "reservation.boot.style"), "plain"},
		"quirk":         {func(r *reservation) { r.Boot = &leasedv1.Boot{Quirk: "odd"} }, invalid("BAD_BOOT", "reservation.boot.quirk"), "raspberry-pi"},
		"delay":         {func(r *reservation) { r.Boot = &leasedv1.Boot{Delay: durationpb.New(time.Minute)} }, invalid("BAD_BOOT", "reservation.boot.delay"), "10s"},
		"menu without text": {func(r *reservation) {
			r.Boot = &leasedv1.Boot{Menu: &leasedv1.BootMenu{Items: []*leasedv1.BootMenuItem{{Type: 1, File: "x"}}}}
		}, invalid("BAD_BOOT", "reservation.boot.menu.items"), "text"},
		"menu without file": {func(r *reservation) {
			r.Boot = &leasedv1.Boot{Menu: &leasedv1.BootMenu{Items: []*leasedv1.BootMenuItem{{Type: 1, Text: "x"}}}}
		}, invalid("BAD_BOOT", "reservation.boot.menu.items"), "file"},
		"netboot":         {func(r *reservation) { r.Netboot = "later" }, invalid("BAD_BOOT", "reservation.netboot"), "once"},
		"class":           {func(r *reservation) { r.Classes = []string{"phone"} }, notFound("NO_SUCH_CLASS", "reservation.classes"), `"phones"`},
		"no such class":   {func(r *reservation) { r.Classes = []string{"zzzzzz"} }, notFound("NO_SUCH_CLASS", "reservation.classes"), "leased.classes"},
		"key of extra":    {func(r *reservation) { r.Extra = map[string]string{long: ""} }, invalid("BAD_EXTRA", "reservation.extra"), "255"},
		"empty key":       {func(r *reservation) { r.Extra = map[string]string{"": ""} }, invalid("BAD_EXTRA", "reservation.extra"), ""},
		"value of extra":  {func(r *reservation) { r.Extra = map[string]string{"a": long} }, invalid("BAD_EXTRA", "reservation.extra"), "255"},
		"too many extras": {func(r *reservation) { r.Extra = many(33) }, invalid("BAD_EXTRA", "reservation.extra"), "32"},
	} {
		t.Run(name, func(t *testing.T) {
			x := in("hall", guest, "", "")
			tc.change(x)
			r.refused(t, tc.want, func() error {
				_, err := r.Add(leasedtest.Context(t), &leasedv1.AddRequest{Reservation: x})
				if err != nil && !strings.Contains(asFault(t, err).Msg, tc.says) {
					t.Errorf("%v does not say %s", err, tc.says)
				}
				return err
			})
		})
	}
	x := in("hall", guest, "", "")
	x.Extra = many(32)
	if got := r.mustAdd(x).GetExtra(); len(got) != 32 {
		t.Errorf("%d of 32 pairs are there", len(got))
	}
}

func many(n int) map[string]string {
	m := map[string]string{}
	for i := range n {
		m[strings.Repeat("k", i+1)] = strings.Repeat("v", 255)
	}
	return m
}

// A reload may take away what a reservation builds on. Nothing of it is lost, and the rest can be changed.
func TestDetailsOutliveTheConfiguration(t *testing.T) {
	dir := leasedtest.Dir(t)
	s := leasedtest.Run(t, leased.Config{Leased: leasedtest.Read(t, dir, classed), DataDir: dir})
	r := &roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}
	x := in("hall", guest, "10.20.0.201", "")
	x.Options = map[string]*leasedv1.OptionValue{"phone-vlan": is("66")}
	x.Classes = []string{"banned"}
	id := r.mustAdd(x).GetId()
	f := s.Connect(t, "gate")
	wantAnswer(t, f.Ask(leasedtest.Discover(guest))[0], leasedv1.Answer_KIND_DROP, "class-drop")

	reload := func(text string) {
		t.Helper()
		apply, err := s.Service.Prepare(leasedtest.Read(t, dir, text))
		if err != nil {
			t.Fatal(err)
		}
		apply()
	}
	reload(leasedtest.Floor)
	if got := f.Lease(guest); got != netip.MustParseAddr("10.20.0.201") {
		t.Errorf("without its class the machine got %v", got)
	}
	now := r.get(id)
	if diff := cmp.Diff(map[string]*leasedv1.OptionValue{"option-224": is("hex:0042")}, now.GetOptions(), protocmp.Transform()); diff != "" {
		t.Errorf("options without their definition (-want +got):\n%s", diff)
	}
	now.Hostname = "desk7"
	if _, err := r.Update(leasedtest.Context(t), &leasedv1.UpdateRequest{Reservation: now}); err != nil {
		t.Errorf("change with a class that is gone: %v", err)
	}
	now = r.get(id)
	now.Classes = append(now.Classes, "phones")
	_, err := r.Update(leasedtest.Context(t), &leasedv1.UpdateRequest{Reservation: now})
	wantFault(t, err, notFound("NO_SUCH_CLASS", "reservation.classes"))

	reload(classed)
	x.Hostname = "desk7"
	if diff := cmp.Diff(x, r.get(id), asStored); diff != "" {
		t.Errorf("with the first configuration again (-want +got):\n%s", diff)
	}
	wantAnswer(t, f.Ask(leasedtest.Discover(guest))[0], leasedv1.Answer_KIND_DROP, "class-drop")
}
