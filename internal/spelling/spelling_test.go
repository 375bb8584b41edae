package spelling_test

import (
	"testing"

	"rollcall/internal/spelling"
)

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "mac", 3}, {"mac", "", 3}, {"routers", "routers", 0},
		{"router", "routers", 1}, {"rrouters", "routers", 1}, {"rooters", "routers", 1}, {"ruoters", "routers", 1},
		{"subent", "subnet", 1}, {"kitten", "sitting", 3}, {"abc", "cba", 2},
	} {
		if got := spelling.Distance(test.a, test.b); got != test.want {
			t.Errorf("from %q to %q: %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
