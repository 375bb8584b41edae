package rpc

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"rollcall/internal/fault"
	"rollcall/internal/obs"
)

// serverDeadline bounds a unary call whose caller set no deadline.
const serverDeadline = 30 * time.Second

// errStopping is the cause with which the watches' contexts end.
var errStopping = fault.New(fault.Unavailable, ReasonStopping, "the service is stopping; call again")

// call is one call in progress.
type call struct {
	s      *Server
	ctx    context.Context // of this call alone; the struct lives no longer than it
	method string
	stream bool
	peer   string
	began  time.Time
}

// unary is the one interceptor of unary calls: who, how long, and what of a failure the caller may see.
func (s *Server) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (resp any, err error) {
	c := call{s: s, ctx: ctx, method: info.FullMethod, began: time.Now()}
	defer c.end(&err)
	if err := c.authorise(); err != nil {
		return nil, err
	}
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, serverDeadline)
		defer cancel()
	}
	return handler(ctx, req)
}

// stream is the one interceptor of streams. A stream on which only we send is a watch, and ends when the server stops.
func (s *Server) stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	c := call{s: s, ctx: ss.Context(), method: info.FullMethod, stream: true, began: time.Now()}
	s.metrics.opened(c.method)
	defer c.end(&err)
	if err := c.authorise(); err != nil {
		return err
	}
	if info.IsClientStream {
		return handler(srv, ss)
	}
	ctx, cancel := context.WithCancelCause(ss.Context())
	defer cancel(nil)
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-s.stopping:
			cancel(errStopping)
		case <-done:
		}
	}()
	c.ctx = ctx
	return handler(srv, watchStream{ss, ctx})
}

// watchStream is a stream whose context also ends when the server stops.
type watchStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (w watchStream) Context() context.Context { return w.ctx }

// authorise finds out who calls and whether they may.
func (c *call) authorise() error {
	who, err := c.s.roster.callerOf(c.ctx)
	if err != nil {
		return err
	}
	c.peer = who.name
	return who.admit(c.method, allowed(c.s.cfg.Allow, c.method))
}

// end is deferred around the handler: it catches a panic, replaces *err by the status that may cross the wire, logs and counts.
func (c *call) end(err *error) {
	log := c.s.log.With(obs.KeyMethod, c.method, obs.KeyPeer, c.peer)
	if p := recover(); p != nil {
		log.ErrorContext(c.ctx, "handler panicked", obs.KeyErr, fmt.Sprint(p), obs.KeyStack, string(debug.Stack()))
		*err = fault.New(fault.Internal, fault.ReasonInternal, internalText)
	} else if *err != nil && errors.Is(*err, context.Canceled) && errors.Is(context.Cause(c.ctx), errStopping) {
		*err = errStopping
	}
	code := codes.OK
	if *err != nil {
		s := toStatus(*err)
		code = s.Code()
		if code == codes.Internal || code == codes.DataLoss {
			log.ErrorContext(c.ctx, "call failed", obs.KeyErr, *err)
		}
		*err = s.Err()
	}
	took := time.Since(c.began)
	c.s.metrics.ended(c.method, c.stream, code, took)
	log.DebugContext(c.ctx, "call", obs.KeyCode, code, obs.KeyDuration, took)
}
