package engine_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// markedClasses has one class for each source; each puts its mark into an answer as option 224 and up.
const markedClasses = `
  authoritative: true
  probe: {enabled: false}
  limits: {actions: 0}
  unknown: {remember: 60s}
  classes:
    - {name: vendor, match: {vendor_class: ["Aastra*", "hex:00ff*"]}, options: {option-224: "hex:01"}}
    - {name: user, match: {user_class: "iPXE"}, options: {option-225: "hex:01"}}
    - {name: arch, match: {arch: [7, 9]}, options: {option-226: "hex:01"}}
    - {name: hardware, match: {hardware: "DE:AD:BE:*"}, options: {option-227: "hex:01"}}
    - {name: id, match: {client_id: ["01:02:*", "printer-?"]}, options: {option-228: "hex:01"}}
    - {name: duid, match: {duid: "00:03:*"}, options: {option-229: "hex:01"}}
    - {name: circuit, match: {circuit_id: "eth 0/1/*"}, options: {option-230: "hex:01"}}
    - {name: remote, match: {remote_id: "*-north"}, options: {option-231: "hex:01"}}
    - {name: subscriber, match: {subscriber_id: "4711"}, options: {option-232: "hex:01"}}
    - {name: relay, match: {giaddr: [10.99.0.2, 10.80.0.0/24]}, options: {option-233: "hex:01"}}
    - {name: link, match: {link: "eth1*"}, options: {option-234: "hex:01"}}
    - {name: requested, match: {requested: [routers, 252]}, options: {option-235: "hex:01"}}
    - {name: present, match: {option: {uuid-guid: true}}, options: {option-236: "hex:01"}}
    - {name: words, match: {option: {max-message-size: "15*", host-name: "lab-*"}}, options: {option-237: "hex:01"}}
    - {name: known, match: {known: true}, options: {option-238: "hex:01"}}
    - {name: unknown, match: {known: false, vendor_class: "*"}, options: {option-239: "hex:01"}}
    - {name: both, match: {vendor_class: "Aastra*", hardware: ["de:ad:*", "52:54:*"]}, options: {option-240: "hex:01"}}
    - {name: member, options: {option-241: "hex:01"}}
    - {name: banned, match: {hardware: "de:ad:be:ef:*"}, drop: true}
    - {name: trunk, match: {link: "eth6.7"}, options: {option-242: "hex:01"}}
  subnets:
    - {name: lobby, prefix: 10.99.0.0/24, pools: [{range: 10.99.0.50-10.99.0.99}]}
    - name: yard
      prefix: 10.80.0.0/24
      pools: [{range: 10.80.0.100-10.80.0.109}]
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: lobby, address: 10.99.0.9, classes: [member]}
    - {circuit_id: "port 9", subnet: yard, address: 10.80.0.9, classes: [member]}
`

