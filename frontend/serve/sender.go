package serve

import (
	"context"
	"time"

	leasedv1 "rollcall/proto/leased/v1"
)

// sender puts what waits into messages to leased.
type sender struct {
	s       *Server
	st      stream
	version int // of the links leased knows
	ports   []*port
	req     leasedv1.DecideRequest
	batch   []*slot
}

// run sends until the stream fails, or until ctx has ended and nothing is due.
// The error is nil in the second case.
func (w *sender) run(ctx, streamCtx context.Context) error {
	t := w.s.table
	sweep := time.NewTicker(sweepEvery)
	defer sweep.Stop()
	stopping := ctx.Done()
	for {
		now := time.Now()
		w.batch = t.take(w.batch[:0], batchMost, now.Add(-staleAfter))
		if err := w.send(); err != nil {
			return err
		}
		if len(w.batch) > 0 {
			continue
		}
		if stopping == nil {
			if waiting, pending := t.counts(); waiting+pending == 0 {
				return nil
			}
		}
		select {
		case <-t.wake:
		case <-sweep.C:
			if t.expire(time.Now().Add(-unansweredAfter)) > 0 {
				w.s.setSilent(true)
			}
		case <-stopping:
			stopping = nil
			t.refuse()
		case <-streamCtx.Done():
			return streamCtx.Err()
		}
	}
}

// hello sends the links alone.
func (w *sender) hello() error {
	w.refreshHello()
	return w.sendRequest()
}

// send sends the batch, with the links if they have changed.
func (w *sender) send() error {
	w.refreshHello()
	for _, sl := range w.batch {
		if i := sl.port.hello; i < len(w.ports) && w.ports[i] == sl.port {
			sl.query.Link = uint32(i)
			w.req.Queries = append(w.req.Queries, &sl.query)
			continue
		}
		w.s.table.abandon(sl, ReasonLinkDown) // left the configuration
	}
	if len(w.req.Queries) == 0 && w.req.Hello == nil {
		return nil
	}
	return w.sendRequest()
}

func (w *sender) sendRequest() error {
	n := len(w.req.GetQueries())
	err := w.st.Send(&w.req)
	// What Send was given is encoded when it returns; its slots may be gone
	// any moment now.
	clear(w.req.Queries)
	w.req.Queries, w.req.Hello = w.req.Queries[:0], nil
	if n > 0 {
		w.s.metrics.sendBatch.Observe(float64(n))
	}
	return err
}

// refreshHello puts a Hello into the request if leased does not know the links
// as they are.
func (w *sender) refreshHello() {
	s := w.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.ports != nil && w.version == s.version {
		return
	}
	w.version, w.ports = s.version, s.sorted()
	hello := &leasedv1.Hello{Frontend: s.cfg.Frontend, HttpPort: uint32(s.files.http), Tftp: s.files.tftp}
	for i, p := range w.ports {
		p.hello = i
		l := &leasedv1.Link{Name: p.name, Up: p.link() != nil}
		for _, a := range *p.addrs.Load() {
			l.Addresses = append(l.Addresses, a.String())
		}
		hello.Links = append(hello.Links, l)
	}
	w.req.Hello = hello
}
