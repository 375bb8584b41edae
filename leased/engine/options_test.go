package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// render returns options as code=hexadecimal, in order.
func render(l option.List) string {
	var parts []string
	for c, v := range l.All() {
		parts = append(parts, fmt.Sprintf("%d=%x", c, v))
	}
	return strings.Join(parts, " ")
}

// codes returns the codes in order.
func codes(l option.List) string {
	var parts []string
	for c := range l.All() {
		parts = append(parts, fmt.Sprint(int(c)))
	}
	return strings.Join(parts, " ")
}

// optionsWorld has a lobby with these options and no others.
func optionsWorld(t *testing.T, opts ...engine.Option) *world {
	w := newWorld(t, planning{})
	p := planning{}.plan()
	var subnets []*engine.Subnet
	for _, s := range p.Subnets {
		n := *s
		n.Network = &engine.Network{Name: s.Network.Name}
		for _, have := range subnets {
			if have.Network.Name == s.Network.Name {
				n.Network = have.Network
			}
		}
		for _, pool := range n.Pools {
			pool.Subnet = &n
		}
		if n.Ref == "lobby" {
			n.Scope.Options = engine.NewOptions(opts)
		}
		subnets = append(subnets, &n)
	}
	w.s = engine.NewState(engine.NewPlan(engine.Parts{Subnets: clean(subnets), Roll: p.Roll, Settings: p.Settings}))
	w.s.AddFrontend(w.front)
	return w
}

// clean makes subnets of a plan fit for another plan.
func clean(subnets []*engine.Subnet) []*engine.Subnet {
	var fresh []*engine.Subnet
	for _, s := range subnets {
		n := &engine.Subnet{
			Ref: s.Ref, Prefix: s.Prefix, Network: s.Network, Links: s.Links, ByHardware: s.ByHardware, Scope: s.Scope,
			Pools: s.Pools,
		}
		for _, pool := range n.Pools {
			pool.Subnet, pool.Scope = n, engine.Scope{}
		}
		fresh = append(fresh, n)
	}
	return fresh
}

func prl(codes ...byte) option.List {
	return option.List(nil).Append(option.ParameterRequestList, codes)
}

func TestOptionsInOrder(t *testing.T) {
	all := make([]byte, 255)
	for i := range all {
		all[i] = byte(i)
	}
	twice := append(append([]byte{}, all...), all...)
	for _, test := range []struct {
		name string
		opts option.List
		want string
	}{
		// RFC 2131 §4.3.1: without a request list, everything; the basics first.
		{"no list", nil, "54 51 58 59 1 3 6 15 12"},
		{"empty list", prl(), "54 51 58 59 1 3 6 15 12"},
		{"as the client asks", prl(15, 6, 3, 1), "54 51 58 59 1 15 6 3"},
		// RFC 2132 §3.3: the mask comes before the router.
		{"mask before router", prl(3, 1), "54 51 58 59 1 3 6 15"},
		{"the basics come unasked", prl(1), "54 51 58 59 1 3 6 15"},
		{"what is not configured is left out", prl(200, 42), "54 51 58 59 1 3 6 15"},
		{"made by the server", prl(28, 12), "54 51 58 59 1 28 12 3 6 15"},
		{"each once", prl(1, 1, 3, 3, 51, 54, 53, 58, 82, 61, 0, 255), "54 51 58 59 1 3 6 15"},
		{"all", prl(all...), "54 51 58 59 1 3 6 12 15 28"},
		{"all, twice", prl(twice...), "54 51 58 59 1 3 6 12 15 28"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, planning{})
			offer := w.send(w.query(engine.Discover, hwOf("A"), "eth1", test.opts))
			if got := codes(offer.Options); got != test.want {
				t.Errorf("OFFER has %s\n      want %s", got, test.want)
			}
			opts := append(option.List{}, test.opts...)
			opts = opts.AppendUint32(option.ServerID, uint32(ip("10.99.0.1"))).AppendUint32(option.RequestedAddress, uint32(offer.IP))
			ack := w.send(w.query(engine.Request, hwOf("A"), "eth1", opts))
			if got := codes(ack.Options); ack.Kind != engine.Ack || got != test.want {
				t.Errorf("%v has %s\n    want %s", ack.Kind, got, test.want)
			}
		})
	}
}

func TestOptionValues(t *testing.T) {
	w := newWorld(t, planning{})
	d := w.send(w.query(engine.Discover, hwOf("A"), "eth1", prl(28, 12)))
	want := "54=0a630001 51=00000078 58=00000075 59=00000075 1=ffffff00 28=0a6300ff " +
		fmt.Sprintf("12=%x", "guest-10-99-0-50") + " 3=0a630001 6=0a630001 " + fmt.Sprintf("15=%x", "lan.example.org")
	if got := render(d.Options); got != want {
		t.Errorf("OFFER has %s\n     want %s", got, want)
	}
	d = w.send(w.query(engine.Discover, hwOf("K"), "eth1", prl(12)))
	want = "54=0a140001 51=00007080 58=00003840 59=00006270 1=fffffc00 " + fmt.Sprintf("12=%x", "testbox") +
		" 3=0a140001 6=0a140001 " + fmt.Sprintf("15=%x", "lan.example.org")
	if got := render(d.Options); got != want {
		t.Errorf("OFFER has %s\n     want %s", got, want)
	}
}

