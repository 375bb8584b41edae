package conformance_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"go.yaml.in/yaml/v4"
)

// group is a file of the table.
type group struct {
	Group string  `yaml:"group"`
	Cases []*kase `yaml:"cases"`
	// After are steps at the end of every case.
	After []step `yaml:"after"`
}

// kase is one case. (The word case is taken.)
type kase struct {
	// Name is stable: group/what.
	Name string `yaml:"name"`
	// Source is the RFC and its section, or the fault of a peer that the case guards against.
	Source string `yaml:"source"`
	// Differs says why rollcall behaves otherwise than a peer, or than the letter of the text, on purpose.
	Differs string `yaml:"differs"`
	// Config is a file of testdata/config without its ending, "base" by default.
	Config string `yaml:"config"`
	change `yaml:",inline"`
	// Text is the whole configuration instead, as a value of send.
	Text string `yaml:"text"`
	// Refused: the configuration must be refused, and the errors must contain each of these.
	Refused []string `yaml:"refused"`
	// Links are the server's interfaces and their addresses; eth1 with 192.168.50.252/24 by default.
	Links map[string][]string `yaml:"links"`
	// Occupied addresses answer ARP, each from a hardware address.
	Occupied map[string]string `yaml:"occupied"`
	// Only is "rules" or "wire", for what the other cannot show, and Because says why.
	Only    string `yaml:"only"`
	Because string `yaml:"because"`
	// Test is "package Test", of a test elsewhere that proves the case.
	Test  string `yaml:"test"`
	Steps []step `yaml:"steps"`

	scripts map[string]string // by the name of the file, those of the policies that it has had
}

// change is laid over a configuration: With at the top, Leased over its section, Subnet over its first subnet. Policy is written to
// files that leased.policy then names.
type change struct {
	Policy scripts        `yaml:"policy"`
	With   map[string]any `yaml:"with"`
	Leased map[string]any `yaml:"leased"`
	Subnet map[string]any `yaml:"subnet"`
}

// step is what happens next. Exactly one of its verbs is set.
type step struct {
	// Send is the message, Want what must come back ("silence" by default), Why the reason that must be counted.
	Send, Want, Why string
	// Beside is what other servers answer to it, as the machine of the message hears it, with ; between several.
	Beside string
	// Boot does something about the boots of a machine: "finish B", "restart B", "fetched B FILE", or
	// "done 192.168.50.11", from that address.
	Boot string
	// Repeat sends the message so many times; $i counts them from 01, in hexadecimal.
	Repeat int
	// Advance lets time pass, Clock sets the wall clock.
	Advance, Clock time.Duration
	// Reserve adds a reservation through the API, written as in the configuration; with Of, an address, it replaces the one
	// of that address. Unreserve deletes the one of an address.
	Reserve       map[string]any
	Of, Unreserve string
	// Reload lays changes over the configuration as it stands and puts it in force.
	Reload *change
	// Restart ends the server: "stop", "kill", or "wipe", which loses the database.
	Restart string
	// Lease is what the server says of an address: "192.168.50.5 state=active hostname=desk".
	Lease string
	// Event is a kind of event that must be in the log: once at least, or Count times.
	Event string
	Count *int
	// Abuse treats a listener badly: "control" or "http".
	Abuse string
	// TCP sends a message, or octets, to port 67 over TCP from the address in From, and Want lists the messages that come back.
	TCP, From string
}

var caseName = regexp.MustCompile(`^[a-z0-9-]+/[a-z0-9.-]+$`)

// table reads every group.
func table() ([]*group, error) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no cases in testdata: %v", err)
	}
	var all []*group
	seen := map[string]bool{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		g := new(group)
		if err := yaml.Load(b, g, yaml.WithKnownFields()); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, c := range g.Cases {
			switch {
			case !caseName.MatchString(c.Name), seen[c.Name]:
				return nil, fmt.Errorf("%s: name %q is malformed or there twice", file, c.Name)
			case c.Source == "":
				return nil, fmt.Errorf("%s: case %s has no source", file, c.Name)
			case len(c.Steps) == 0 && len(c.Refused) == 0 && c.Test == "":
				return nil, fmt.Errorf("%s: case %s does nothing", file, c.Name)
			case (c.Only != "") != (c.Because != ""):
				return nil, fmt.Errorf("%s: case %s: only and because belong together", file, c.Name)
			}
			seen[c.Name] = true
			c.Steps = append(c.Steps, g.After...)
			if c.Config == "" {
				c.Config = "base"
			}
			if c.Links == nil {
				c.Links = map[string][]string{"eth1": {"192.168.50.252/24"}}
			}
		}
		all = append(all, g)
	}
	return all, nil
}

// patience is how long the wire may wait for time to pass.
const patience = 3 * time.Second

// slow reports whether the case takes longer than the wire waits.
func (c *kase) slow() bool {
	var total time.Duration
	for _, s := range c.Steps {
		total += s.Advance
	}
	return total > patience
}

// configuration is the file that the case runs with, as text: the base with the case's changes and more.
func (c *kase) configuration(more ...change) ([]byte, error) {
	if c.Text != "" {
		return octets(0, c.Text)
	}
	b, err := os.ReadFile(filepath.Join("testdata", "config", c.Config+".yaml"))
	if err != nil {
		return nil, err
	}
	var all map[string]any
	if err := yaml.Load(b, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Config, err)
	}
	for i, m := range append([]change{c.change}, more...) {
		if len(m.Policy) > 0 {
			all = overlay(all, c.policyOf(i, m.Policy))
		}
		all = overlay(overlay(all, m.With), map[string]any{"leased": m.Leased})
		leased := all["leased"].(map[string]any)
		if subnets, ok := leased["subnets"].([]any); ok && m.Subnet != nil {
			subnets[0] = overlay(subnets[0].(map[string]any), m.Subnet)
		}
	}
	return yaml.Dump(all)
}

// overlay lays one tree over another: mappings are merged, everything else replaced.
func overlay(under, over map[string]any) map[string]any {
	all := map[string]any{}
	maps.Copy(all, under)
	for k, v := range over {
		a, ok1 := all[k].(map[string]any)
		b, ok2 := v.(map[string]any)
		if ok1 && ok2 {
			v = overlay(a, b)
		}
		all[k] = v
	}
	return all
}
