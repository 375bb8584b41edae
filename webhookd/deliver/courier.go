package deliver

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"rollcall/internal/obs"
	"rollcall/webhookd/queue"
)

// courier delivers to one endpoint: one dispatching goroutine, and one for each attempt under way.
type courier struct {
	ep      Endpoint
	queue   *queue.Queue
	client  *client
	gate    gate
	log     *slog.Logger
	metrics *Metrics
	fail    func(error) // told of an error of the queue; never blocks

	slots    chan struct{} // has room for one value for each attempt that may be under way
	attempts sync.WaitGroup
	swept    time.Time // when old deliveries were last looked for; used by dispatch only
}

func newCourier(ep Endpoint, q *queue.Queue, log *slog.Logger, metrics *Metrics, fail func(error)) *courier {
	metrics.expect(ep.Name)
	return &courier{
		ep: ep, queue: q, client: newClient(ep), log: log.With(obs.KeyEndpoint, ep.Name), metrics: metrics, fail: fail,
		slots: make(chan struct{}, workers),
	}
}

// dispatch starts attempts until ctx ends. Attempts themselves end with hard.
func (c *courier) dispatch(ctx, hard context.Context) {
	for {
		select {
		case c.slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		d, ok, err := c.next(ctx)
		if err != nil {
			c.fail(err)
		}
		if !ok {
			<-c.slots
			return
		}
		c.attempts.Go(func() {
			defer func() { <-c.slots }()
			if err := c.attempt(hard, &d); err != nil {
				c.fail(err)
			}
		})
	}
}

// next waits until a delivery may be attempted and claims it; ok is false when ctx has ended or the queue has failed.
func (c *courier) next(ctx context.Context) (d queue.Delivery, ok bool, err error) {
	wake := c.queue.Wake(c.ep.Name)
	for ctx.Err() == nil {
		now := time.Now()
		open, wait := c.gate.enter(now)
		if open {
			if d, ok, wait, err = c.queue.Claim(c.ep.Name, now); ok {
				return d, true, nil
			}
			c.gate.leave()
			if err != nil {
				return d, false, err
			}
		} else if wait, err = c.sweep(ctx, now, wait); err != nil {
			return d, false, err
		}
		pause(ctx, wake, now, wait)
	}
	return d, false, nil
}

// pause returns at a time, unless it is zero, or when something happens in the queue, or when ctx ends.
func pause(ctx context.Context, wake <-chan struct{}, now, until time.Time) {
	var due <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(until.Sub(now))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-wake:
	case <-due:
	case <-ctx.Done():
	}
}

// sweep makes dead letters of what has outlived the retry window while the endpoint is held back, every now and then. It returns
// when to look again, which is not after wait.
func (c *courier) sweep(ctx context.Context, now, wait time.Time) (time.Time, error) {
	every := min(max(c.ep.MaxAge/10, 100*time.Millisecond), time.Minute)
	due := c.swept.Add(every)
	if !now.Before(due) {
		c.swept, due = now, now.Add(every)
		problem, _ := c.gate.shut()
		n, err := c.queue.Expire(ctx, c.ep.Name, now.Add(-c.ep.MaxAge), "never sent, because the endpoint was held back: "+problem)
		if n > 0 {
			c.metrics.deliveries.WithLabelValues(c.ep.Name, resultExpired).Add(float64(n))
			c.log.Warn("gave up deliveries that waited too long", obs.KeyCount, n, obs.KeyReason, problem)
		}
		if err != nil && ctx.Err() == nil {
			return wait, err
		}
	}
	if wait.IsZero() || due.Before(wait) {
		return due, nil
	}
	return wait, nil
}

// attempt posts a claimed delivery and settles it. It returns errors of the queue only.
func (c *courier) attempt(ctx context.Context, d *queue.Delivery) error {
	began := time.Now()
	r := c.client.post(ctx, d)
	now := time.Now()
	if ctx.Err() != nil && r.outcome != Delivered {
		c.gate.leave()
		c.queue.Release(d) // we gave up, not the receiver
		return nil
	}
	c.metrics.attempts.WithLabelValues(c.ep.Name, string(r.outcome)).Inc()
	c.metrics.seconds.WithLabelValues(c.ep.Name).Observe(now.Sub(began).Seconds())
	c.log.Debug("attempt", obs.KeyDelivery, d.ID, obs.KeyAttempt, d.Attempts+1, obs.KeyReason, r.outcome, obs.KeyErr, r.problem,
		obs.KeyDuration, now.Sub(began))

	// The gate before the queue: settling wakes the dispatcher, which must see the gate as it is now.
	turned := c.gate.ended(r, began, now)
	c.announce(turned, r)
	if turned == opened {
		c.queue.Hurry(c.ep.Name)
	}
	return c.settle(context.WithoutCancel(ctx), d, r, now)
}

// settle writes what came of an attempt. Until it has, the delivery counts as not made.
func (c *courier) settle(ctx context.Context, d *queue.Delivery, r result, now time.Time) error {
	if r.outcome == Delivered {
		if err := c.queue.Delivered(ctx, d); err != nil {
			return err
		}
		c.metrics.deliveries.WithLabelValues(c.ep.Name, resultDelivered).Inc()
		return nil
	}
	next, again := Next(rand.Float64(), int(d.Attempts)+1, d.Queued, now, c.ep.MaxAge, r.retryAfter)
	if again {
		return c.queue.Retry(ctx, d, next, r.problem)
	}
	if err := c.queue.Bury(ctx, d, r.problem); err != nil {
		return err
	}
	c.metrics.deliveries.WithLabelValues(c.ep.Name, resultGaveUp).Inc()
	c.log.Warn("gave up a delivery; it is a dead letter now", obs.KeyDelivery, d.ID, obs.KeyKind, d.Kind, obs.KeyErr, r.problem)
	return nil
}

// announce logs that the endpoint is in trouble, once, and that it is not any more.
func (c *courier) announce(turned turn, r result) {
	switch {
	case turned == opened:
		c.log.Info("endpoint answers again")
	case turned == closed && r.outcome == Gone:
		c.log.Warn("endpoint wants no more webhooks; nothing is sent until the configuration is loaded again", obs.KeyErr, r.problem)
	case turned == closed:
		c.log.Warn("endpoint is in trouble; deliveries wait and it is tried now and then", obs.KeyErr, r.problem)
	}
}
