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
	for name, cfg := range map[string]link.Config{
		"raw":    {},
		"udp":    {Mode: link.ModeUDP},
		"tagged": {VLANs: []link.VLANs{{First: 100, Last: 200}}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFar(t)
			f.veth(t, "b-near", "10.7.0.1/24", "b-far", "10.7.0.2/24")
			cfg.Interface = "b-near"
			near, _ := open(t, cfg)
			var far link.Conn
			f.do(t, func() error {
				k := link.NewKernel(nil)
				var err error
				cfg.Interface = "b-far"
				far, err = k.Open(cfg, find(t, k, "b-far"))
				return err
			})
			t.Cleanup(func() { _ = far.Close() })

			out, in := make([]link.Send, 64), make([]link.Received, 64)
			for i := range out {
				out[i] = link.Send{
					Payload: make([]byte, 300), L2: i%2 == 0, HW: [6]byte{255, 255, 255, 255, 255, 255},
					Src: netip.MustParseAddrPort("10.7.0.1:67"), Dst: netip.MustParseAddrPort("10.7.0.2:67"),
				}
				if len(cfg.VLANs) > 0 && out[i].L2 {
					out[i].Tags = link.Tags{{TPID: 0x8100, TCI: 100}, {TPID: 0x8100, TCI: uint16(i)}}
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
