//go:build !race

// The race detector makes every pool forget at random.

package decidewire_test

import (
	"testing"

	"google.golang.org/grpc/mem"

	"rollcall/internal/decidewire"
)

// TestSteadyStateAllocatesNothing sends messages of one size, and receives into one message.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	for _, n := range []uint32{1, 8, 64} {
		for _, m := range batches(n) {
			data, into := mem.BufferSlice{mem.SliceBuffer(encode(t, m.Message))}, m.ProtoReflect().New().Interface()
			for name, once := range map[string]func(){
				"writing": func() {
					out, err := decidewire.Codec{}.Marshal(m.Message)
					if err != nil {
						t.Fatal(err)
					}
					out.Free()
				},
				"reading": func() {
					if err := (decidewire.Codec{}).Unmarshal(data, into); err != nil {
						t.Fatal(err)
					}
				},
			} {
				if got := testing.AllocsPerRun(100, once); got != 0 {
					t.Errorf("%s %d in a %s allocates %v times", name, n, m.name, got)
				}
			}
		}
	}
}
