package perfdhcp

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"rollcall/internal/lab"
)

// FirstMAC is the hardware address of the first client, unless a Load says otherwise.
const FirstMAC = 0x000c01020304

// Exit statuses that come with statistics.
const (
	exitDone    = 0
	exitDropped = 3
)

// grace is how long perfdhcp may take beyond its load, to start and to count.
const grace = 15 * time.Second

// Load is what perfdhcp is asked to do.
type Load struct {
	Server    string // address
	Clients   int
	Rate      int           // exchanges per second; not of an avalanche
	Time      time.Duration // whole seconds; of an avalanche the limit
	FirstMAC  uint64        // 0: FirstMAC
	Wait      time.Duration // for answers after the last question; without, what is under way at the end is a drop
	Avalanche bool          // all clients at once, each until it is served
}

func (l Load) args(ifname string) []string {
	args := []string{"perfdhcp", "-4", "-l", ifname, "-R", strconv.Itoa(l.Clients)}
	if l.FirstMAC != 0 {
		args = append(args, "-b", "mac="+MAC(l.FirstMAC))
	}
	if l.Wait > 0 {
		args = append(args, "-W", strconv.FormatInt(l.Wait.Microseconds(), 10))
	}
	if l.Avalanche {
		return append(args, "--scenario", "avalanche", l.Server)
	}
	return append(args, "-r", strconv.Itoa(l.Rate), "-p", strconv.Itoa(int(l.Time.Seconds())), l.Server)
}

// MAC writes the lower 48 bits of a number as a hardware address.
func MAC(n uint64) string {
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", byte(n>>40), byte(n>>32), byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

// Run runs perfdhcp on a host, which has the address of the relay on its interface.
// Its output goes to a file in dir.
func Run(ctx context.Context, host *lab.Host, dir string, load Load) (*Result, error) {
	log := filepath.Join(dir, "perfdhcp.out")
	if err := os.Remove(log); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the last output: %w", err)
	}
	before, err := rcvbufErrors(host)
	if err != nil {
		return nil, err
	}
	p, err := host.Start("perfdhcp", log, load.args(host.Interface)...)
	if err != nil {
		return nil, err
	}
	limit := time.NewTimer(load.Time + grace)
	defer limit.Stop()
	select {
	case <-p.Ended():
	case <-ctx.Done():
		p.Kill()
		return nil, context.Cause(ctx)
	case <-limit.C:
		p.Kill()
		return nil, fmt.Errorf("perfdhcp did not end within %v", load.Time+grace)
	}
	output, err := os.ReadFile(log)
	if err != nil {
		return nil, err
	}
	if code := p.ExitCode(); code != exitDone && code != exitDropped {
		return nil, fmt.Errorf("perfdhcp ended with status %d: %s", code, last(output))
	}
	r, err := Parse(output)
	if err != nil {
		return nil, err
	}
	if load.Wait > 0 {
		// perfdhcp takes the time that it waited for time that it asked.
		r.Rate = float64(r.Ack.Received) / load.Time.Seconds()
	}
	after, err := rcvbufErrors(host)
	r.Lost = after - before
	return r, err
}
