package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"rollcall/leased/engine"
	"rollcall/leased/store"
)

// BenchmarkCommit writes leases spread over a /16, each with its event, and waits for the disk. The leases are made
// beforehand, so the allocations are those of the store.
func BenchmarkCommit(b *testing.B) {
	for _, n := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("leases=%d", n), func(b *testing.B) {
			s, err := store.Open(store.Config{Path: filepath.Join(b.TempDir(), "leased.db"), MaxEvents: 100_000})
			if err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() { ended <- s.Run(ctx) }()

			done := make(chan struct{}, n)
			pending := make([]*store.Pending, n)
			for i := range pending {
				pending[i] = &store.Pending{Commit: grant(1, 1), Done: func(store.Outcome) { done <- struct{}{} }}
			}
			b.ReportAllocs()
			at := uint32(0)
			for b.Loop() {
				for _, p := range pending {
					at += 40503 // odd, so that all of the /16 comes round
					p.Leases[0].IP = 0x0a000000 + engine.IP(at&0xffff) + 1
					s.Submit(p)
				}
				for range pending {
					<-done
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "leases/s")
			cancel()
			if err := <-ended; err != nil {
				b.Fatal(err)
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
