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
	r := &replier{s: s, held: held{s: s}}
	defer r.held.end()
	var resp leasedv1.DecideResponse
	for {
		if err := st.RecvMsg(&resp); err != nil {
			return err
		}
		s.setSilent(false)
		r.handle(resp.GetAnswers())
	}
}
