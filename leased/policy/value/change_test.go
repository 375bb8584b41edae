package value_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy/value"
)

func edit(code option.Code, b string) engine.OptionEdit {
	return engine.OptionEdit{Code: code, Value: []byte(b)}
}

func out(code option.Code) engine.OptionEdit { return engine.OptionEdit{Code: code} }

// What a script changes is what the engine is told, and what is read afterwards; explain has the line.
func TestChange(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		want       engine.Amendment
		read       string // an expression that holds afterwards
		steps      string // outcomes with their lines
	}{
		{name: "nothing", body: `pass`},
		{name: "routers", body: `reply.options["routers"] = ["10.20.0.254", "10.20.0.253"]`,
			want:  engine.Amendment{Options: []engine.OptionEdit{edit(3, "\x0a\x14\x00\xfe\x0a\x14\x00\xfd")}},
			read:  `reply.options["routers"] == ["10.20.0.254", "10.20.0.253"] and reply.options[3] == b"\x0a\x14\x00\xfe\x0a\x14\x00\xfd"`,
			steps: "2 routers 10.20.0.254, 10.20.0.253, was 10.20.0.1"},
		{name: "one text for a list", body: `reply.options["routers"] = "10.20.0.254, 10.20.0.253"`,
			want:  engine.Amendment{Options: []engine.OptionEdit{edit(3, "\x0a\x14\x00\xfe\x0a\x14\x00\xfd")}},
			steps: "2 routers 10.20.0.254, 10.20.0.253, was 10.20.0.1"},
		{name: "another server's name, bytes", body: `reply.options["gateway"[:0] + "router"] = b"\x0a\x14\x00\xfe"`,
			want:  engine.Amendment{Options: []engine.OptionEdit{edit(3, "\x0a\x14\x00\xfe")}},
			steps: "2 routers 10.20.0.254, was 10.20.0.1"},
		{name: "by number", body: `reply.options[224] = b"\x00\xff"`,
			want:  engine.Amendment{Options: []engine.OptionEdit{edit(224, "\x00\xff")}},
			read:  `reply.options["option-224"] == "hex:00ff" and 224 in reply.options and "option-224" in reply.options.keys()`,
			steps: "2 option-224 hex:00ff, was not there"},
		{name: "as it is", body: `reply.options["routers"] = ["10.20.0.1"]` + "\n" + `reply.lease_time = 3600` + "\n" + `reply.file = "boot.0"` +
			"\n" + `reply.siaddr = "10.20.0.3"` + "\n" + `reply.kind = "ACK"` + "\n" + `reply.broadcast = False`},
		{name: "there and back", body: `reply.options["routers"] = ["10.9.9.9"]` + "\n" + `reply.options["routers"] = ["10.20.0.1"]`,
			steps: "2 routers 10.9.9.9, was 10.20.0.1\n3 routers 10.20.0.1, was 10.9.9.9"},
		{name: "the last one counts", body: `reply.options["host-name"] = "a"` + "\n" + `reply.options["domain-name"] = "b"` + "\n" + `reply.options[12] = b"c"`,
			want:  engine.Amendment{Options: []engine.OptionEdit{edit(12, "c"), edit(15, "b")}},
			steps: "2 host-name a, was not there\n3 domain-name b, was lan.example.org\n4 host-name c, was a"},
		{name: "taken out", body: `reply.options["routers"] = None` + "\n" + `reply.options.pop("domain-name")` + "\n" + `reply.options.delete(1)`,
			want:  engine.Amendment{Options: []engine.OptionEdit{out(3), out(15), out(1)}},
			read:  `"routers" not in reply.options and reply.options.get("domain-name") == None and reply.options.raw(1) == None`,
			steps: "2 routers left out, was 10.20.0.1\n3 domain-name left out, was lan.example.org\n4 subnet-mask left out, was 255.255.252.0"},
		{name: "taken out, though not there", body: `reply.options["ntp-servers"] = None` + "\n" + `reply.options["root-path"] = ""` + "\n" + `reply.options["log-servers"] = []`},
		{name: "pop", body: `x = (reply.options.pop("routers"), reply.options.pop("routers"), reply.options.pop(3, b""), reply.options.delete("routers"))` +
			"\n" + `if x != (["10.20.0.1"], None, b"", False): fail(x)`, want: engine.Amendment{Options: []engine.OptionEdit{out(3)}},
			steps: "2 routers left out, was 10.20.0.1"},
		{name: "changed while iterating", body: `for n in reply.options:` + "\n" + `    if n not in ("server-identifier", "lease-time"): reply.options[n] = None` +
			"\n" + `    reply.options["ntp-servers"] = "10.20.0.9"`,
			want: engine.Amendment{Sets: engine.AmendT1 | engine.AmendT2, Options: []engine.OptionEdit{edit(42, "\x0a\x14\x00\x09"), out(1), out(3), out(15), out(61)}},
			read: `reply.options.keys() == ["server-identifier", "lease-time", "ntp-servers"]`,
			steps: "4 ntp-servers 10.20.0.9, was not there\n3 T1 left out, was 1800 s\n3 T2 left out, was 3150 s\n3 subnet-mask left out, was 255.255.252.0\n" +
				"3 routers left out, was 10.20.0.1\n3 domain-name left out, was lan.example.org\n3 client-identifier left out, was hex:01525400123456"},
		{name: "no client identifier", body: `reply.options["client-identifier"] = None`, want: engine.Amendment{Options: []engine.OptionEdit{out(61)}},
			read: `61 not in reply.options`, steps: "2 client-identifier left out, was hex:01525400123456"},
		{name: "numbers, truth, lists", body: `reply.options["interface-mtu"] = 1400` + "\n" + `reply.options["ip-forwarding"] = True` + "\n" +
			`reply.options["arp-cache-timeout"] = "5m"` + "\n" + `reply.options["time-offset"] = -3600` + "\n" + `reply.options["domain-search"] = ("a.example", "b.example")`,
			want: engine.Amendment{Options: []engine.OptionEdit{edit(26, "\x05\x78"), edit(19, "\x01"), edit(35, "\x00\x00\x01\x2c"), edit(2, "\xff\xff\xf1\xf0"),
				edit(119, "\x01a\x07example\x00\x01b\xc0\x02")}},
			read: `(reply.options["interface-mtu"], reply.options["ip-forwarding"], reply.options["arp-cache-timeout"], reply.options["time-offset"], reply.options["domain-search"]) == ` +
				`(1400, True, 300, -3600, ["a.example", "b.example"])`,
			steps: "2 interface-mtu 1400, was not there\n3 ip-forwarding true, was not there\n4 arp-cache-timeout 5m, was not there\n5 time-offset -3600, was not there\n" +
				"6 domain-search a.example, b.example, was not there"},
		{name: "mappings", body: `reply.options["vendor-specific"] = {1: "text", 2: b"\x0a\x0b"}` + "\n" + `reply.options["vi-vendor-specific"] = {3561: {1: "x"}}`,
			want: engine.Amendment{Options: []engine.OptionEdit{edit(43, "\x01\x04text\x02\x02\x0a\x0b"), edit(125, "\x00\x00\x0d\xe9\x03\x01\x01x")}},
			read: `reply.options["vendor-specific"] == "1=text 2=hex:0a0b"`, steps: "2 vendor-specific 1=text 2=hex:0a0b, was not there\n3 vi-vendor-specific 3561{1=x}, was not there"},
		{name: "the header", body: `reply.siaddr = "10.20.0.4"` + "\n" + `reply.sname = "boot.example"` + "\n" + `reply.file = None` + "\n" + `reply.broadcast = True` + "\n" + `reply.yiaddr = None`,
			want: engine.Amendment{Sets: engine.AmendNext | engine.AmendServerName | engine.AmendFile | engine.AmendBroadcast | engine.AmendNoAddress,
				Next: ip("10.20.0.4"), ServerName: "boot.example", Broadcast: true},
			read: `(reply.siaddr, reply.sname, reply.file, reply.broadcast, reply.yiaddr) == ("10.20.0.4", "boot.example", None, True, None)`,
			steps: `2 siaddr 10.20.0.4, was 10.20.0.3` + "\n" + `3 sname "boot.example", was not there` + "\n" + `4 file left out, was "boot.0"` + "\n" +
				`5 broadcast true, was false` + "\n" + `6 yiaddr left out, was 10.20.0.7`},
		{name: "a message", body: `reply.message = "hello"`, want: engine.Amendment{Options: []engine.OptionEdit{edit(56, "hello")}},
			read: `reply.message == "hello" and reply.options["message"] == "hello"`, steps: "2 message hello, was not there"},
		{name: "T1 and T2 go along", body: `reply.lease_time = 7200`,
			want:  engine.Amendment{Sets: engine.AmendLeaseTime | engine.AmendT1 | engine.AmendT2, LeaseTime: 7200, T1: 3600, T2: 6300},
			read:  `(reply.lease_time, reply.t1, reply.t2, reply.options["lease-time"], reply.options[58]) == (7200, 3600, 6300, 7200, b"\x00\x00\x0e\x10")`,
			steps: "2 lease time 7200 s, was 3600 s\n2 T1 3600 s, was 1800 s (in proportion)\n2 T2 6300 s, was 3150 s (in proportion)"},
		{name: "times as options", body: `reply.options["lease-time"] = "2m"` + "\n" + `reply.options[58] = b"\x00\x00\x00\x3c"` + "\n" + `reply.options["rebinding-time"] = None`,
			want: engine.Amendment{Sets: engine.AmendLeaseTime | engine.AmendT1 | engine.AmendT2, LeaseTime: 120, T1: 60},
			read: `(reply.lease_time, reply.t1, reply.t2) == (120, 60, None)`,
			steps: "2 lease time 120 s, was 3600 s\n2 T1 60 s, was 1800 s (in proportion)\n2 T2 105 s, was 3150 s (in proportion)\n" +
				"4 T2 left out, was 105 s"},
		{name: "T1 alone", body: `reply.t1 = 60`, want: engine.Amendment{Sets: engine.AmendT1, T1: 60}, steps: "2 T1 60 s, was 1800 s"},
		{name: "T1 beyond T2", body: `reply.t1 = 3500`, want: engine.Amendment{Sets: engine.AmendT1 | engine.AmendT2, T1: 3500, T2: 3500},
			steps: "2 T2 3500 s, was 3150 s\n2 T1 3500 s, was 1800 s"},
		{name: "T2 before T1", body: `reply.t2 = 60`, want: engine.Amendment{Sets: engine.AmendT1 | engine.AmendT2, T1: 60, T2: 60},
			steps: "2 T1 60 s, was 1800 s\n2 T2 60 s, was 3150 s"},
		{name: "without end", body: `reply.lease_time = "infinite"`,
			want:  engine.Amendment{Sets: engine.AmendLeaseTime | engine.AmendT1 | engine.AmendT2, LeaseTime: engine.Infinite},
			steps: "2 lease time infinite, was 3600 s\n2 T1 left out, was 1800 s (in proportion)\n2 T2 left out, was 3150 s (in proportion)"},
		{name: "in the shortest of times", body: `reply.lease_time = 1`, want: engine.Amendment{Sets: engine.AmendLeaseTime | engine.AmendT1 | engine.AmendT2, LeaseTime: 1},
			steps: "2 lease time 1 s, was 3600 s\n2 T1 left out, was 1800 s (in proportion)\n2 T2 left out, was 3150 s (in proportion)"},
		{name: "no turns without end", body: `reply.lease_time = "infinite"; reply.t1 = 60; reply.t2 = None`,
			want: engine.Amendment{Sets: engine.AmendLeaseTime | engine.AmendT1 | engine.AmendT2, LeaseTime: engine.Infinite},
			steps: "2 lease time infinite, was 3600 s\n2 T1 left out, was 1800 s (in proportion)\n2 T2 left out, was 3150 s (in proportion)\n" +
				"2 t1 60 s not set: the lease has no end\n2 t2 None not set: the lease has no end"},
		{name: "refused", body: `reply.options["routers"] = None` + "\n" + `reply.kind = "NAK"` + "\n" + `reply.message = "maintenance"` + "\n" + `reply.lease_time = 60` + "\n" + `reply.file = "x"` +
			"\n" + `reply.options["domain-name"] = "x"`,
			want: engine.Amendment{Refusal: engine.PolicyNAK, Options: []engine.OptionEdit{edit(56, "maintenance")}},
			read: `reply.kind == "NAK" and reply.yiaddr == None and str(reply) == "reply(NAK 10.20.0.7)"`,
			steps: "2 routers left out, was 10.20.0.1\n3 NAK, was ACK\n4 message maintenance, was not there\n5 lease_time 60 s not set: this answer grants no lease\n" +
				`6 file "x", was "boot.0"` + "\n7 domain-name x, was lan.example.org (not sent: a NAK carries none)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			if _, err := w.run(t, tt.body); err != nil {
				t.Fatal(err)
			}
			tt.want.Kind, tt.want.IP, tt.want.Subnet = engine.Ack, w.decision.IP, w.decision.Subnet
			opts := cmp.Options{cmp.Comparer(func(a, b *engine.Subnet) bool { return a == b }), cmpopts.EquateEmpty()}
			if diff := cmp.Diff(tt.want, w.context.Amendment(), opts); diff != "" {
				t.Errorf("amendment (-want +got):\n%s", diff)
			}
			var steps []string
			for _, s := range w.context.Steps() {
				file, rest, _ := strings.Cut(s.Because, ":")
				line, _, _ := strings.Cut(rest, ":")
				if s.Subject != "policy" || file != "test.star" {
					t.Errorf("step %+v", s)
				}
				steps = append(steps, line+" "+s.Outcome)
			}
			if diff := cmp.Diff(tt.steps, strings.Join(steps, "\n")); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
			if tt.read != "" {
				w := newWorld()
				got, err := w.run(t, tt.body+"\nreturn "+tt.read)
				if err != nil || got.String() != "True" {
					t.Errorf("%s is %v (%v)", tt.read, got, err)
				}
			}
		})
	}
}