// The server identifier is an address that the client can reach: that of the link in its subnet, else the one it wrote to,
// else the first of the link.
func TestServerIdentifier(t *testing.T) {
	for _, test := range []struct{ step, want string }{
		{"K discover", "10.20.0.1"},
		{"A discover", "10.99.0.1"},
		{"A discover on=eth2", "192.168.7.1"},
		{"A discover via=10.30.0.1 to=10.99.0.1", "10.99.0.1"},
		{"A discover via=10.30.0.1", "10.20.0.1"},
		{"A discover via=10.30.0.1 82/11=10.30.0.1", "10.30.0.1"},
		{"A discover 82/11=10.30.0.1", "10.99.0.1"},
		{"A reboot 172.16.0.9", "10.20.0.1"}, // a NAK
	} {
		w := newWorld(t, planning{})
		d := w.send((&script{world: w}).message(strings.Fields(test.step)))
		if v, _ := d.Options.Get(option.ServerID); engine.IP(uint32(v[0])<<24|uint32(v[1])<<16|uint32(v[2])<<8|uint32(v[3])) != ip(test.want) {
			t.Errorf("%s: server identifier %d, want %s", test.step, v, test.want)
		}
	}
}

// RFC 2131 Table 3: a NAK carries the server identifier and may say why; nothing else.
func TestNakOptions(t *testing.T) {
	w := newWorld(t, planning{})
	d := w.send((&script{world: w}).message(strings.Fields("A reboot 10.80.0.100")))
	if got := codes(d.Options); d.Kind != engine.Nak || got != "54 56" {
		t.Errorf("%v has %s, want NAK with 54 56", d.Kind, got)
	}
	if v, _ := d.Options.Get(option.Message); string(v) != engine.WrongNetwork.Text() {
		t.Errorf("message %q", v)
	}
	for _, r := range engine.Reasons() {
		if r.Text() == string(r) || r.Text() == "" {
			t.Errorf("reason %s has no words", r)
		}
	}
}

// RFC 2131 §4.3.5: an INFORM is answered without lease time, even when it asks for it.
func TestInformOptions(t *testing.T) {
	w := newWorld(t, planning{})
	q := w.query(engine.Inform, hwOf("A"), "eth1", prl(1, 3, 51, 58, 59, 12))
	q.CIAddr = ip("10.99.0.77")
	if d := w.send(q); d.Kind != engine.Ack || d.IP != 0 || codes(d.Options) != "54 1 3 6 15" {
		t.Errorf("%v %v has %s", d.Kind, d.IP, codes(d.Options))
	}
	q = w.query(engine.Inform, hwOf("K"), "eth1", prl(12))
	q.CIAddr = ip("10.20.0.200")
	if d := w.send(q); codes(d.Options) != "54 1 12 3 6 15" {
		t.Errorf("%v has %s", d.Kind, codes(d.Options))
	}
}

// What the configuration says of an option comes before what the server makes; a reservation comes before both.
func TestOptionPrecedence(t *testing.T) {
	for _, test := range []struct {
		name string
		opts []engine.Option
		prl  option.List
		want string
	}{
		{"mask of the configuration", []engine.Option{{Code: 1, Value: []byte{255, 255, 0, 0}}}, prl(1), "1=ffff0000"},
		{"mask left out", []engine.Option{{Code: 1}}, prl(1), ""},
		{"router left out", []engine.Option{{Code: 3}, {Code: 6, Value: ip4("10.0.0.1")}}, prl(3, 6), "1=ffffff00 6=0a000001"},
		{"broadcast address of the configuration", []engine.Option{{Code: 28, Value: ip4("10.99.255.255")}}, prl(28), "1=ffffff00 28=0a63ffff"},
		{"an unnamed option", []engine.Option{{Code: 224, Value: []byte{10, 11}}}, prl(224), "1=ffffff00 224=0a0b"},
		{"an option of no octets", []engine.Option{{Code: 224, Value: []byte{}}}, prl(224), "1=ffffff00 224="},
		{"asked for none", []engine.Option{{Code: 42, Value: ip4("10.0.0.1")}}, prl(1), "1=ffffff00"},
		// RFC 3442: with classless routes no router and no static route, to a client that asks for both.
		{"classless routes", []engine.Option{{Code: 3, Value: ip4("10.99.0.1")}, {Code: 33, Value: []byte("12345678")},
			{Code: 121, Value: []byte{0, 10, 99, 0, 1}}}, prl(3, 33, 121), "1=ffffff00 121=000a630001"},
		{"classless routes, not asked for", []engine.Option{{Code: 3, Value: ip4("10.99.0.1")},
			{Code: 121, Value: []byte{0, 10, 99, 0, 1}}}, prl(1, 3), "1=ffffff00 3=0a630001"},
		{"classless routes, not configured", []engine.Option{{Code: 3, Value: ip4("10.99.0.1")}}, prl(121, 3), "1=ffffff00 3=0a630001"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := optionsWorld(t, test.opts...)
			d := w.send(w.query(engine.Discover, hwOf("A"), "eth1", test.prl))
			got, ok := strings.CutPrefix(render(d.Options), "54=0a630001 51=00000078 58=00000075 59=00000075")
			if got = strings.TrimSpace(got); !ok || got != test.want {
				t.Errorf("OFFER has %s\n     want … %s", render(d.Options), test.want)
			}
		})
	}
}