func TestClassSources(t *testing.T) {
	w := newWorld(t, planning{file: markedClasses})
	for _, test := range []struct{ step, want string }{
		{"A discover on=eth6", ""},
		{"A discover", "link"},
		{"A discover on=eth6 60=Aastra.1", "vendor unknown both"},
		{"A discover on=eth6 60=hex:00ff41", "vendor unknown"},
		{"A discover on=eth6 60=aastra", "unknown"},
		{"A discover on=eth6 60=xAastra", "unknown"},
		{"K discover on=eth6 60=Aastra", "vendor unknown"}, // on the roll elsewhere, and not 52:54
		{"K discover 60=Aastra", "vendor link known member"},
		{"A discover on=eth6 77=iPXE", "user"},
		{"A discover on=eth6 77=hex:0469505845", "user"},
		{"A discover on=eth6 77=hex:0141046950584503626172", "user"},
		{"A discover on=eth6 77=iPXEx", ""},
		{"A discover on=eth6 93=hex:0007", "arch"},
		{"A discover on=eth6 93=hex:00060009", "arch"},
		{"A discover on=eth6 93=hex:000600", ""},
		{"A discover on=eth6 93=hex:0700", ""},
		{"A discover on=eth6 chaddr=deadbe000001", "hardware"},
		{"A discover on=eth6 chaddr=deadbf000001", ""},
		{"A discover on=eth6 chaddr=deadbeef0001", "DROP class-drop"},
		{"A request on=eth6 chaddr=deadbeef0001", "DROP class-drop"},
		{"A inform 10.80.0.9 on=eth6 chaddr=deadbeef0001", "DROP class-drop"},
		{"A discover on=eth6 61=hex:010299", "id"},
		{"A discover on=eth6 61=printer-7", "id"},
		{"A discover on=eth6 61=printer-77", ""},
		{"A discover on=eth6 61=hex:ff000000010003000152540001", "duid"},
		{"A discover on=eth6 61=hex:ff000000010002000152540001", ""},
		{"A discover via=10.80.0.2 circuit=eth|0/1/7", "link relay"},
		{"A discover via=10.80.0.2 82=hex:0109657468" + "20302f312f37", "circuit link relay"},
		{"A discover on=eth6 82=hex:0109657468" + "20302f312f37", ""}, // nobody believes it
		{"A discover via=10.80.0.2 remote=gate-north", "remote link relay"},
		{"A discover on=eth6 remote=gate-north", ""},
		{"A discover via=10.80.0.2 subscriber=4711", "subscriber link relay"},
		{"A discover via=10.99.0.2", "relay link"},
		{"A discover via=10.99.0.3", "link"},
		{"A discover on=eth6 55=252,3,1", "requested"},
		{"A discover on=eth6 55=252,1", ""},
		{"A discover on=eth6 97=hex:00", "present"},
		{"A discover on=eth6 97=", "present"},
		{"A discover on=eth6 57=1500 12=lab-9", "words"},
		{"A discover on=eth6 57=576 12=lab-9", ""},
		{"A discover on=eth6 57=hex:05 12=lab-9", ""},
		{"A discover on=eth6 vlan=7", "trunk"},
		{"A discover on=eth6 vlan=8", ""},
		{"A discover via=10.80.0.2 circuit=port", "link relay"},
		{"A discover via=10.80.0.2 82=hex:0106706f72742039", "link relay known member"}, // by its reservation
		{"A discover via=10.80.0.2 82=hex:01ff7074", "link relay"},
	} {
		names := map[string]bool{}
		d := w.send((&script{world: w}).message(strings.Fields(test.step + " xid=77")))
		if drop, ok := strings.CutPrefix(test.want, "DROP "); ok {
			if d.Kind != engine.Drop || string(d.Reason) != drop {
				t.Errorf("%s: %v %s, want %s", test.step, d.Kind, d.Reason, test.want)
			}
			continue
		}
		if d.Kind != engine.Offer {
			t.Errorf("%s: %v %s", test.step, d.Kind, d.Reason)
		}
		for _, n := range strings.Fields(test.want) {
			names[n] = true
		}
		for i, cl := range w.s.Plan().Classes {
			mark := option.Code(224 + i)
			if cl.Name == "trunk" {
				mark = 242
			}
			said := false
			for _, o := range cl.Options.All() {
				said = said || o.Code == mark
			}
			if !said {
				continue
			}
			w := strings.Contains(test.step, "55=")
			_, got := d.Options.Get(mark)
			if !w && got != names[cl.Name] {
				t.Errorf("%s: member of %s: %v, want %v", test.step, cl.Name, got, names[cl.Name])
			}
		}
	}
	// Marks are not asked for where the request list itself is what is matched; explain tells of the class.
	for step, want := range map[string]bool{"A discover on=eth6 55=252,3,1": true, "A discover on=eth6 55=252,1": false} {
		_, steps := engine.Explain(w.s, (&script{world: w}).message(strings.Fields(step)), w.now)
		if got := strings.Contains(fmt.Sprint(steps), "requested"); got != want {
			t.Errorf("%s: explained with class requested: %v, want %v\n%v", step, got, want, steps)
		}
	}
}

// A renewal goes past the relay: what the relay said before counts, for the holder alone.
func TestClassOfDirectRenewal(t *testing.T) {
	stories(t, planning{file: markedClasses}, []story{
		{"stash", `
			A select 10.80.0.100 via=10.80.0.2 remote=gate-north      -> ACK 10.80.0.100 231=hex:01 writes=1
			A renew 10.80.0.100 on=eth6                               -> ACK 10.80.0.100 231=hex:01
			A renew 10.80.0.100 on=eth6                               -> ACK 10.80.0.100 231=hex:01
			A discover on=eth6                                        -> OFFER 10.80.0.100 -231
			B renew 10.80.0.100 on=eth6                               -> NAK unknown-lease
			A renew 10.80.0.100 on=eth6 remote=gate-south             -> ACK 10.80.0.100 231=hex:01
			restart
			A renew 10.80.0.100 on=eth6                               -> ACK 10.80.0.100 231=hex:01
			A rebind 10.80.0.100 via=10.80.0.2 remote=gate-south      -> ACK 10.80.0.100 -231
			A renew 10.80.0.100 on=eth6                               -> ACK 10.80.0.100 -231`},
		{"a client cannot say it itself", `
			A select 10.80.0.100 on=eth6 remote=gate-north            -> ACK 10.80.0.100 -231
			A renew 10.80.0.100 on=eth6 remote=gate-north             -> ACK 10.80.0.100 -231
			A renew 10.80.0.100 on=eth6                               -> ACK 10.80.0.100 -231`},
		{"a client cannot take a reserved line's lease for its own", `
			B select 10.80.0.105 on=eth6 82=hex:0106706f72742039      -> ACK 10.80.0.105
			reserve circuit=line5 yard 10.80.0.105
			A select 10.80.0.106 on=eth6 circuit=line6                -> ACK 10.80.0.106
			reserve circuit=line6 yard 10.80.0.106
			C discover via=10.80.0.2 circuit=line6                    -> OFFER 10.80.0.100
			A renew 10.80.0.106 on=eth6                               -> NAK address-reserved
			A release 10.80.0.106 on=eth6                             -> DROP release-done
			C discover via=10.80.0.2 circuit=line6                    -> OFFER 10.80.0.106`},
	})
}

