//go:build netns

package crash_test

import (
	"os"
	"testing"
	"time"
)

// The test can tell a leased that loses what it acknowledged: while leased is down, its database is replaced with that of some
// thousand acknowledgements before. Leases, renewals and events are missed.
func TestOldDatabase(t *testing.T) {
	c := newCrash(newWorld(t, "old"), 1)
	c.start(apart...)
	c.load = c.startLoad(1)
	c.await(2 * clients)
	c.check()
	c.kill("leased")
	if err := os.CopyFS(c.path("older"), os.DirFS(c.path("data"))); err != nil {
		t.Fatal(err)
	}
	c.start("leased")
	c.await(2 * clients)
	c.check()
	if len(c.findings) > 0 {
		c.judge()
		t.Fatal("there is nothing to find yet")
	}

	c.kill(apart...)
	c.load.pause()
	if err := os.RemoveAll(c.path("data")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(c.path("older"), c.path("data")); err != nil {
		t.Fatal(err)
	}
	c.start("leased", "frontend")
	c.check()
	c.load.resume()
	// Two leases that were given away again, and clients that renew what is no longer theirs, take a moment.
	deadline := time.Now().Add(soon)
	for c.count(refused) == 0 && time.Now().Before(deadline) {
		c.await(100)
	}
	c.load.end()
	c.cold()
	for _, k := range []kind{missing, shortened, refused, duplicate, rewritten, untold} {
		if c.count(k) == 0 {
			t.Errorf("nothing was found to be %s", k)
		}
	}
}