// A script that writes long options again and again comes to the end of its steps.
func TestWorkIsCounted(t *testing.T) {
	for _, body := range []string{
		"x = [\"lan.example.org\"] * 50\nfor _ in range(3000): reply.options[\"domain-search\"] = x",
		"x = {\"domain-search\": [\"lan.example.org\"] * 50}\nfor _ in range(3000): definition(subnet=\"hall\", options=x)",
	} {
		if _, err := newWorld().run(t, body); err == nil || !strings.Contains(err.Error(), "steps") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// Clients send options that no policy may.
func TestEncodeOption(t *testing.T) {
	for _, tt := range []struct {
		key, v starlark.Value
		want   string
	}{
		{starlark.String("message-type"), starlark.MakeInt(1), "53 01"},
		{starlark.String("client-id"), starlark.Bytes("\x01\x02"), "61 0102"},
		{starlark.MakeInt(82), starlark.Bytes("\x01\x01a"), "82 010161"},
		{starlark.String("relay-agent-information"), starlark.String("circuit-id=a"), "82 010161"},
		{starlark.String("nonsense-here"), starlark.None, "unknown option"},
	} {
		code, b, err := value.EncodeOption(option.Standard(), tt.key, tt.v)
		got := fmt.Sprintf("%d %x", uint8(code), b)
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, tt.want) {
			t.Errorf("%v = %v: %s, want %s", tt.key, tt.v, got, tt.want)
		}
	}
}

// Nonsense is refused at its line, and changes nothing.
func TestChangeErrors(t *testing.T) {
	for _, tt := range []struct{ body, want string }{
		{`reply.options["routers"] = ["10.20.0.300"]`, `option routers: "10.20.0.300" is not an IPv4 address; write for example 10.20.0.1`},
		{`reply.options["routers"] = 7`, `option routers is of type addresses, and takes no int; write for example ["10.20.0.1"]`},
		{`reply.options["routers"] = [["10.20.0.1"]]`, `takes no list`},
		{`reply.options["routers"] = [None]`, `takes no NoneType`},
		{`reply.options["routers"] = {1: 2}`, `takes no dict`},
		{`reply.options["routers"] = 1.5`, `takes no float`},
		{`reply.options["routers"] = request`, `takes no request`},
		{`reply.options["subnet-mask"] = ["255.0.0.0", "255.0.0.0"]`, `option subnet-mask is of type address, and takes no list; write for example "10.20.0.1"`},
		{`reply.options["interface-mtu"] = 20`, `"20" is below 68`},
		{`reply.options["interface-mtu"] = 1 << 20`, `"1048576" is not a number from 0 to 65535`},
		{`reply.options["interface-mtu"] = -1`, `"-1" is not a number from 0 to 65535`},
		{`reply.options["interface-mtu"] = True`, `option interface-mtu is of type uint16, and takes no bool; write for example 1500`},
		{`reply.options["domain-name"] = 5`, `option domain-name is of type string, and takes no int; write for example "example"`},
		{`reply.options["domain-name"] = "a\x00b"`, `contains a NUL byte`},
		{`reply.options["domain-name"] = b""`, `is empty, and machines drop messages`},
		{`reply.options["root-path"] = "x" * 1201`, `option root-path: the value is too long; an answer holds no more than 1200 bytes`},
		{`reply.options["root-path"] = b"x" * 1201`, `the value is too long`},
		{`reply.options["root-path"] = "x" * 60000`, `the value is too long`},
		{`reply.options["domain-search"] = ["a"] * 9000`, `the value is too long`},
		{`reply.options["vendor-specific"] = {1: "x" * 300}`, `a sub-option holds no more than 255`},
		{`reply.options["vendor-specific"] = {300: "x"}`, `"300" is neither the number of a sub-option nor the name of one`},
		{`reply.options["vendor-specific"] = {1: {2: "x"}}`, `option vendor-specific: 1: a sub-option takes no dict; write for example {1: "text", 2: b"\x0a\x0b"}`},
		{`reply.options["vendor-specific"] = {"x" * 9000: "y"}`, `is no key`},
		{`reply.options["vendor-specific"] = ["x"]`, `option vendor-specific is of type sub-options, and takes no list; write for example {1: "text", 2: b"\x0a\x0b"}`},
		{`reply.options["vendor-specific"] = {i: ["x" * 900] * 20 for i in range(1, 5)}`, `the value is too long`},
		{`reply.options["classless-static-routes"] = ["10.0.0.0/8"]`, `"10.0.0.0/8" is not a route`},
		{`reply.options["option-224"] = "text"`, `"text" is not raw bytes; write for example hex:0a0b`},
		{`reply.options[3] = "10.20.0.1"`, `option 3 by its number takes bytes such as b"\x0a\x0b", not string; by its name it takes values: options["routers"] = ["10.20.0.1"]`},
		{`reply.options["roters"] = None`, `did you mean "routers"?`},
		{`reply.options[50] = b"\x0a\x14\x00\x01"`, `option requested-address (50) is sent by clients only`},
		{`reply.options["overload"] = 1`, `option overload (52) is set where the answer is written`},
		{`reply.options[53] = b"\x05"`, `option message-type (53) comes from the kind of the answer; set reply.kind = "NAK" to refuse a REQUEST`},
		{`reply.options["server-identifier"] = "10.0.0.1"`, `set server_id of the subnet in the configuration`},
		{`reply.options[54] = None`, `set server_id of the subnet`},
		{`reply.options[55] = b"\x01"`, `is sent by clients only`},
		{`reply.options["max-message-size"] = 576`, `is sent by clients only`},
		{`reply.options["client-identifier"] = b"\x01"`, `option client-identifier (61) returns to the client as it came (RFC 6842); None leaves it out`},
		{`reply.options[82] = None`, `option relay-agent-information (82) returns to the relay as it came`},
		{`reply.options["rapid-commit"] = True`, `comes from rapid_commit in the configuration`},
		{`reply.kind = "OFFER"`, `reply.kind can be made "NAK" and nothing else; to send no answer, return False`},
		{`reply.kind = 6`, `reply.kind can be made "NAK"`},
		{`reply.yiaddr = "10.20.0.8"`, `reply.yiaddr can be deleted (None) and not set`},
		{`reply.siaddr = "10.20.0"`, `reply.siaddr: "10.20.0" is not an IPv4 address`},
		{`reply.siaddr = "224.0.0.1"`, `is no address of a server`},
		{`reply.siaddr = "0.0.0.0"`, `is no address of a server; write for example "10.20.0.5", or None for none`},
		{`reply.siaddr = 7`, `reply.siaddr takes an address as text, not int`},
		{`reply.sname = "x" * 64`, `reply.sname: 64 bytes, and the field holds no more than 63`},
		{`reply.file = "x" * 128`, `reply.file: 128 bytes, and the field holds no more than 127; an option may be longer`},
		{`reply.file = "a\x00b"`, `reply.file: "a\x00b" contains a NUL byte`},
		{`reply.file = b"x"`, `reply.file takes text or None, not bytes`},
		{`reply.broadcast = 1`, `reply.broadcast takes True or False, not int`},
		{`reply.lease_time = 0`, `reply.lease_time: "0" is no time; write seconds from 1 to 4294967294, or text such as "8h" or "infinite"`},
		{`reply.lease_time = -5`, `"-5" is no time`},
		{`reply.lease_time = 1 << 32`, `is no time`},
		{`reply.lease_time = "soon"`, `"soon" is no time`},
		{`reply.lease_time = 1.5`, `reply.lease_time takes no float`},
		{`reply.lease_time = None`, `cannot be left out`},
		{`reply.options["lease-time"] = b"\x01"`, `takes 4 bytes, not 1`},
		{`reply.t1 = 4000`, `reply.t1: 4000 seconds are not less than the lease time, 3600; set reply.lease_time before`},
		{`reply.t2 = 4000`, `not less than the lease time`},
		{"reply.t1 = 1000\n    reply.t2 = 60", `reply.t2: 60 seconds are less than reply.t1, which is 1000; set that before`},
		{`reply.t1 = 0`, `None leaves it out`},
		{"reply.t1 = 3000\n    reply.lease_time = 60", `reply.lease_time: 60 seconds are not more than reply.t1, which is set to 3000`},
		{"reply.t2 = 2000\n    reply.t1 = 3000", `more than reply.t2, which is 2000`},
		{`reply.message = 5`, `option message is of type string, and takes no int`},
		{`reply.options = {}`, `reply.options cannot be set; set one, as in reply.options["routers"] = ["10.20.0.1"]`},
		{`reply.leasetime = 5`, `did you mean .lease_time?`},
		{`request.mac = "x"`, `request.mac cannot be set: a request is what the client sent; change the reply`},
		{`request.macc = "x"`, `did you mean .mac?`},
		{`lease.time = 5`, `lease.time cannot be set; what can be changed is in the reply`},
		{`request.options["routers"] = None`, `the options of a request cannot be changed`},
	} {
		w := newWorld()
		_, err := w.run(t, "if True:\n    "+tt.body)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "test.star:") {
			t.Errorf("%s: error %v, want one with %s", tt.body, err, tt.want)
		} else if len(err.Error()) > 300 {
			t.Errorf("%s: an error of %d bytes", tt.body, len(err.Error()))
		}
	}
}
