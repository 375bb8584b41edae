//go:build netns

package e2e_test

import (
	"strings"
	"testing"
)

// explain names the rule that decides: for a known machine, for a stranger, and for a machine that no subnet serves.
func TestExplain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "explain")
	w.run("up")
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"known", []string{"--mac", "0800.272c.494b"}, []string{knownAddr, "reservation", "hall", "OFFER"}},
		{"stranger", []string{"--mac", "52:54:00:12:34:56"}, []string{"no reservation matches", "lobby", "10.99.0.", "hall has no pool for unknown", "OFFER"}},
		{"unserved", []string{"--mac", "52:54:00:12:34:56", "--giaddr", "10.66.0.1"}, []string{"10.66.0.1", "no-subnet"}},
	} {
		out := w.must(append([]string{"explain"}, c.args...)...)
		t.Logf("rollcall explain %s\n%s", strings.Join(c.args, " "), out)
		for _, want := range c.want {
			if !strings.Contains(out, want) {
				t.Errorf("explain %s does not name %q:\n%s", c.name, want, out)
			}
		}
	}
}
