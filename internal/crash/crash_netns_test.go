//go:build netns

package crash_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// together and apart are the two ways to run rollcall.
var (
	together = []string{"up"}
	apart    = []string{"leased", "frontend", "webhookd"}
)

// rounds is whose turn it is, again and again. The way to run changes where everything is dead.
var rounds = []struct{ running, killed []string }{
	{apart, []string{"leased"}}, {apart, []string{"frontend"}}, {apart, apart}, {apart, []string{"leased"}}, {apart, []string{"webhookd"}},
	{apart, []string{"leased"}}, {apart, apart},
	{together, together}, {together, together}, {together, together}, {together, together},
}

// What was acknowledged outlives SIGKILL at any moment, and the log and the webhooks tell all of it.
func TestCrash(t *testing.T) {
	kills := fromEnvironment(t, "CRASH_KILLS", 18)
	seed := fromEnvironment(t, "CRASH_SEED", rand.Uint64())
	t.Logf("CRASH_SEED=%d CRASH_KILLS=%d", seed, kills)

	c := newCrash(newWorld(t, "crash"), seed)
	begun := time.Now()
	c.start(apart...)
	c.load = c.startLoad(seed)
	for i := 0; c.kills() < int(kills); i++ {
		now, next := rounds[i%len(rounds)], rounds[(i+1)%len(rounds)]
		c.stretch(i)
		c.strike(now.killed)
		if slices.Equal(now.running, next.running) {
			c.restart(now.killed)
		} else {
			c.restart(next.running)
		}
		c.check()
		c.load.resume()
	}
	c.await(1000)
	c.load.end()
	c.quiet()
	c.cold()
	c.judge()
	t.Logf("%s", c.summary(time.Since(begun)))
}

// fromEnvironment reads a number that somebody may have set.
func fromEnvironment(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}
