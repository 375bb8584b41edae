package rpc

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	"rollcall/internal/fault"
)

// domain is the google.rpc.ErrorInfo domain of rollcall's reasons.
const domain = "rollcall"

// The reasons of failures that no service makes itself.
const (
	ReasonUnreachable      = "UNREACHABLE"       // nothing answers at the endpoint
	ReasonStopping         = "STOPPING"          // the service is shutting down
	ReasonDeadlineExceeded = "DEADLINE_EXCEEDED" // the call took too long; it may have taken effect
	ReasonCancelled        = "CANCELLED"         // the caller gave up
	ReasonUnimplemented    = "UNIMPLEMENTED"     // the other side does not know the call
)

const internalText = "internal error; the log of the service that was called says more"

// grpcCodes is the wire form of every fault code.
var grpcCodes = map[fault.Code]codes.Code{
	fault.Invalid:         codes.InvalidArgument,
	fault.NotFound:        codes.NotFound,
	fault.Exists:          codes.AlreadyExists,
	fault.Precondition:    codes.FailedPrecondition,
	fault.Conflict:        codes.Aborted,
	fault.Range:           codes.OutOfRange,
	fault.Exhausted:       codes.ResourceExhausted,
	fault.Denied:          codes.PermissionDenied,
	fault.Unauthenticated: codes.Unauthenticated,
	fault.Unavailable:     codes.Unavailable,
	fault.Corrupt:         codes.DataLoss,
	fault.Internal:        codes.Internal,
}

// faultCode is the inverse of grpcCodes; what has no inverse is internal.
func faultCode(c codes.Code) fault.Code {
	for f, g := range grpcCodes {
		if g == c {
			return f
		}
	}
	return fault.Internal
}

// toStatus returns what crosses the wire for an error of a handler. Errors that are nobody's business become the opaque INTERNAL.
func toStatus(err error) *status.Status {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		switch s, isStatus := status.FromError(err); {
		case errors.Is(err, context.DeadlineExceeded):
			return status.New(codes.DeadlineExceeded, "the call took too long")
		case errors.Is(err, context.Canceled):
			return status.New(codes.Canceled, "the call was cancelled")
		case isStatus && s.Code() != codes.Unknown && s.Code() != codes.Internal:
			return s // made by gRPC's own services, such as health, or by the generated Unimplemented servers
		}
		f = fault.New(fault.Internal, fault.ReasonInternal, internalText)
	}
	code, ok := grpcCodes[f.Code]
	if !ok || code == codes.Internal {
		return status.New(codes.Internal, internalText)
	}
	// A message may quote what a client sent. Protobuf refuses strings that are not UTF-8, and would lose the whole status.
	details := []protoadapt.MessageV1{&errdetails.ErrorInfo{Reason: valid(f.Reason), Domain: domain, Metadata: validMap(f.Meta)}}
	if f.Field != "" {
		details = append(details, &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
			{Field: valid(f.Field), Description: valid(f.Msg), Reason: valid(f.Reason)},
		}})
	}
	s := status.New(code, valid(f.Msg))
	if detailed, err := s.WithDetails(details...); err == nil {
		return detailed
	}
	return s // not reached: WithDetails fails only for strings that are not UTF-8 and for code OK
}

// fromStatus restores the fault behind a status. It does not know the endpoint; see target.explain.
func fromStatus(s *status.Status) *fault.Error {
	switch s.Code() {
	case codes.DeadlineExceeded:
		return fault.New(fault.Unavailable, ReasonDeadlineExceeded, "the call took too long").Wrap(context.DeadlineExceeded)
	case codes.Canceled:
		return fault.New(fault.Unavailable, ReasonCancelled, "the call was cancelled").Wrap(context.Canceled)
	case codes.Unimplemented:
		return fault.New(fault.Precondition, ReasonUnimplemented, "%s; is the other side an older rollcall?", s.Message())
	}
	f := fault.New(faultCode(s.Code()), "", "%s", s.Message())
	for _, d := range s.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			if d.GetDomain() == domain {
				f.Reason, f.Meta = d.GetReason(), d.GetMetadata()
			}
		case *errdetails.BadRequest:
			if v := d.GetFieldViolations(); len(v) > 0 {
				f.Field = v[0].GetField()
			}
		}
	}
	if f.Code == fault.Internal {
		f.Reason = fault.ReasonInternal
	}
	return f
}

func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func validMap(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[valid(k)] = valid(v)
	}
	return out
}
