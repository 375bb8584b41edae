//go:build netns

package crash_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"rollcall/internal/lab"
)

// crash is a run: the processes, the clients, and what was found so far.
type crash struct {
	*world
	*rand.Rand
	load *load
	log  eventLog

	killed         map[string]int // how often, by what
	checks         int
	compared, good int // running leases, over all checks
	webhooks       int // that arrived
	findings       []finding
}

func newCrash(w *world, seed uint64) *crash {
	return &crash{world: w, Rand: rand.New(rand.NewPCG(seed, 0)), killed: map[string]int{}}
}

func (c *crash) note(fs []finding) { c.findings = append(c.findings, fs...) }

func (c *crash) kills() (n int) {
	for _, k := range c.killed {
		n += k
	}
	return n
}

// stretch is what goes before strike i. Mostly that is little; but what the services do once in a while, and what they do when
// nothing happens, is to be struck as well.
func (c *crash) stretch(i int) {
	c.Helper()
	switch {
	case i%16 == 3: // long
		time.Sleep(time.Duration(10_000+c.IntN(6000)) * time.Millisecond)
	case i%16 == 10: // quiet
		c.load.pause()
		time.Sleep(time.Duration(9000+c.IntN(3000)) * time.Millisecond)
		c.load.resume()
	}
	c.await(250 + c.IntN(3000)<<c.IntN(3))
}

// await waits until so many more messages were acknowledged. However slow the machine is, there must be progress.
func (c *crash) await(more int) {
	c.Helper()
	const progress = 100
	for until := c.load.acks.Load() + int64(more); c.load.acks.Load() < until; {
		before := c.load.acks.Load()
		next := min(until, before+progress)
		err := lab.Wait(c.Context(), fmt.Sprintf("%d acknowledgements", next-before), soon, func(context.Context) (bool, error) {
			c.hear()
			return c.load.acks.Load() >= next, fmt.Errorf("%d are missing", next-c.load.acks.Load())
		})
		if err != nil {
			c.Fatal(err)
		}
	}
}

// hear takes over what the clients found wrong themselves.
func (c *crash) hear() {
	c.Helper()
	fs, err := c.load.seen()
	c.note(fs)
	if err != nil {
		c.Fatal(err)
	}
}

// strike kills processes at a random moment, in random order. After most strikes the clients are then held back until what they were
// told has been compared, lest they mend by a renewal what the check should find.
func (c *crash) strike(verbs []string) {
	c.Helper()
	time.Sleep(time.Duration(c.IntN(25_000)) * time.Microsecond)
	c.killAll(verbs)
	if c.IntN(4) > 0 {
		c.load.pause()
	}
}

func (c *crash) killAll(verbs []string) {
	c.Helper()
	verbs = slices.Clone(verbs)
	c.Shuffle(len(verbs), func(i, j int) { verbs[i], verbs[j] = verbs[j], verbs[i] })
	c.kill(verbs...)
	name := "all"
	if len(verbs) == 1 {
		name = verbs[0]
	}
	c.killed[name]++
}

// restart starts processes at once, and now and then kills them again before they got far.
func (c *crash) restart(verbs []string) {
	c.Helper()
	c.start(verbs...)
	if c.IntN(4) == 0 {
		time.Sleep(time.Duration(c.IntN(100_000)) * time.Microsecond)
		c.killAll(verbs)
		c.start(verbs...)
	}
}

// check compares what the clients were told with what leased says, as soon as it says something.
func (c *crash) check() {
	c.Helper()
	const again = 500 // events that were read before
	c.ask(func(ctx context.Context, a api) {
		before := c.load.running()
		leases := a.allLeases(ctx)
		c.compare(c.load.still(before, time.Now().Add(granularity)), leases)
		c.note(a.readLog(ctx, &c.log, c.log.last()-min(c.log.last(), again)))
	})
	c.hear()
}

func (c *crash) compare(relied []claim, leases map[netip.Addr]stored) {
	c.checks++
	fs := checkLeases(relied, leases) // at most one for each
	c.compared += len(relied)
	c.good += len(relied) - len(fs)
	c.note(fs)
}

// quiet waits until the desk has every event, and looks at how they came.
func (c *crash) quiet() {
	c.Helper()
	const progress = 500
	c.ask(func(ctx context.Context, a api) {
		for all := false; !all; {
			before := c.desk.count()
			err := lab.Wait(ctx, "webhooks of all events", soon, func(context.Context) (bool, error) {
				c.note(a.readLog(ctx, &c.log, c.log.last()))
				n := c.desk.count()
				all = n >= len(c.log.events)
				return all || n >= before+progress, fmt.Errorf("%d of %d", n, len(c.log.events))
			})
			if err != nil {
				c.Error(err)
				return
			}
		}
	})
	arrived, invalid := c.desk.all()
	for _, err := range invalid {
		c.Errorf("webhook: %v", err)
	}
	c.webhooks = len(arrived)
	c.note(checkWebhooks(arrived, c.log.events))
}

// cold asks leased alone for everything: after it was killed with all the others, and again after an orderly end.
func (c *crash) cold() {
	c.Helper()
	c.killAll(slices.Sorted(maps.Keys(c.running)))
	for range 2 {
		c.start("leased")
		c.ask(func(ctx context.Context, a api) {
			leases := a.allLeases(ctx)
			c.compare(c.load.still(c.load.running(), time.Now().Add(granularity)), leases)
			c.note(a.readLog(ctx, &c.log, 0))
			h, fs := c.log.replay()
			c.note(fs)
			c.note(checkSum(h, leases, time.Now()))
			c.note(checkTold(c.load.all(), h))
		})
		c.stop("leased")
	}
	c.note(checkOverlaps(c.load.all()))
}