// stagesFile guards subnet and pools by classes.
const stagesFile = `
  authoritative: true
  probe: {enabled: false}
  limits: {actions: 0}
  classes:
    - {name: phones, match: {vendor_class: "phone*"}}
    - {name: roms, match: {vendor_class: "PXEClient*"}}
    - {name: staff}
  subnets:
    - name: hall
      prefix: 10.20.0.0/22
      shared_network: floor
      classes: [phones, staff]
      pools: [{range: 10.20.0.50-10.20.0.59}, {range: 10.20.0.60-10.20.0.69, classes: [staff]}]
    - name: lobby
      prefix: 10.99.0.0/24
      shared_network: floor
      pools: [{range: 10.99.0.50-10.99.0.51, classes: [roms]}]
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: hall, address: 10.20.0.200}
    - {client_id: "staff-1", subnet: hall, classes: [staff]}
`

func TestGuards(t *testing.T) {
	stories(t, planning{file: stagesFile}, []story{
		{"members of any of the classes, and of both guards", `
			A discover 60=phone           -> OFFER 10.20.0.50
			A discover 10.20.0.60 60=phone -> OFFER 10.20.0.50
			A select 10.20.0.60 60=phone  -> NAK not-assignable
			B discover                    -> DROP unserved
			B select 10.20.0.51           -> NAK not-assignable
			C discover 10.20.0.60 61=hex:73746166662d31 -> OFFER 10.20.0.60`},
		{"a reservation is honoured whatever guards its subnet", `
			K discover                    -> OFFER 10.20.0.200
			K select 10.20.0.200          -> ACK 10.20.0.200
			K renew 10.20.0.200           -> ACK 10.20.0.200`},
		{"the ROM of a machine is served though its system is not, at once", `
			A discover                    -> DROP unserved
			A discover                    -> DROP unserved
			A discover 60=PXEClient       -> OFFER 10.99.0.50
			A discover                    -> DROP unserved
			A discover 60=PXEClient       -> OFFER 10.99.0.50`},
		{"who leaves the class loses the address", `
			A discover 60=phone           -> OFFER 10.20.0.50
			A select 10.20.0.50 60=phone  -> ACK 10.20.0.50
			A renew 10.20.0.50            -> NAK not-assignable
			A discover                    -> DROP unserved
			A discover 60=PXEClient       -> OFFER 10.99.0.50
			A select 10.99.0.50 60=PXEClient -> ACK 10.99.0.50 ! lease.granted
			lease 10.20.0.50              -> released renewals=0`},
		{"a full guarded pool is told of once", `
			A select 10.99.0.50 60=PXEClient -> ACK 10.99.0.50
			B select 10.99.0.51 60=PXEClient -> ACK 10.99.0.51
			C discover 60=PXEClient          -> DROP pool-exhausted ! client.unknown pool.exhausted
			C discover 60=PXEClient          -> DROP pool-exhausted ! -`},
		{"the class of a reservation that comes and goes", `
			A discover 60=phone           -> OFFER 10.20.0.50
			A select 10.20.0.50 60=phone  -> ACK 10.20.0.50
			replan vendor_class: "phone*" => vendor_class: "fax*"
			A renew 10.20.0.50 60=phone   -> NAK not-assignable
			replan vendor_class: "fax*" => vendor_class: "phone*"
			A renew 10.20.0.50 60=phone   -> ACK 10.20.0.50`},
	})
}

// matches is what a pattern means, said in the simplest way.
func matches(g engine.Glob, b []byte) bool {
	if len(g) == 0 {
		return len(b) == 0
	}
	switch {
	case g[0] == engine.AnyRun:
		for i := range len(b) + 1 {
			if matches(g[1:], b[i:]) {
				return true
			}
		}
		return false
	case len(b) == 0:
		return false
	}
	return (g[0] == engine.AnyOne || g[0] == uint16(b[0])) && matches(g[1:], b[1:])
}

