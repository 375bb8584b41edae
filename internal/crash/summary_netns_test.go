//go:build netns

package crash_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

func (c *crash) count(k kind) (n int) {
	for _, one := range c.findings {
		if one.kind == k {
			n++
		}
	}
	return n
}

// judge fails the test for what was found, and shows the first of each kind.
func (c *crash) judge() {
	c.Helper()
	shown := map[kind]int{}
	for _, f := range c.findings {
		if shown[f.kind]++; shown[f.kind] <= 5 {
			c.Errorf("%s: %s", f.kind, f.detail)
		}
	}
}

// summary says what was done, and what was found.
func (c *crash) summary(took time.Duration) string {
	var by []string
	for _, name := range slices.Sorted(maps.Keys(c.killed)) {
		by = append(by, fmt.Sprintf("%s %d", name, c.killed[name]))
	}
	claims := c.load.all()
	lines := []string{
		fmt.Sprintf("in %v", took.Round(time.Second)),
		fmt.Sprintf("kills         %d: %s; processes started %d", c.kills(), strings.Join(by, ", "), c.starts),
		fmt.Sprintf("acknowledged  %d messages, for %d leases of %d machines", c.load.acks.Load(), len(claims), c.load.next.Load()),
		fmt.Sprintf("compared      %d leases in %d checks: found %d, missing %d, shortened %d, refused %d, duplicates %d", c.compared, c.checks,
			c.good, c.count(missing), c.count(shortened), c.count(refused), c.count(duplicate)),
		fmt.Sprintf("events        %d: gaps %d, rewritten %d, untold %d, contradictions %d", c.log.last(), c.count(gap), c.count(rewritten),
			c.count(untold), c.count(mismatch)),
		fmt.Sprintf("webhooks      %d: missing %d, out of order %d, altered %d", c.webhooks, c.count(lost), c.count(disordered), c.count(altered)),
	}
	return strings.Join(lines, "\n")
}
