//go:build netns

package e2e_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"
)

// asked are the machines that `rollcall explain` is asked about, for each policy that says something about one.
var asked = map[string][]string{
	"phone-boot":        {"--mac", "52:54:00:12:ab:40", "--vendor-class", "PXEClient:phone"},
	"bootp-boot":        {"--mac", "52:54:00:12:ab:40", "--vendor-class", "PXEClient:rom"},
	"proxy-port":        {"--mac", "52:54:00:12:ab:34", "--message", "renew", "--address", "10.99.0.50", "--port", "4011"},
	"gateway-by-octet":  {"--mac", "52:54:00:12:ab:32"},
	"no-gateway":        {"--mac", "52:54:00:12:ab:40"},
	"dns-for-all":       {"--mac", "52:54:00:12:ab:40"},
	"router-or-nothing": {"--mac", "52:54:00:12:ab:40", "--giaddr", "10.30.0.1", "--requested", "routers"},
	"short-t1":          {"--mac", knownMAC},
	"domain-by-relay":   {"--mac", "52:54:00:12:ab:40", "--giaddr", "10.30.0.1"},
	"relay-circuit":     {"--mac", "52:54:00:12:ab:40", "--giaddr", "10.30.0.1", "--circuit-id", "eth2"},
	"guest-vlans":       {"--mac", "52:54:00:12:ab:40", "--giaddr", "10.31.110.1", "--circuit-id", "hex:0004006e0103"},
	"ip-phones":         {"--mac", "52:54:00:12:ab:40", "--vendor-class", "snom320"},
	"quarantine":        {"--mac", "de:ad:be:ef:00:02"},
	"definition":        {"--mac", "aa:bb:cc:dd:ee:ff"},
	"bench-ports":       {"--mac", "52:54:00:c1:0e:01", "--giaddr", "10.31.110.1", "--circuit-id", "bench 7"},
	"five-renewals":     {"--mac", "52:54:00:12:ab:34"},
	"maintenance":       {"--mac", "52:54:00:12:ab:34", "--message", "renew", "--address", "10.99.0.50"},
	"provoke-error":     {"--mac", "52:54:00:12:ab:40", "--hostname", "provoke"},
}

// explained has `rollcall explain` name the policy, with a line.
func (k *kitchen) explained(recipe string) {
	k.Helper()
	args, ok := asked[recipe]
	if !ok {
		return
	}
	out := k.must(append([]string{"explain"}, args...)...)
	for line := range strings.Lines(out) {
		if strings.Contains(line, recipe+".star:") && !strings.Contains(line, ": go on ") {
			k.note("explain: %s", strings.Join(strings.Fields(strings.ReplaceAll(line, k.Dir+"/", "")), " "))
			return
		}
	}
	k.Errorf("explain does not name a line of %s.star:\n%s", recipe, out)
}

// renewing orders a dhcpcd to renew, each second, until something is refused for a reason. It does not heed orders that come while it
// is at work.
func (k *kitchen) renewing(c *client, reason string) func() (bool, error) {
	var next time.Time
	return func() (bool, error) {
		n, err := k.tryMetric("up", "rollcall_leased_refusals_total", `reason="`+reason+`"`)
		if n == 0 && time.Now().After(next) {
			c.dhcpcdDo("-N")
			next = time.Now().Add(time.Second)
		}
		return n > 0, err
	}
}

// refused checks how many messages were refused for a reason.
func (k *kitchen) refused(reason string, want int) {
	k.Helper()
	if n := k.metric("up", "rollcall_leased_refusals_total", `reason="`+reason+`"`); n != float64(want) {
		k.Errorf("%v messages are refused for %s, want %d", n, reason, want)
	}
}

// within checks where the address of a machine is.
func (k *kitchen) within(kind, mac, prefix string) {
	k.Helper()
	if a := k.sent(kind, mac)["yiaddr"]; !strings.HasPrefix(a, prefix) {
		k.Errorf("%s to %s: tshark sees %s, want %s*", kind, mac, a, prefix)
	} else {
		k.note("%s to %s: yiaddr %s", kind, mac, a)
	}
}

// all returns what the server sent of a type.
func (k *kitchen) all(kind string) (found []frame) {
	k.Helper()
	if k.frames == nil {
		k.dissected()
	}
	for _, f := range k.frames {
		if f["type"] == kind {
			found = append(found, f)
		}
	}
	return found
}

// What each policy of the cookbook promises is to be seen on the wire, by an independent dissector.
func TestCookbook(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(cookbook + "/*.star")
	if err != nil || len(files) != len(recipes) {
		t.Errorf("%d policies are in the cookbook, and %d are looked at; %v", len(files), len(recipes), err)
	}
	var mu sync.Mutex
	saw := map[string][]string{}
	t.Cleanup(func() {
		var table strings.Builder
		rows := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
		for _, recipe := range slices.Sorted(maps.Keys(saw)) {
			for i, line := range saw[recipe] {
				fmt.Fprintf(rows, "%s\t%s\n", []string{recipe, ""}[min(i, 1)], line)
			}
		}
		rows.Flush()
		t.Logf("what tshark saw on the wire\n%s", table.String())
	})
	for _, file := range files {
		recipe := strings.TrimSuffix(filepath.Base(file), ".star")
		t.Run(recipe, func(t *testing.T) {
			t.Parallel()
			look, ok := recipes[recipe]
			if !ok {
				t.Fatal("nothing is looked at")
			}
			k := newKitchen(t, recipe)
			look(k)
			k.explained(recipe)
			mu.Lock()
			defer mu.Unlock()
			saw[recipe] = k.saw
		})
	}
}
