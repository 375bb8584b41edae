//go:build netns

package crash_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/internal/lab"
)

// together and apart are the two ways to run rollcall.
var (
	together = []string{"up"}
	apart    = []string{"leased", "frontend", "webhookd"}
)

// rounds is whose turn it is, again and again.
var rounds = []struct{ running, killed []string }{
	{apart, []string{"leased"}}, {apart, []string{"frontend"}}, {apart, apart}, {apart, []string{"leased"}}, {apart, []string{"webhookd"}},
	{apart, []string{"leased"}}, {apart, apart},
	{together, together}, {together, together}, {together, together}, {together, together},
}

// What was acknowledged outlives SIGKILL at any moment, and the log and the webhooks tell all of it.
func TestCrash(t *testing.T) {
	kills, seed := uint64(24), rand.Uint64()
	fromEnvironment(t, "CRASH_KILLS", &kills)
	fromEnvironment(t, "CRASH_SEED", &seed)
	t.Logf("CRASH_SEED=%d CRASH_KILLS=%d", seed, kills)

	w := newWorld(t, "crash")
	c := &crash{world: w, Rand: rand.New(rand.NewPCG(seed, 0)), api: w.api(), killed: map[string]int{}}
	begun := time.Now()
	w.start(apart...)
	c.load = w.startLoad(seed)
	for i := 0; c.kills() < int(kills); i++ {
		now, next := rounds[i%len(rounds)], rounds[(i+1)%len(rounds)]
		c.await(250 + c.IntN(5000))
		c.crash(now.killed)
		if now.running[0] != next.running[0] { // all are dead
			now = next
			now.killed = next.running
		}
		c.restart(now.killed)
		c.check()
		c.load.resume()
	}
	c.await(1000)
	c.load.end()
	c.quiet()
	c.cold()
	t.Logf("%s", c.summary(time.Since(begun)))
}

func fromEnvironment(t *testing.T, name string, n *uint64) {
	t.Helper()
	if text := os.Getenv(name); text != "" {
		v, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		*n = v
	}
}

// crash is a run of the test.
type crash struct {
	*world
	*rand.Rand
	api  api
	load *load
	log  eventLog

	killed                        map[string]int
	checks, acknowledged, present int
	webhooks                      int
	findings                      []finding
}

func (c *crash) kills() (n int) {
	for _, k := range c.killed {
		n += k
	}
	return n
}

// await waits until so many more messages were acknowledged.
func (c *crash) await(more int) {
	c.Helper()
	until := c.load.acks.Load() + int64(more)
	err := lab.Wait(c.Context(), fmt.Sprintf("%d acknowledgements", more), soon, func(context.Context) (bool, error) {
		c.clientsSaw()
		return c.load.acks.Load() >= until, fmt.Errorf("%d are missing", until-c.load.acks.Load())
	})
	if err != nil {
		c.Fatal(err)
	}
}

// clientsSaw takes over what clients found wrong.
func (c *crash) clientsSaw() {
	c.Helper()
	fs, err := c.load.seen()
	c.findings = append(c.findings, fs...)
	if err != nil {
		c.Fatal(err)
	}
}

// crash kills processes at a random moment, in random order. After most kills the clients are then held back until what they were
// told was compared, lest they mend by a renewal what they should find.
func (c *crash) crash(verbs []string) {
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

// restart starts processes at once, and now and then kills them before they got far.
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
func (c *crash) check() map[netip.Addr]stored {
	c.Helper()
	const reread = 500
	before := c.load.running()
	leases := c.api.allLeases()
	relied := c.load.still(before, time.Now().Add(granularity))
	fs := checkLeases(relied, leases)
	c.checks++
	c.acknowledged += len(relied)
	c.present += len(relied) - len(fs)
	c.findings = append(c.findings, fs...)
	c.findings = append(c.findings, c.api.readLog(&c.log, c.log.last()-min(c.log.last(), reread))...)
	c.clientsSaw()
	return leases
}

// quiet waits until every event has arrived at the desk, and looks at how.
func (c *crash) quiet() {
	c.Helper()
	err := lab.Wait(c.Context(), "a webhook for every event", 4*soon, func(context.Context) (bool, error) {
		c.findings = append(c.findings, c.api.readLog(&c.log, c.log.last())...)
		arrived := c.desk.so()
		return arrived >= len(c.log.events), fmt.Errorf("%d of %d", arrived, len(c.log.events))
	})
	if err != nil {
		c.Error(err)
	}
	arrived, invalid := c.desk.all()
	for _, err := range invalid {
		c.Errorf("webhook: %v", err)
	}
	c.webhooks = len(arrived)
	c.findings = append(c.findings, checkWebhooks(arrived, c.log.events)...)
}

// cold asks leased alone, after it was killed with all the others and again after an orderly end.
func (c *crash) cold() {
	c.Helper()
	c.killAll(slices.Collect(maps.Keys(c.running)))
	for range 2 {
		c.start("leased")
		leases := c.check()
		c.findings = append(c.findings, c.api.readLog(&c.log, 0)...)
		h, fs := c.log.replay()
		c.findings = append(c.findings, fs...)
		c.findings = append(c.findings, checkSum(h, leases, time.Now())...)
		c.findings = append(c.findings, checkTold(c.load.all(), h)...)
		c.stop("leased")
	}
	c.findings = append(c.findings, checkOverlaps(c.load.all())...)
}

// summary says what was done and found, and fails the test if something was.
func (c *crash) summary(took time.Duration) string {
	c.Helper()
	counts := map[fault]int{}
	for _, f := range c.findings {
		if counts[f.fault]++; counts[f.fault] <= 10 {
			c.Errorf("%s: %s", f.fault, f.detail)
		}
	}
	var by []string
	for _, name := range slices.Sorted(maps.Keys(c.killed)) {
		by = append(by, fmt.Sprintf("%s %d", name, c.killed[name]))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "crash test of %v\n", took.Round(time.Second))
	fmt.Fprintf(&b, "kills         %d (%s), processes started %d\n", c.kills(), strings.Join(by, ", "), c.starts)
	fmt.Fprintf(&b, "acknowledged  %d messages to %d machines, %d leases\n", c.load.acks.Load(), c.load.next.Load(), len(c.load.all()))
	fmt.Fprintf(&b, "compared      %d running leases in %d checks: found %d, missing %d, shortened %d, refused %d, duplicates %d\n",
		c.acknowledged, c.checks, c.present, counts[missing], counts[shortened], counts[refused], counts[duplicate])
	fmt.Fprintf(&b, "events        %d: gaps %d, rewritten %d, untold leases %d, contradictions %d\n",
		c.log.last(), counts[gap], counts[rewritten], counts[untold], counts[mismatch])
	fmt.Fprintf(&b, "webhooks      %d: missing %d, out of order %d, altered %d", c.webhooks, counts[lost], counts[disordered], counts[altered])
	return b.String()
}
