package service_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"rollcall/internal/fault"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

func TestExplain(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	f := s.Connect(t, "gate")
	ip := f.Lease(other)
	f.Hello("gate", &leasedv1.Link{Name: "eth0", Up: true}, leasedtest.Eth1())
	s.Await(t, 2, "link.up") // eth0
	service := leasedv1.NewExplainServiceClient(s.Conn)
	for name, tc := range map[string]struct {
		ask                             *leasedv1.ExplainRequest
		answer, reason, address, subnet string
		says                            string // what some step names as the cause
	}{
		"known":      {&leasedv1.ExplainRequest{Hardware: testbox}, "OFFER", "", "10.20.0.200", "hall", "config-1"},
		"stranger":   {&leasedv1.ExplainRequest{Hardware: guest}, "OFFER", "", "10.99.0.51", "lobby", "no reservation"},
		"holder":     {&leasedv1.ExplainRequest{Hardware: other, Message: "RENEW"}, "ACK", "", ip.String(), "lobby", "lease"},
		"init":       {&leasedv1.ExplainRequest{Hardware: other, Message: "INIT-REBOOT"}, "ACK", "", ip.String(), "lobby", "lease"},
		"rebind":     {&leasedv1.ExplainRequest{Hardware: guest, Message: "REBIND", Address: ip.String()}, "NAK", "*", "", "*", ""},
		"wrong net":  {&leasedv1.ExplainRequest{Hardware: guest, Message: "INIT-REBOOT", Address: "10.1.1.1"}, "NAK", "wrong-network", "", "*", ""},
		"relayed":    {&leasedv1.ExplainRequest{Hardware: guest, Giaddr: "10.99.0.9", Link: "eth1"}, "OFFER", "", "10.99.0.51", "lobby", ""},
		"no subnet":  {&leasedv1.ExplainRequest{Hardware: guest, Giaddr: "172.16.0.1"}, "DROP", "no-subnet", "", "", "172.16.0.1"},
		"other link": {&leasedv1.ExplainRequest{Hardware: guest, Link: "eth0"}, "DROP", "*", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := service.Explain(leasedtest.Context(t), tc.ask)
			if err != nil {
				t.Fatal(err)
			}
			if res.GetAnswer() != tc.answer || tc.reason != "*" && res.GetReason() != tc.reason || res.GetAddress() != tc.address ||
				tc.subnet != "*" && res.GetSubnet() != tc.subnet {
				t.Errorf("%s %q address %q subnet %q, want %s %q %q %q", res.GetAnswer(), res.GetReason(), res.GetAddress(), res.GetSubnet(),
					tc.answer, tc.reason, tc.address, tc.subnet)
			}
			if tc.answer != "OFFER" && tc.answer != "ACK" && res.GetReason() == "" {
				t.Error("no reason is given")
			}
			found := false
			for _, step := range res.GetSteps() {
				if step.GetSubject() == "" || step.GetOutcome() == "" {
					t.Errorf("step %v is empty", step)
				}
				found = found || strings.Contains(step.GetOutcome()+" "+step.GetBecause(), tc.says)
			}
			if !found {
				t.Errorf("no step names %q: %v", tc.says, res.GetSteps())
			}
			if last := res.GetSteps()[len(res.GetSteps())-1]; last.GetSubject() != "answer" {
				t.Errorf("the last step is %v, want the answer", last)
			}
		})
	}
	// It changed nothing: no offer was made and nothing was told.
	pools, err := leasedv1.NewPoolServiceClient(s.Conn).List(leasedtest.Context(t), &leasedv1.PoolServiceListRequest{})
	if err != nil || pools.GetPools()[0].GetOffered() != 0 {
		t.Errorf("pools after it %v, %v; want no offers", pools, err)
	}
	if told := s.Events(t, "client.unknown"); len(told) != 1 {
		t.Errorf("%d machines are unknown, want the one that sent something", len(told))
	}
	for name, tc := range map[string]struct {
		ask  *leasedv1.ExplainRequest
		want *fault.Error
	}{
		"hardware":  {&leasedv1.ExplainRequest{Hardware: "x"}, invalid("BAD_HARDWARE", "hardware")},
		"nothing":   {&leasedv1.ExplainRequest{}, invalid("BAD_HARDWARE", "hardware")},
		"relay":     {&leasedv1.ExplainRequest{Hardware: guest, Giaddr: "x"}, invalid("BAD_ADDRESS", "giaddr")},
		"address":   {&leasedv1.ExplainRequest{Hardware: guest, Address: "x"}, invalid("BAD_ADDRESS", "address")},
		"client-id": {&leasedv1.ExplainRequest{Hardware: guest, ClientId: "x"}, invalid("BAD_IDENTIFIER", "client_id")},
		"circuit":   {&leasedv1.ExplainRequest{Hardware: guest, CircuitId: "hex:x"}, invalid("BAD_IDENTIFIER", "circuit_id")},
		"remote":    {&leasedv1.ExplainRequest{Hardware: guest, RemoteId: "hex:"}, invalid("BAD_IDENTIFIER", "remote_id")},
		"port":      {&leasedv1.ExplainRequest{Hardware: guest, Port: 65536 + 67}, invalid("BAD_PORT", "port")},
		"TFTP port": {&leasedv1.ExplainRequest{Hardware: guest, Port: 69}, invalid("BAD_PORT", "port")},
		"arch":      {&leasedv1.ExplainRequest{Hardware: guest, Arch: proto.Uint32(65536)}, invalid("BAD_ARCH", "arch")},
		"message":   {&leasedv1.ExplainRequest{Hardware: guest, Message: "RELEASE"}, invalid("BAD_MESSAGE", "message")},
		"link":      {&leasedv1.ExplainRequest{Hardware: guest, Link: "eth7"}, notFound("NO_SUCH_LINK", "link")},
	} {
		t.Run("bad "+name, func(t *testing.T) {
			_, err := service.Explain(leasedtest.Context(t), tc.ask)
			wantFault(t, err, tc.want)
		})
	}
}

