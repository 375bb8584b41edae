package engine_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// explanations are golden files of what explain says; each tells a story first.
var explanations = []struct {
	name, story, message string
	planning
}{
	{"known", ``, "K discover", planning{}},
	{"stranger", `attach lobby`, "A discover", planning{}},
	{"stranger-renews", `A select 10.99.0.50 -> ACK 10.99.0.50`, "A renew 10.99.0.50", planning{}},
	{"stranger-behind-relay", ``, "A discover via=10.31.0.1 82/5=10.30.0.0", planning{}},
	{"no-subnet", ``, "A discover on=eth7", planning{}},
	{"served-by-nothing", `A discover on=eth4 -> DROP unserved`, "A discover on=eth4", planning{}},
	{"suspended", strings.Repeat("admit A -> yes\n", 10) + `admit A -> suspended`, "A discover", planning{}},
	{"moved-guest-renews", `
		A select 10.99.0.50 -> ACK 10.99.0.50
		reserve A hall 10.20.0.7`, "A renew 10.99.0.50", planning{}},
	{"moved-guest-asks", `
		A select 10.99.0.50 -> ACK 10.99.0.50
		reserve A hall 10.20.0.7`, "A discover", planning{}},
	{"pool-exhausted", `A select 10.70.0.2 on=eth5 -> ACK 10.70.0.2`, "B discover on=eth5", planning{}},
	{"infinite", ``, "B discover on=eth5", planning{}},
	{"reserved-address-held", `
		B select 10.99.0.55 -> ACK 10.99.0.55
		reserve A lobby 10.99.0.55`, "A discover", planning{}},
	{"unknown-lease", ``, "A reboot 10.99.0.50", planning{}},
	{"inform", ``, "A inform 10.99.0.77", planning{}},
	{"v6-only", ``, "A discover on=eth1 55=1,108", planning{file: v6OnlyFile}},
	{"rapid-commit", ``, "A discover 55=1,3 80=", planning{file: v6OnlyFile}},
	{"boot-file", ``, "A discover as=uefi", planning{file: bootFile}},
	{"boot-reservation", ``, "K discover as=bios", planning{file: bootFile}},
	{"boot-http", ``, "A discover as=http", planning{file: bootFile}},
	{"boot-ipxe", ``, "A discover as=ipxe", planning{file: bootFile}},
	{"boot-no-file", ``, "A discover as=arm", planning{file: bootFile}},
	{"boot-unreadable", ``, "A discover 60=PXEClient 93=hex:00 97=hex:00", planning{file: bootFile}},
	{"boot-done", `O select 10.99.0.50 as=uefi -> ACK 10.99.0.50
		finished O -> true`, "O discover as=uefi", planning{file: bootFile}},
	{"boot-proxy", ``, "A discover on=eth6 as=bios", planning{file: bootFile}},
	{"boot-proxy-on", ``, "A discover on=eth6 as=uefi", planning{file: bootFile}},
	{"boot-proxy-silent", ``, "A discover on=eth6 as=arm", planning{file: bootFile}},
	{"boot-proxy-ordinary", ``, "A discover on=eth6", planning{file: bootFile}},
	{"boot-port", ``, "A request on=eth6 port=4011 as=uefi ciaddr=10.80.0.60", planning{file: bootFile}},
	{"class-by-reservation", ``, "A discover", planning{file: memberFile}},
	{"policy-filter", "policy filter drop", "A discover", planning{file: assignFile}},
	{"policy-passes", "policy filter pass", "A discover", planning{file: assignFile}},
	{"policy-choose", "policy choose config-2\npolicy reply 15=x -3", "A/idA discover", planning{file: chooseFile}},
	{"policy-choose-gone", "policy choose config-9", "A/idA discover", planning{file: chooseFile}},
	{"policy-suspended", "policy filter suspend\nA discover\npolicy filter pass", "A discover", planning{file: assignFile}},
	{"policy-pool", "policy pool voice", "A discover", planning{file: assignFile}},
	{"policy-pool-elsewhere", "policy pool safe", "A discover", planning{file: assignFile}},
	{"policy-definition", "policy define 10.20.0.7 host=box time=60 class=staff 7=10.0.0.3", "A discover", planning{file: assignFile}},
	{"policy-definition-excluded", "policy define 10.20.0.105", "A discover", planning{file: assignFile}},
	{"policy-definition-reserved", "policy define 10.20.0.200", "A discover", planning{file: assignFile}},
	{"policy-definition-leased", "B select 10.99.0.50 -> ACK 10.99.0.50\npolicy define 10.99.0.50", "A discover", planning{file: assignFile}},
	{"policy-definition-offered", "B discover -> OFFER 10.99.0.50\npolicy define 10.99.0.50", "A discover", planning{file: assignFile}},
	{"policy-definition-ours", "policy define 10.99.0.1", "A discover", planning{file: assignFile}},
	{"policy-definition-no-address", "policy define -", "A discover", planning{file: assignFile}},
	{"policy-ignore", "policy ignore", "A discover", planning{file: assignFile}},
	{"policy-nak", "policy nak", "A reboot 10.99.0.50", planning{file: assignFile}},
	{"policy-pending", "policy pending", "A reboot 10.99.0.50", planning{file: assignFile}},
	{"policy-unanswered", "policy define 10.20.0.7\nA select 10.20.0.7 -> ACK 10.20.0.7\npolicy unanswered\nlater 1h", "A discover", planning{file: assignFile}},
	{"policy-reply", "policy reply time=60 t1=20 15=x -3 file=other.efi 7=10.0.0.3", "A discover as=uefi", planning{file: amendFile}},
	{"policy-silent", "policy reply silent", "A discover", planning{file: amendFile}},
	{"policy-refuses", "policy reply nak 56=go", "A select 10.99.0.50", planning{file: amendFile}},
}

