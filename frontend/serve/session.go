package serve

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/obs"
	leasedv1 "rollcall/proto/leased/v1"
)

// Waiting before a stream is opened again.
const (
	retryFirst = 50 * time.Millisecond
	retryMost  = time.Second
	// trustAfter is how long a stream must have lasted to count for
	// readiness: one that leased refuses opens like any other.
	trustAfter = 250 * time.Millisecond
)

type stream = grpc.BidiStreamingClient[leasedv1.DecideRequest, leasedv1.DecideResponse]

// Run keeps a stream to leased until ctx ends; then it admits nothing new,
// waits a moment for the answers that are due, and returns nil.
func (s *Server) Run(ctx context.Context) error {
	out := outage{s: s}
	for ctx.Err() == nil {
		began := time.Now()
		err := s.session(ctx)
		s.table.forget()
		if ctx.Err() != nil {
			break
		}
		s.setState(err)
		wait := time.NewTimer(out.after(ctx, err, time.Since(began)))
		select {
		case <-ctx.Done():
		case <-wait.C:
		}
		wait.Stop()
	}
	s.setState(errors.New("the frontend is stopping"))
	return nil
}

// outage says how long to wait between streams and what to log about them.
type outage struct {
	s       *Server
	since   time.Time
	backoff time.Duration
	said    string // the last error that was logged
}

// after takes the end of a stream into account that lasted so long, and returns
// the time to wait.
func (o *outage) after(ctx context.Context, err error, lasted time.Duration) time.Duration {
	if lasted >= trustAfter || o.since.IsZero() {
		o.since, o.backoff, o.said = time.Now(), retryFirst, ""
	}
	// A stream that was in use is missed at once; one that takes a moment to
	// come, as when both processes start, is no news. Each error is said once.
	if text := err.Error(); text != o.said && (lasted >= trustAfter || time.Since(o.since) >= retryMost) {
		o.said = text
		o.s.log.WarnContext(ctx, "no stream to leased; nothing is answered", obs.KeyErr, err)
	}
	wait := jitter(o.backoff)
	o.backoff = min(2*o.backoff, retryMost)
	return wait
}

// jitter returns a time between half of d and d: frontends of one leased must
// not come back in step.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d/2+1) }

// session is one stream, from its opening to its end. The error says why it
// ended; it is nil after a drain.
func (s *Server) session(ctx context.Context) error {
	// The stream outlives ctx by the time it takes to drain.
	streamCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(drainMost, cancel) })
	defer stop()

	st, err := s.cfg.Client.Decide(streamCtx)
	if err != nil {
		return err
	}
	sender := &sender{s: s, st: st}
	// Leased knows the frontend and its links before the first query.
	if err := sender.hello(); err != nil {
		return streamError(st, err)
	}
	received := make(chan error, 1)
	go func() { received <- s.receiveAnswers(st) }()

	s.metrics.streams.Inc()
	s.table.admit()
	sent := make(chan error, 1)
	go func() { sent <- sender.run(ctx, streamCtx) }()
	trusted := time.NewTimer(trustAfter)
	defer trusted.Stop()
	for {
		select {
		case <-trusted.C:
			s.setState(nil)
			s.log.InfoContext(ctx, "stream to leased is open")
			continue
		case err = <-received:
			cancel()
			<-sent
		case err = <-sent:
			cancel()
			// A failed Send says io.EOF; why, only the receiver learns.
			if rerr := <-received; errors.Is(err, io.EOF) {
				err = rerr
			}
		}
		if errors.Is(err, io.EOF) {
			err = errors.New("it ended the stream")
		}
		return err
	}
}

// streamError returns why a Send failed.
func streamError(st stream, err error) error {
	if !errors.Is(err, io.EOF) {
		return err
	}
	_, err = st.Recv()
	return err
}

// receiveAnswers replies until the stream ends.
func (s *Server) receiveAnswers(st stream) error {
	r := &replier{s: s}
	var resp leasedv1.DecideResponse
	for {
		if err := st.RecvMsg(&resp); err != nil {
			return err
		}
		s.setSilent(false)
		r.handle(resp.GetAnswers())
	}
}

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
	hello := &leasedv1.Hello{Frontend: s.cfg.Frontend}
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
