package rpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"syscall"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"rollcall/internal/fault"
)

// unary gives a call a deadline and its error the form of a fault.
func (t *target) unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn,
	invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, clientDeadline)
		defer cancel()
	}
	return t.explain(method, invoke(ctx, method, req, reply, cc, opts...))
}

func (t *target) stream(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string,
	open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	cs, err := open(ctx, desc, cc, method, opts...)
	if err != nil {
		return nil, t.explain(method, err)
	}
	return clientStream{cs, t, method}, nil
}

// clientStream gives the errors of a stream the form of faults.
type clientStream struct {
	grpc.ClientStream
	target *target
	method string
}

func (s clientStream) Header() (metadata.MD, error) {
	md, err := s.ClientStream.Header()
	return md, s.target.explain(s.method, err)
}

func (s clientStream) CloseSend() error {
	return s.target.explain(s.method, s.ClientStream.CloseSend())
}

// SendMsg returns io.EOF when the stream is broken; RecvMsg then says why.
func (s clientStream) SendMsg(m any) error {
	return s.target.explain(s.method, s.ClientStream.SendMsg(m))
}

func (s clientStream) RecvMsg(m any) error {
	return s.target.explain(s.method, s.ClientStream.RecvMsg(m))
}

// explain turns the error of a call into a fault. io.EOF, which is how a stream ends well, stays as it is.
func (t *target) explain(method string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	s, ok := status.FromError(err)
	if !ok {
		s = status.FromContextError(err)
	}
	f := fromStatus(s)
	if s.Code() == codes.Unavailable && f.Reason == "" { // the other side gives a reason, so this is from the transport
		return t.unreachable(method, s)
	}
	return f
}

// unreachable says that nobody answers, why, and what to do about it.
func (t *target) unreachable(method string, s *status.Status) error {
	name, remedy := "the service", "is it running?"
	if pkg, _, _ := strings.Cut(strings.TrimPrefix(method, "/"), "."); pkg == "leased" || pkg == "webhookd" {
		name, remedy = pkg, fmt.Sprintf("is `rollcall %s` (or `rollcall up`) running?", pkg)
	}
	cause := errors.New(s.Message())
	if failed := t.failed.Load(); failed != nil {
		cause = *failed
	}
	switch {
	case errors.Is(cause, fs.ErrNotExist), errors.Is(cause, syscall.ECONNREFUSED):
		// Nobody listens; the remedy says it all.
	case errors.Is(cause, fs.ErrPermission):
		remedy = "permission denied; run as a member of the socket's group, or as root"
	case strings.Contains(cause.Error(), "closing transport"), strings.Contains(cause.Error(), "error reading from server"):
		remedy = "it closed the connection; " + remedy
	case strings.Contains(cause.Error(), "tls: "):
		remedy = bare(cause.Error()) + "; check certificate, key and authorities on both sides"
	default:
		if t.ep.Network == NetworkTCP && t.failed.Load() == nil {
			// TLS 1.3 lets the caller think it is connected before the other side has looked at its certificate.
			remedy += " Does it trust this certificate?"
		}
		remedy = bare(cause.Error()) + "; " + remedy
	}
	return fault.New(fault.Unavailable, ReasonUnreachable, "cannot reach %s at %s: %s", name, t.ep, remedy)
}

// bare takes gRPC's wrapping (connection error: desc = "…") off the text that matters.
func bare(text string) string {
	quoted, ok := strings.CutPrefix(text, "connection error: desc = ")
	if inner, err := strconv.Unquote(quoted); ok && err == nil {
		text = inner
	}
	return strings.TrimPrefix(text, "transport: ")
}
