package client

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"
)

// pace is how long the sender sleeps when it is on time.
const pace = 500 * time.Microsecond

// burst is how much of a run is sent at once at most, where the machine kept the sender from sending for longer. The rest of what
// was missed makes the run longer; a server is measured here, not the depth of its socket.
const burst = 5 * time.Millisecond

// A transaction id has the number of the run in its upper bits, and the place of the
// transaction in the run in the lower ones.
const (
	placeBits = 20
	placeMask = 1<<placeBits - 1
)

// Result is what became of a load.
type Result struct {
	Begun    int             // transactions: exchanges, or renewals
	Finished int             // with an ACK in time
	Refused  int             // with a NAK
	Took     time.Duration   // from the first message to the last
	Delays   []time.Duration // of all answers in time, shortest first
}

// Dropped returns the share of transactions that did not finish, 0 to 1.
func (r *Result) Dropped() float64 {
	if r.Begun == 0 {
		return 1
	}
	return 1 - float64(r.Finished)/float64(r.Begun)
}

// Rate returns how many transactions finished per second.
func (r *Result) Rate() float64 { return float64(r.Finished) / r.Took.Seconds() }

// Quantile returns the delay that the share q of the answers kept, 0 to 1; 0 without
// answers.
func (r *Result) Quantile(q float64) time.Duration {
	if len(r.Delays) == 0 {
		return 0
	}
	return r.Delays[min(int(q*float64(len(r.Delays))), len(r.Delays)-1)]
}

// load is a run of transactions, each of a machine.
type load struct {
	renew    bool
	machines []int          // of the transactions, one after the other, again and again
	sent     []atomic.Int64 // when the last message of a transaction left, since begin; 0 before the first
	begin    time.Time
}

func (l *load) machine(place int) int { return l.machines[place%len(l.machines)] }

// Exchange lets the machines go through exchanges of four messages, one after the
// other, rate of them a second.
func (c *Client) Exchange(ctx context.Context, rate int, d time.Duration) (*Result, error) {
	all := make([]int, len(c.leases))
	for i := range all {
		all[i] = i
	}
	return c.run(ctx, &load{machines: all}, rate, int(float64(rate)*d.Seconds()))
}

// Renew lets those machines that have a lease renew it, rate of them a second.
func (c *Client) Renew(ctx context.Context, rate int, d time.Duration) (*Result, error) {
	l := &load{renew: true}
	for i, lease := range c.leases {
		if lease.ok {
			l.machines = append(l.machines, i)
		}
	}
	if len(l.machines) == 0 {
		return nil, errors.New("no machine has a lease to renew")
	}
	return c.run(ctx, l, rate, int(float64(rate)*d.Seconds()))
}

// Acquire gets a lease for every machine, at the given rate, and asks again for those
// that had no answer.
func (c *Client) Acquire(ctx context.Context, rate int) error {
	const rounds = 10
	for range rounds {
		l := &load{}
		for i, lease := range c.leases {
			if !lease.ok {
				l.machines = append(l.machines, i)
			}
		}
		if len(l.machines) == 0 {
			return nil
		}
		if _, err := c.run(ctx, l, rate, len(l.machines)); err != nil {
			return err
		}
	}
	if n := c.Held(); n < len(c.leases) {
		return fmt.Errorf("only %d of %d machines have a lease after %d attempts", n, len(c.leases), rounds)
	}
	return nil
}

// run begins count transactions and waits for what answers there are.
func (c *Client) run(ctx context.Context, l *load, rate, count int) (*Result, error) {
	if count == 0 || count > placeMask {
		return nil, fmt.Errorf("%d transactions in one run: must be 1 to %d", count, placeMask)
	}
	c.session++
	l.sent, l.begin = make([]atomic.Int64, count), time.Now()
	r := &Result{Begun: count, Delays: make([]time.Duration, 0, 2*count)}
	if err := c.conn.SetReadDeadline(time.Time{}); err != nil {
		return nil, err
	}
	received := make(chan error, 1)
	go func() { received <- c.receive(l, r) }()
	err := c.send(ctx, l, rate)
	r.Took = time.Since(l.begin)
	if err != nil {
		_ = c.conn.SetReadDeadline(time.Now()) // the receiver ends with it, or with the socket
		return nil, errors.Join(err, <-received)
	}
	// The last exchange may still have two answers to come.
	if err := c.conn.SetReadDeadline(time.Now().Add(2 * Patience)); err != nil {
		return nil, err
	}
	if err := <-received; err != nil {
		return nil, err
	}
	slices.Sort(r.Delays)
	return r, nil
}

// send begins the transactions on time.
func (c *Client) send(ctx context.Context, l *load, rate int) error {
	out := c.messages()
	start := l.begin // of the schedule, which shifts
	for place := 0; place < len(l.sent); {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		late := time.Since(start) - time.Duration(float64(place)/float64(rate)*float64(time.Second))
		if late > burst {
			start = start.Add(late - burst)
		}
		due := min(int(time.Since(start).Seconds()*float64(rate))+1, len(l.sent))
		if place == due {
			time.Sleep(pace)
			continue
		}
		n := min(due-place, batch)
		for i := range n {
			out[i].Buffers[0] = c.opening(out[i].Buffers[0], l, place+i)
			l.sent[place+i].Store(int64(time.Since(l.begin)))
		}
		if err := c.write(out[:n]); err != nil {
			return err
		}
		place += n
	}
	return nil
}

// opening writes the first message of a transaction.
func (c *Client) opening(b []byte, l *load, place int) []byte {
	machine := l.machine(place)
	xid, mac := c.session<<placeBits|uint32(place), c.first+uint64(machine)
	if l.renew {
		return renews(message(b, c.relay, xid, mac, request), c.leases[machine].address)
	}
	return asks(message(b, c.relay, xid, mac, discover))
}

// receive takes answers until the deadline of the socket or the last answer, and
// sends what they ask for.
func (c *Client) receive(l *load, r *Result) error {
	in, out := c.messages(), c.messages()
	for r.Finished+r.Refused < r.Begun {
		n, err := c.packet.ReadBatch(in, 0)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		} else if err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		now, replies := time.Since(l.begin), 0
		for i := range n {
			if b, ok := c.take(l, r, now, in[i].Buffers[0][:in[i].N], out[replies].Buffers[0]); ok {
				out[replies].Buffers[0] = b
				replies++
			}
		}
		if err := c.write(out[:replies]); err != nil {
			return err
		}
	}
	return nil
}

// take notes an answer, and writes the message that follows it into b, if one does.
func (c *Client) take(l *load, r *Result, now time.Duration, got, b []byte) ([]byte, bool) {
	a, ok := parse(got)
	place := int(a.xid & placeMask)
	if !ok || a.xid>>placeBits != c.session&(1<<(32-placeBits)-1) || place >= len(l.sent) {
		return nil, false
	}
	sent := l.sent[place].Load()
	delay := now - time.Duration(sent)
	if sent == 0 || delay > Patience {
		return nil, false
	}
	r.Delays = append(r.Delays, delay)
	machine := l.machine(place)
	switch a.kind {
	case offer:
		l.sent[place].Store(int64(now))
		m := message(b, c.relay, a.xid, c.first+uint64(machine), request)
		return selects(m, a.address, a.server), true
	case ack:
		if !l.renew { // else the sender reads them, and they do not change
			c.leases[machine] = held{address: a.address, ok: true}
		}
		r.Finished++
	case nak:
		r.Refused++
	}
	l.sent[place].Store(0) // a second answer is none
	return nil, false
}
