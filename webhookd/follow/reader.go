package follow

import (
	"context"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"

	leasedv1 "rollcall/proto/leased/v1"
	"rollcall/webhookd/queue"
)

// reader is one stream of events.
type reader struct {
	follower *Follower
	stream   grpc.ServerStreamingClient[leasedv1.WatchResponse]
	cursor   queue.Position // up to which the stream was read; the queue's may be behind by unwanted events
	end      uint64         // of leased's log, as far as known
	stored   time.Time      // when the queue's cursor was last moved
	restart  atomic.Bool    // the endpoints changed and the stream was cut for it
}

// run stores what comes until the stream ends; nil means that the stream is to be made again at once.
func (r *reader) run() error {
	for {
		res, err := r.stream.Recv()
		if err != nil {
			// Nobody is to get again what was passed, least of all an endpoint that is added before the next stream.
			if kept := r.keep(); kept != nil {
				return kept
			}
			if r.restart.Load() {
				r.follower.choosy = true // the new endpoints may want only kinds that leased knows
				return nil
			}
			return r.follower.refused(err)
		}
		r.follower.stands(r.cursor)
		if err := r.take(res); err != nil {
			return err
		}
	}
}

// attend cuts the stream when the endpoints change, and meanwhile watches how far the log is ahead.
func (r *reader) attend(ctx context.Context, cut context.CancelFunc, changed <-chan struct{}) {
	f := r.follower
	stands := time.NewTimer(standsAfter)
	defer stands.Stop()
	lag := time.NewTicker(lagEvery)
	defer lag.Stop()
	for {
		select {
		case <-changed:
			r.restart.Store(true)
			cut()
			return
		case <-stands.C:
			f.stands(f.cfg.Queue.Cursor())
		case <-lag.C:
			res, err := f.cfg.Client.List(ctx, &leasedv1.EventServiceListRequest{Newest: true, Limit: 1})
			if err == nil { // the stream tells when leased is away
				f.metrics.moved(f.cfg.Queue.Cursor().Sequence(), res.GetLast())
			}
		case <-ctx.Done():
			return
		}
	}
}

// take stores the deliveries of one message together with the cursor.
func (r *reader) take(res *leasedv1.WatchResponse) error {
	f := r.follower
	cursor := max(r.cursor, r.cursor.At(res.GetCursor()))
	f.mu.Lock()
	endpoints := f.endpoints
	f.mu.Unlock()
	var deliveries []queue.Delivery
	for _, e := range res.GetEvents() {
		p := r.cursor.At(e.GetSequence())
		if p <= r.cursor {
			continue // already taken over
		}
		cursor = max(cursor, p)
		var body []byte
		for i := range endpoints {
			if !endpoints[i].Wants(e.GetKind()) {
				continue
			}
			if body == nil {
				var err error
				if body, err = f.cfg.Document(e); err != nil {
					return fatalError{err}
				}
			}
			deliveries = append(deliveries, queue.Delivery{
				Endpoint: endpoints[i].Name, Position: p, Kind: e.GetKind(), Machine: e.GetMachine().GetHardware(),
				Time: e.GetTime().AsTime(), Body: body,
			})
		}
	}
	r.cursor = cursor
	now := time.Now()
	if len(deliveries) == 0 && now.Sub(r.stored) < idleSync {
		return nil // after a crash these events come again and are passed again
	}
	if err := f.cfg.Queue.TakeOver(context.Background(), cursor, now, deliveries); err != nil {
		return fatalError{err}
	}
	r.stored = now
	f.metrics.taken.Add(float64(len(res.GetEvents())))
	if n := len(res.GetEvents()); n > 0 {
		f.metrics.event(res.GetEvents()[n-1].GetTime().AsTime())
	}
	r.end = max(r.end, cursor.Sequence())
	f.metrics.moved(cursor.Sequence(), r.end)
	return nil
}

// keep stores the cursor if the queue's is behind.
func (r *reader) keep() error {
	if r.cursor == r.follower.cfg.Queue.Cursor() {
		return nil
	}
	return r.follower.move(r.cursor)
}
