package decidewire_test

import (
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// seeds are the encodings of full messages and what is peculiar to the format.
func seeds(tb testing.TB) [][]byte {
	all := [][]byte{
		nil,
		{0x12, 0x80},       // half a length
		{0x12, 0x7f, 0x08}, // a length beyond the end
		{0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, // one of 2⁶⁴-1
		{0x12, 0x02, 0x88, 0x00},                               // a key in more octets than it needs, without its value
		{0x12, 0x03, 0x88, 0x00, 0x05},                         // the same with it
		{0x12, 0x06, 0x08, 0x80, 0x80, 0x80, 0x80, 0x70},       // a uint32 beyond 32 bits
		{0x12, 0x04, 0x08, 0x01, 0x08, 0x02},                   // a field twice
		{0x12, 0x03, 0x80, 0x01, 0x05},                         // a field with a key of two octets
		{0x12, 0x04, 0x80, 0x81, 0x00, 0x05},                   // the same in three
		{0x12, 0x05, 0x80, 0x81, 0x80, 0x04, 0x05},             // one that it is in the lower 16 bits alone
		{0x12, 0x07, 0x9a, 0x01, 0x01, 0xff, 0x9a, 0x01, 0x00}, // a server name, then an empty one
		{0x10, 0x01},             // queries as a varint
		{0x0b, 0x08, 0x01, 0x0c}, // a group
		{0x0b, 0x08, 0x01},       // one without an end
		{0x0c},                   // one without a beginning
		{0x02, 0x00},             // field 0
		{0x0a, 0x03, 0x0a, 0x01, 0x61, 0x0a, 0x05, 0x12, 0x03, 0x0a, 0x01, 0x62}, // a Hello in two parts, or two answers
		{0x0a, 0x03, 0x32, 0x01, 0xff},                                           // a reason that is not UTF-8
	}
	var n uint64
	for _, m := range messages() {
		fill(m.ProtoReflect(), &n)
		b, err := proto.Marshal(m)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, b, protowire.AppendVarint(protowire.AppendTag(b, 1000, protowire.VarintType), 1))
	}
	return all
}

// agree demands that the codec takes what protobuf takes, nothing else, and reads and writes it alike. It reads into new messages
// and into those that are used.
func agree(t *testing.T, b []byte, all []proto.Message) {
	t.Helper()
	for _, used := range all {
		want, fresh := used.ProtoReflect().New().Interface(), used.ProtoReflect().New().Interface()
		wantErr := proto.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(b, want)
		for _, got := range []proto.Message{fresh, used} {
			err := decode(got, b)
			if (err == nil) != (wantErr == nil) {
				t.Fatalf("%x: %v, protobuf says %v", b, err, wantErr)
			}
			if err == nil && !proto.Equal(want, got) {
				t.Fatalf("%x is read as %v, want %v", b, got, want)
			}
		}
		if wantErr != nil {
			continue
		}
		again := want.ProtoReflect().New().Interface()
		if err := proto.Unmarshal(encode(t, want), again); err != nil || !proto.Equal(want, again) {
			t.Fatalf("%x is written as %v, %v, want %v", b, again, err, want)
		}
	}
}

// TestDamaged cuts the seeds off at every octet, and changes every one.
func TestDamaged(t *testing.T) {
	used := messages()
	for _, b := range seeds(t) {
		for i := range b {
			agree(t, b[:i], used)
			for _, x := range []byte{0x00, 0x7f, 0x80, 0xff, b[i] + 1, b[i] ^ 0x08, b[i] ^ 0x07} {
				damaged := append([]byte(nil), b...)
				damaged[i] = x
				agree(t, damaged, used)
			}
		}
	}
}

func FuzzCodec(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		used := messages()
		for _, m := range used {
			var n uint64
			fill(m.ProtoReflect(), &n)
		}
		agree(t, b, used)
	})
}