func TestGlobMatchesAsItSays(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	hits := 0
	for range 200_000 {
		pattern, text := pick(rnd, "ab*?", 8), pick(rnd, "ab", 8)
		g := engine.TextGlob(pattern)
		got := g.Match([]byte(text))
		if got != matches(g, []byte(text)) {
			t.Fatalf("%q against %q: %v", pattern, text, got)
		}
		if got {
			hits++
		}
	}
	if hits < 10_000 {
		t.Errorf("only %d matches: the test says little", hits)
	}
	for _, test := range []struct {
		b    string
		more bool
		of   string
		want bool
	}{
		{"", false, "", true}, {"", false, "a", false}, {"", true, "", true}, {"", true, "\x00", true}, {"a*", false, "a*", true},
		{"a*", false, "ab", false}, {"a?", true, "a?b", true}, {"a?", true, "abb", false}, {"\x00\xff", true, "\x00\xff\xff", true},
	} {
		if got := engine.BytesGlob([]byte(test.b), test.more).Match([]byte(test.of)); got != test.want {
			t.Errorf("BytesGlob(%q, %v) of %q: %v", test.b, test.more, test.of, got)
		}
	}
}

// A pattern with many runs, and what nearly matches it, must not take long.
func TestGlobIsNotSlow(t *testing.T) {
	g := engine.TextGlob(strings.Repeat("*a", 127) + "b")
	if g.Match([]byte(strings.Repeat("a", 4000))) {
		t.Error("matched")
	}
}

func pick(rnd *rand.Rand, from string, most int) string {
	b := make([]byte, rnd.IntN(most+1))
	for i := range b {
		b[i] = from[rnd.IntN(len(from))]
	}
	return string(b)
}

// The sieve only spares work: with a pattern in each condition that begins with anything, and so with nothing to sieve by, the
// members are the same. 256 classes, the largest number.
func TestSieveChangesNothing(t *testing.T) {
	sources := []engine.Source{
		engine.MatchVendorClass, engine.MatchUserClass, engine.MatchHardware, engine.MatchClientID, engine.MatchDUID,
		engine.MatchCircuitID, engine.MatchRemoteID, engine.MatchSubscriberID, engine.MatchLink,
	}
	nothing := engine.TextGlob(strings.Repeat("?", 1000))
	for seed := range uint64(4) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		var with, without []*engine.Class
		for i := range engine.MaxClasses {
			cl := &engine.Class{Name: fmt.Sprint("c", i)}
			for range rnd.IntN(3) {
				cond := engine.Condition{Source: sources[rnd.IntN(len(sources))]}
				for range 1 + rnd.IntN(3) {
					alphabet := "ab*?"
					if cond.Source == engine.MatchHardware {
						alphabet = "025:*"
					}
					cond.Globs = append(cond.Globs, engine.TextGlob(pick(rnd, alphabet, 4)))
				}
				cl.Match = append(cl.Match, cond)
			}
			// The last 20 classes carry an option each, to be seen by; which class it is says its value.
			cl.Options = engine.NewOptions([]engine.Option{{Code: option.Code(200 + i%50), Value: []byte{byte(i)}}})
			with = append(with, cl)
			copied := *cl
			copied.Match = nil
			for _, cond := range cl.Match {
				cond.Globs = append(cond.Globs[:len(cond.Globs):len(cond.Globs)], nothing)
				copied.Match = append(copied.Match, cond)
			}
			without = append(without, &copied)
		}
		a, b := sieveWorld(t, with), sieveWorld(t, without)
		for range 200 {
			step := fmt.Sprintf("c%d discover via=10.80.0.2 60=%s 77=%s 61=hex:%x circuit=%s remote=%s subscriber=%s", rnd.IntN(9), pick(rnd, "ab", 4),
				pick(rnd, "ab", 4), pick(rnd, "ab\xff", 12), pick(rnd, "ab", 4), pick(rnd, "ab", 4), pick(rnd, "ab", 4))
			got := render(a.send((&script{world: a}).message(strings.Fields(step))).Options)
			want := render(b.send((&script{world: b}).message(strings.Fields(step))).Options)
			if got != want {
				t.Fatalf("%s\n   with the sieve %s\nwithout the sieve %s", step, got, want)
			}
		}
	}
}

func sieveWorld(t *testing.T, classes []*engine.Class) *world {
	w := newWorld(t, planning{})
	sub := &engine.Subnet{
		Ref: "yard", Prefix: netip.MustParsePrefix("10.80.0.0/24"), Network: &engine.Network{Name: "yard"},
		Scope: engine.Scope{Times: times(600, 300, 500)},
	}
	sub.Pools = []*engine.Pool{{Subnet: sub, First: ip("10.80.0.100"), Last: ip("10.80.0.199")}}
	w.s = engine.NewState(engine.NewPlan(engine.Parts{Subnets: []*engine.Subnet{sub}, Classes: classes, Settings: settings()}))
	w.s.AddFrontend(w.front)
	return w
}
