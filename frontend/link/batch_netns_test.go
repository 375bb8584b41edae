//go:build netns

package link_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"

	"rollcall/frontend/link"
)

// Reading and writing a batch allocates nothing; the rest of a packet's way is
// not so lucky.
func TestBatchesDoNotAllocate(t *testing.T) {
	for _, mode := range modes() {
		t.Run(mode.String(), func(t *testing.T) {
			f := newFar(t)
			f.veth(t, "b-near", "10.7.0.1/24", "b-far", "10.7.0.2/24")
			near, _ := open(t, link.Config{Interface: "b-near", Mode: mode})
			var far link.Conn
			f.do(t, func() error {
				k := link.NewKernel(nil)
				var err error
				far, err = k.Open(link.Config{Interface: "b-far", Mode: mode}, find(t, k, "b-far"))
				return err
			})
			t.Cleanup(func() { _ = far.Close() })

			out, in := make([]link.Send, 64), make([]link.Received, 64)
			for i := range out {
				out[i] = link.Send{
					Payload: make([]byte, 300), L2: i%2 == 0, HW: [6]byte{255, 255, 255, 255, 255, 255},
					Src: netip.MustParseAddrPort("10.7.0.1:67"), Dst: netip.MustParseAddrPort("10.7.0.2:67"),
				}
			}
			var fault error
			exchange := func() {
				n, err := near.WriteBatch(out)
				if n != len(out) {
					fault = fmt.Errorf("%d of %d sent: %w", n, len(out), errors.Join(err, out[0].Err, out[1].Err))
				}
				for n := 0; n < len(out) && fault == nil; {
					var m int
					m, fault = far.ReadBatch(in)
					n += m
				}
			}
			exchange()
			if n := testing.AllocsPerRun(100, exchange); n != 0 || fault != nil {
				t.Errorf("%v allocations for %d datagrams (%v), want 0", n, len(out), fault)
			}
		})
	}
}
