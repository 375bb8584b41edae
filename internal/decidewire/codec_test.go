package decidewire_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"

	"rollcall/internal/decidewire"
	leasedv1 "rollcall/proto/leased/v1"
)

// messages are the two of the stream, empty.
func messages() []proto.Message {
	return []proto.Message{new(leasedv1.DecideRequest), new(leasedv1.DecideResponse)}
}

// fill sets every field there is, to a value that *n makes different from all others.
func fill(m protoreflect.Message, n *uint64) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		set(m, fields.Get(i), n)
	}
}

// set sets one field and everything below it. A list gets two elements and an empty one between them.
func set(m protoreflect.Message, fd protoreflect.FieldDescriptor, n *uint64) {
	switch {
	case fd.IsList() && fd.Kind() == protoreflect.MessageKind:
		list := m.Mutable(fd).List()
		for i := range 3 {
			e := list.AppendMutable().Message()
			if i != 1 {
				fill(e, n)
			}
		}
	case fd.IsList():
		m.Mutable(fd).List().Append(scalar(fd, n))
	case fd.Kind() == protoreflect.MessageKind:
		fill(m.Mutable(fd).Message(), n)
	default:
		m.Set(fd, scalar(fd, n))
	}
}

func scalar(fd protoreflect.FieldDescriptor, n *uint64) protoreflect.Value {
	*n++
	switch fd.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(-1) // an int32 of ten octets
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(fmt.Sprint("é", *n))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(fmt.Append(nil, *n))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(uint32(*n) << 24)
	}
	panic("a kind of field that the codec does not know: " + fd.Kind().String())
}

// encode returns what the codec makes of m.
func encode(t *testing.T, m proto.Message) []byte {
	t.Helper()
	data, err := decidewire.Codec{}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	defer data.Free()
	return data.Materialize()
}

// decode has the codec fill m.
func decode(m proto.Message, b []byte) error {
	return decidewire.Codec{}.Unmarshal(mem.BufferSlice{mem.SliceBuffer(b)}, m)
}

// same demands that the codec writes want as protobuf reads it, and reads it as protobuf writes it into a message that holds used.
func same(t *testing.T, want, used proto.Message) {
	t.Helper()
	got, data := want.ProtoReflect().New().Interface(), encode(t, want)
	if err := proto.Unmarshal(data, got); err != nil {
		t.Fatal(err)
	}
	if len(data) != proto.Size(want) {
		t.Errorf("%v is written in %d octets, by protobuf in %d", want, len(data), proto.Size(want))
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
	b, err := proto.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	for name, into := range map[string]proto.Message{"fresh": want.ProtoReflect().New().Interface(), "used": proto.Clone(used)} {
		if err := decode(into, b); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, into, protocmp.Transform()); diff != "" {
			t.Errorf("read into a %s message (-want +got):\n%s", name, diff)
		}
	}
}

// TestEveryField goes by the descriptors, so that a field that is added to the .proto fails it until the codec has it too.
func TestEveryField(t *testing.T) {
	for _, full := range messages() {
		var n uint64
		fill(full.ProtoReflect(), &n)
		empty := full.ProtoReflect().New().Interface()
		same(t, full, full)
		same(t, empty, full)
		fields := full.ProtoReflect().Descriptor().Fields()
		for i := range fields.Len() {
			fd := fields.Get(i)
			one := full.ProtoReflect().New()
			set(one, fd, &n)
			same(t, one.Interface(), full)
			below := fd.Message().Fields()
			for j := range below.Len() {
				alone := full.ProtoReflect().New()
				if fd.IsList() {
					set(alone.Mutable(fd).List().AppendMutable().Message(), below.Get(j), &n)
				} else {
					set(alone.Mutable(fd).Message(), below.Get(j), &n)
				}
				same(t, alone.Interface(), full)
			}
		}
	}
}

// TestUsedAgain receives batches of growing and shrinking size into one message.
func TestUsedAgain(t *testing.T) {
	used := new(leasedv1.DecideRequest)
	var first *leasedv1.Query
	for _, n := range []int{3, 1, 0, 7, 2, 7} {
		want := new(leasedv1.DecideRequest)
		for i := range n {
			want.Queries = append(want.Queries, &leasedv1.Query{Id: uint32(10*n + i), Options: bytes.Repeat([]byte{byte(n)}, 5*i)})
		}
		if err := decode(used, encode(t, want)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, used, protocmp.Transform()); diff != "" {
			t.Errorf("%d queries (-want +got):\n%s", n, diff)
		}
		if first == nil {
			first = used.Queries[0]
		} else if n > 0 && used.Queries[0] != first {
			t.Errorf("%d queries: the first is not the one that was there", n)
		}
	}
}

func TestMessageOwnsItsMemory(t *testing.T) {
	for _, want := range messages() {
		var n uint64
		fill(want.ProtoReflect(), &n)
		b, got := encode(t, want), want.ProtoReflect().New().Interface()
		if err := decode(got, b); err != nil {
			t.Fatal(err)
		}
		clear(b)
		if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
			t.Errorf("after its input has gone (-want +got):\n%s", diff)
		}
	}
}

// TestPieces cuts a message in two at every place.
func TestPieces(t *testing.T) {
	for _, want := range messages() {
		var n uint64
		fill(want.ProtoReflect(), &n)
		b := encode(t, want)
		for i := range b {
			got := want.ProtoReflect().New().Interface()
			pieces := mem.BufferSlice{mem.SliceBuffer(b[:i]), mem.SliceBuffer(b[i:])}
			if err := (decidewire.Codec{}).Unmarshal(pieces, got); err != nil {
				t.Fatalf("cut at %d: %v", i, err)
			}
			if !proto.Equal(want, got) {
				t.Fatalf("cut at %d: %v, want %v", i, got, want)
			}
		}
		if err := (decidewire.Codec{}).Unmarshal(nil, want); err != nil || proto.Size(want) != 0 {
			t.Errorf("nothing is read as %v, %v", want, err)
		}
	}
}

// TestLargest sends more than is kept for the next message, and then less.
func TestLargest(t *testing.T) {
	for _, size := range []int{1, 1 << 20, 300} {
		want, got := &leasedv1.DecideResponse{Answers: []*leasedv1.Answer{{Options: bytes.Repeat([]byte{1}, size)}}}, new(leasedv1.DecideResponse)
		if err := decode(got, encode(t, want)); err != nil || !proto.Equal(want, got) {
			t.Errorf("an answer with %d octets of options is not what it was: %v", size, err)
		}
	}
}

func TestTextThatIsNotUTF8(t *testing.T) {
	for _, m := range []proto.Message{
		&leasedv1.DecideRequest{Hello: &leasedv1.Hello{Frontend: "\xff"}},
		&leasedv1.DecideResponse{Answers: []*leasedv1.Answer{{Reason: "\xff"}}},
		&leasedv1.DecideResponse{Answers: []*leasedv1.Answer{{Sname: "\xff"}}},
		&leasedv1.DecideResponse{Answers: []*leasedv1.Answer{{File: "\xff"}}},
	} {
		if _, err := (decidewire.Codec{}).Marshal(m); err == nil {
			t.Errorf("%v is written", m)
		}
	}
}

func TestOtherMessagesGoToProtobuf(t *testing.T) {
	want, got := &leasedv1.WatchRequest{After: 7, Kinds: []string{"lease.*"}}, new(leasedv1.WatchRequest)
	if err := decode(got, encode(t, want)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := (decidewire.Codec{}).Marshal("no message"); err == nil {
		t.Error("a string is written")
	}
}