const memberFile = `
  probe: {enabled: false}
  classes: [{name: phones, match: {vendor_class: "phone*"}}, {name: guests}]
  subnets: [{name: lobby, prefix: 10.99.0.0/24}]
  reservations: [{mac: "52:54:00:00:00:41", subnet: lobby, address: 10.99.0.7, classes: [guests]}]
`

func TestExplain(t *testing.T) {
	for _, test := range explanations {
		t.Run(test.name, func(t *testing.T) {
			w := run(t, test.planning, test.story)
			q := (&script{world: w}).message(strings.Fields(test.message))
			w.consult(q)
			d, steps := engine.Explain(w.s, q, w.now)
			if len(steps) == 0 || steps[0].Subject != "machine" && steps[0].Subject != "filter" || steps[len(steps)-1].Subject != "answer" {
				t.Errorf("an explanation begins with the machine and ends with the answer: %+v", steps)
			}
			if last := steps[len(steps)-1]; d.Reason != "" && !strings.Contains(last.Outcome+last.Because, string(d.Reason)) {
				t.Errorf("the last step does not name the reason %s: %+v", d.Reason, last)
			}
			var b strings.Builder
			fmt.Fprintf(&b, "# %s\n", test.message)
			for _, s := range steps {
				fmt.Fprintln(&b, strings.TrimRight(fmt.Sprintf("%-16s %-45s %s", s.Subject, s.Outcome, s.Because), " "))
			}
			golden(t, filepath.Join("testdata", "explain-"+test.name+".txt"), b.String())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got; -update rewrites it):\n%s", name, diff)
	}
}

// Explain only looks: whatever it is asked in between, a story goes on as if it had not been.
func TestExplainChangesNothing(t *testing.T) {
	story := `
		A discover                   -> OFFER 10.99.0.50 ! client.unknown
		A select 10.99.0.50          -> ACK 10.99.0.50 ! lease.granted
		B discover                   -> OFFER 10.99.0.51 ! client.unknown
		C discover on=eth4           -> DROP unserved ! client.unknown
		reserve A hall 10.20.0.7
		A renew 10.99.0.50           -> NAK move-to-reservation
		A select 10.20.0.7           -> ACK 10.20.0.7 ! lease.granted
		attach lobby
		D discover                   -> PROBE 10.99.0.52 ! client.unknown
		silent 10.99.0.52
		D discover                   -> OFFER 10.99.0.52
		D decline 10.99.0.52         -> DROP decline-done ! address.declined
		usage                        -> leased=0 offered=1 quarantined=1 reserved=0 free=8`
	questions := []string{"discover", "select 10.99.0.50", "select 10.99.0.51", "renew 10.99.0.50", "reboot 10.99.0.53",
		"release 10.99.0.50", "decline 10.99.0.50", "inform 10.99.0.50", "discover on=eth4", "request server=10.99.0.99 50=10.99.0.51"}
	s := &script{world: newWorld(t, planning{})}
	for line := range strings.Lines(story) {
		for _, who := range []string{"A", "B", "C", "D", "E", "K"} {
			for _, what := range questions {
				q := s.message(strings.Fields(who + " " + what))
				engine.Explain(s.s, q, s.now)
				engine.Decide(s.s, q, s.now) // which changes nothing either, before Apply
			}
		}
		if line = strings.TrimSpace(line); line != "" {
			s.line(line)
		}
	}
}

// Explain comes to the answer that Decide comes to, except that it goes past silence that is only remembered and past probes.
func TestExplainAgreesWithDecide(t *testing.T) {
	for _, test := range explanations {
		w := run(t, test.planning, test.story)
		q := (&script{world: w}).message(strings.Fields(test.message))
		w.consult(q)
		e, _ := engine.Explain(w.s, q, w.now)
		d := engine.Decide(w.s, q, w.now)
		if d.Kind == engine.Probe {
			d.Kind, d.Options = engine.Offer, e.Options
		}
		if e.Kind != d.Kind || e.Reason != d.Reason || e.IP != d.IP || render(e.Options) != render(d.Options) {
			t.Errorf("%s: explained as %v %v %s, decided as %v %v %s", test.name, e.Kind, e.IP, e.Reason, d.Kind, d.IP, d.Reason)
		}
		if _, ok := d.Options.Get(option.ServerID); d.Kind != engine.Drop && !ok {
			t.Errorf("%s: no server identifier", test.name)
		}
	}
}
