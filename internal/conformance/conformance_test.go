package conformance_test

import (
	"strings"
	"testing"
)

// TestRules plays every case on codec and engine.
func TestRules(t *testing.T) { playAll(t, "rules", startRules) }

func playAll(t *testing.T, runner string, start func(*kase, []byte) (server, error)) {
	groups, err := table()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		for _, c := range g.Cases {
			if c.playable(runner) != "" {
				continue
			}
			t.Run(c.Name, func(t *testing.T) {
				if runner == "wire" {
					t.Parallel()
				}
				if wrong := c.play(start); len(wrong) > 0 {
					t.Errorf("%s (%s)\n%s", c.Name, c.Source, strings.Join(wrong, "\n"))
				}
			})
		}
	}
}