// Explain and the packets agree: what it says is what the machine then gets.
func TestExplainIsTrue(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	f := s.Connect(t, "gate")
	f.Lease(other)
	for _, hw := range []string{guest, testbox, other} {
		res, err := leasedv1.NewExplainServiceClient(s.Conn).Explain(leasedtest.Context(t), &leasedv1.ExplainRequest{Hardware: hw})
		if err != nil {
			t.Fatal(err)
		}
		if got := leasedtest.Addr(f.Ask(leasedtest.Discover(hw))[0].GetYiaddr()).String(); got != res.GetAddress() {
			t.Errorf("%s was to get %s, and got %s", hw, res.GetAddress(), got)
		}
	}
}

// A machine that boots from the network is told what it will fetch.
func TestExplainBoot(t *testing.T) {
	boot := strings.Replace(leasedtest.Floor, "options: {routers: [10.99.0.1],",
		`options: {bootfile-name: ipxe.efi, tftp-server-name: 10.99.0.1, routers: [10.99.0.1],`, 1)
	for text, want := range map[string]*leasedv1.ExplainStep{
		leasedtest.Floor: {Subject: "boot", Outcome: "no file", Because: "arch 7 (uefi-x64); neither boot.files nor boot.file nor option 67 (bootfile-name) is configured"},
		boot:             {Subject: "boot", Outcome: "ipxe.efi from 10.99.0.1", Because: "arch 7 (uefi-x64); option 67 from subnet lobby"},
	} {
		s := leasedtest.Start(t, text)
		s.Connect(t, "gate")
		s.Await(t, 0, "link.up")
		res, err := leasedv1.NewExplainServiceClient(s.Conn).Explain(leasedtest.Context(t),
			&leasedv1.ExplainRequest{Hardware: guest, Arch: proto.Uint32(7)})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(res.GetSteps(), func(s *leasedv1.ExplainStep) bool { return s.GetSubject() == "boot" })
		if i < 0 {
			t.Errorf("no step tells of the boot in %v", res.GetSteps())
			continue
		}
		if diff := cmp.Diff(want, res.GetSteps()[i], protocmp.Transform()); diff != "" {
			t.Errorf("boot (-want +got):\n%s", diff)
		}
	}
}

func TestExplainWithoutFrontend(t *testing.T) {
	s := leasedtest.Start(t, leasedtest.Floor)
	_, err := leasedv1.NewExplainServiceClient(s.Conn).Explain(leasedtest.Context(t), &leasedv1.ExplainRequest{Hardware: guest})
	wantFault(t, err, notFound("NO_SUCH_LINK", "link"))
}

// A machine that nothing serves is told so, with the rule, also while its silence is remembered.
func TestExplainNobodysMachine(t *testing.T) {
	s := leasedtest.Start(t, strings.Replace(leasedtest.Floor, "for: unknown", "for: known", 1))
	f := s.Connect(t, "gate")
	s.Await(t, 0, "link.up")
	for range 2 {
		res, err := leasedv1.NewExplainServiceClient(s.Conn).Explain(leasedtest.Context(t), &leasedv1.ExplainRequest{Hardware: guest})
		if err != nil {
			t.Fatal(err)
		}
		if res.GetAnswer() != "DROP" || res.GetReason() != "unserved" {
			t.Errorf("%s %s, want DROP unserved", res.GetAnswer(), res.GetReason())
		}
		f.Ask(leasedtest.Discover(guest))
	}
}