func TestHostname(t *testing.T) {
	name := func(w *world, step string) string {
		t.Helper()
		q := (&script{world: w}).message(strings.Fields(step))
		q.Options = q.Options.Append(option.ParameterRequestList, []byte{12})
		d := w.send(q)
		v, _ := d.Options.Get(option.HostName)
		return string(v)
	}
	w := newWorld(t, planning{})
	for _, test := range []struct{ step, want, lease string }{
		{"A select 10.99.0.50 host=laptop", "guest-10-99-0-50", "guest-10-99-0-50"},
		{"B select 10.80.0.100 on=eth6 host=laptop", "", "laptop"},
		{"C select 10.80.0.101 on=eth6 host=\x00\xffbad\x1b[2Jname!", "", "bad--2Jname"},
		{"K select 10.20.0.200 host=laptop", "testbox", "testbox"},
	} {
		if got := name(w, test.step); got != test.want {
			t.Errorf("%q: told the name %q, want %q", test.step, got, test.want)
		}
		if got := w.s.Lease(w.last.IP).Hostname; got != test.lease {
			t.Errorf("%q: lease has the name %q, want %q", test.step, got, test.lease)
		}
	}
	// The name of a reservation is its machine's; one of the configuration is everybody else's.
	w = optionsWorld(t, engine.Option{Code: option.HostName, Value: []byte("visitor")})
	r := engine.Reservation{ID: "1", Kind: engine.ByHardware, Value: string(hwOf("A").Bytes()), Subnet: "lobby", IP: ip("10.99.0.9"), Hostname: "mine"}
	if _, err := w.enrol(r); err != nil {
		t.Fatal(err)
	}
	if got := name(w, "A discover"); got != "mine" {
		t.Errorf("known machine is told the name %q, want mine", got)
	}
	if got := name(w, "B discover"); got != "visitor" {
		t.Errorf("stranger is told the name %q, want visitor", got)
	}
}

func TestCleanHostname(t *testing.T) {
	long := strings.Repeat("a", 300)
	for _, test := range []struct{ in, want string }{
		{"laptop", "laptop"},
		{"Laptop.lan", "Laptop.lan"},
		{"laptop\x00", "laptop"},
		{"my laptop", "my-laptop"},
		{"-laptop-", "laptop"},
		{"..laptop..", "laptop"},
		{"a-.-b", "a.b"},
		{"a..b", "a.b"},
		{"\x00\x01\xff", ""},
		{"", ""},
		{"---...---", ""},
		{"<script>", "script"},
		{"bücher", "b--cher"},
		{"a\nb", "a-b"},
		{long, strings.Repeat("a", 63)},
		{"10.0.0.1", "10.0.0.1"},
	} {
		if got := engine.CleanHostname([]byte(test.in)); got != test.want {
			t.Errorf("CleanHostname(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

// FuzzCleanHostname: whatever a client sends, what comes out is a host name or nothing, and is left alone the second time.
func FuzzCleanHostname(f *testing.F) {
	for _, s := range []string{"laptop", "a-.-b", "..", strings.Repeat("a.", 200), strings.Repeat("-a", 200), "\x00", "a.b-"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		name := engine.CleanHostname(b)
		if len(name) > 253 {
			t.Errorf("%d octets", len(name))
		}
		if name != "" {
			for label := range strings.SplitSeq(name, ".") {
				if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
					t.Errorf("%q has the label %q", name, label)
				}
				if i := strings.IndexFunc(label, func(r rune) bool {
					return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
				}); i >= 0 {
					t.Errorf("%q has %q", name, label[i])
				}
			}
		}
		if again := engine.CleanHostname([]byte(name)); again != name {
			t.Errorf("%q becomes %q", name, again)
		}
	})
}
