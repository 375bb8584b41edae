package decidewire

import (
	"slices"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"

	leasedv1 "rollcall/proto/leased/v1"
)

// Codec is gRPC's codec "proto" with a short cut for DecideRequest and DecideResponse. It is stateless and safe for concurrent use.
type Codec struct{}

var _ encoding.CodecV2 = Codec{}

// protobuf is the codec for all other messages; importing proto has registered it.
var protobuf = encoding.GetCodecV2(proto.Name)

// Name returns the content subtype, that of protobuf.
func (Codec) Name() string { return proto.Name }

// Marshal encodes v into memory that goes back to a pool when gRPC has written it. Of v it keeps nothing. Like protobuf's own it
// returns an error for a string that is not UTF-8.
func (Codec) Marshal(v any) (mem.BufferSlice, error) {
	var err error
	o := outgoings.Get().(*outgoing)
	switch m := v.(type) {
	case *leasedv1.DecideRequest:
		n := o.sizeRequest(m)
		o.data, err = o.appendRequest(slices.Grow(o.data[:0], n), m)
	case *leasedv1.DecideResponse:
		n := o.sizeResponse(m)
		o.data, err = o.appendResponse(slices.Grow(o.data[:0], n), m)
	default:
		o.release()
		return protobuf.Marshal(v)
	}
	if err != nil {
		o.release()
		return nil, err
	}
	return o.out(), nil
}

// Unmarshal replaces the content of v by what data encodes, using the memory of v again; see the package comment. After an error v
// holds nothing in particular.
func (Codec) Unmarshal(data mem.BufferSlice, v any) error {
	switch v.(type) {
	case *leasedv1.DecideRequest, *leasedv1.DecideResponse:
	default:
		return protobuf.Unmarshal(data, v)
	}
	if len(data) == 1 {
		return unmarshal(data[0].ReadOnlyData(), v)
	}
	// A message larger than an HTTP/2 frame comes in pieces, whose seams are anywhere.
	o := outgoings.Get().(*outgoing)
	defer o.release()
	n := data.Len()
	o.data = slices.Grow(o.data[:0], n)[:n]
	data.CopyTo(o.data)
	return unmarshal(o.data, v)
}

func unmarshal(b []byte, v any) error {
	if m, ok := v.(*leasedv1.DecideRequest); ok {
		return parseRequest(m, b)
	}
	return parseResponse(v.(*leasedv1.DecideResponse), b)
}