// An operator can ask about any client that a class would look at, and is told whose options it gets.
func TestExplainMessage(t *testing.T) {
	text := strings.Replace(leasedtest.Floor, "  subnets:", `  option_definitions:
    - {name: phone-vlan, code: 224, type: uint16}
  classes:
    - {name: users, match: {user_class: lab}}
    - {name: subscribers, match: {subscriber_id: "s*"}}
    - {name: askers, match: {requested: [ntp-servers, 43]}}
    - {name: vlans, match: {option: {phone-vlan: "66"}}, options: {ntp-servers: [10.20.0.9]}}
  subnets:`, 1)
	s := leasedtest.Start(t, text)
	s.Connect(t, "gate")
	s.Await(t, 0, "link.up")
	r := &roll{leasedv1.NewReservationServiceClient(s.Conn), t, s}
	x := in("hall", guest, "10.20.0.201", "")
	x.Options = map[string]*leasedv1.OptionValue{"phone-vlan": {Values: []string{"7"}, Send: leasedv1.OptionValue_SEND_ALWAYS}}
	x.Classes = []string{"subscribers"}
	x.Boot = &leasedv1.Boot{File: proto.String("custom.efi")}
	r.mustAdd(x)
	explain := func(ask *leasedv1.ExplainRequest) (map[string]*leasedv1.ExplainStep, error) {
		ask.Hardware = guest
		res, err := leasedv1.NewExplainServiceClient(s.Conn).Explain(leasedtest.Context(t), ask)
		steps := map[string]*leasedv1.ExplainStep{}
		for _, step := range res.GetSteps() {
			steps[step.GetSubject()] = step
		}
		return steps, err
	}
	steps, err := explain(&leasedv1.ExplainRequest{
		UserClass: "lab", Requested: []string{"routers", "ntp-servers", "43"}, Hostname: "laptop",
		Options: map[string]*leasedv1.OptionValue{"phone-vlan": is("66")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for subject, want := range map[string]*leasedv1.ExplainStep{
		"classes": {Subject: "classes", Outcome: "users, subscribers, askers, vlans", Because: "what it sends; subscribers by its reservation"},
		"boot":    {Subject: "boot", Outcome: "custom.efi from 10.20.0.1", Because: "boot.file from reservation 1"},
		"options": {Subject: "options", Outcome: "1 3 6 15 42 51 54 224",
			Because: "42 from class vlans, 15 from global, 224 from reservation 1, 3 6 from subnet hall, the rest of the server's making"},
	} {
		if diff := cmp.Diff(want, steps[subject], protocmp.Transform(), protocmp.IgnoreFields(want, "options")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	var values []string
	for _, o := range steps["options"].GetOptions() {
		values = append(values, o.GetName()+" "+o.GetValue()+" "+o.GetFrom())
	}
	for _, want := range []string{"subnet-mask 255.255.252.0 ", "ntp-servers 10.20.0.9 class vlans", "phone-vlan 7 reservation 1"} {
		if !slices.Contains(values, want) {
			t.Errorf("values %q, want %q among them", values, want)
		}
	}
	steps, err = explain(&leasedv1.ExplainRequest{Giaddr: "10.20.3.250", SubscriberId: "s7"})
	if got := steps["classes"].GetOutcome(); err != nil || got != "subscribers" {
		t.Errorf("classes %q, %v; want that of the subscriber", got, err)
	}
	for name, tc := range map[string]struct {
		ask  *leasedv1.ExplainRequest
		want *fault.Error
	}{
		"user class":   {&leasedv1.ExplainRequest{UserClass: strings.Repeat("x", 256)}, invalid("BAD_OPTION", "user_class")},
		"subscriber":   {&leasedv1.ExplainRequest{SubscriberId: "hex:x"}, invalid("BAD_IDENTIFIER", "subscriber_id")},
		"requested":    {&leasedv1.ExplainRequest{Requested: []string{"256"}}, invalid("BAD_OPTION", "requested")},
		"option":       {&leasedv1.ExplainRequest{Options: map[string]*leasedv1.OptionValue{"x": is("y")}}, invalid("BAD_OPTION", "options")},
		"value":        {&leasedv1.ExplainRequest{Options: map[string]*leasedv1.OptionValue{"phone-vlan": is("y")}}, invalid("BAD_OPTION", "options.phone-vlan")},
		"message type": {&leasedv1.ExplainRequest{Options: map[string]*leasedv1.OptionValue{"option-53": is("1")}}, invalid("BAD_OPTION", "options.option-53")},
		"twice":        {&leasedv1.ExplainRequest{Hostname: "a", Options: map[string]*leasedv1.OptionValue{"host-name": is("b")}}, invalid("BAD_OPTION", "options.host-name")},
		"send":         {&leasedv1.ExplainRequest{Options: map[string]*leasedv1.OptionValue{"phone-vlan": {Send: leasedv1.OptionValue_SEND_ALWAYS}}}, invalid("BAD_OPTION", "options.phone-vlan")},
	} {
		t.Run("bad "+name, func(t *testing.T) {
			_, err := explain(tc.ask)
			wantFault(t, err, tc.want)
		})
	}
}
