package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

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

// BenchmarkCheckpoint brings 20,000 grants, spread over the leases that are there already, into the database, in the steps that are
// taken while there is time. step-ms is what one transaction takes on average, processor and disk, longest-ms the longest.
func BenchmarkCheckpoint(b *testing.B) {
	for _, stored := range []uint32{0, 60_000} {
		b.Run(fmt.Sprintf("stored=%d", stored), func(b *testing.B) {
			s, err := store.Open(store.Config{Path: filepath.Join(b.TempDir(), "leased.db"), MaxEvents: 50_000})
			if err != nil {
				b.Fatal(err)
			}
			r, err := store.Step(s)
			if err != nil {
				b.Fatal(err)
			}
			all := max(stored, 20_000)
			checkpoint := func(step int) (longest time.Duration, steps int) {
				r.ClosePart()
				last := time.Now()
				if err := r.Checkpoint(func(float64) (int, error) {
					longest = max(longest, time.Since(last))
					steps++
					last = time.Now()
					return step, nil
				}); err != nil {
					b.Fatal(err)
				}
				return longest, steps
			}
			grants := func(n uint32, address func(i uint32) uint32) {
				for i := uint32(0); i < n; {
					var group []engine.Commit
					for range 200 {
						group = append(group, grant(1+address(i)%all, 1))
						i++
					}
					if err := r.Commit(group...); err != nil {
						b.Fatal(err)
					}
				}
			}
			for done := uint32(0); done < stored; done += 20_000 {
				grants(20_000, func(i uint32) uint32 { return done + i })
				checkpoint(4096)
			}
			var longest time.Duration
			steps, at := 0, uint32(0)
			b.ResetTimer()
			for range b.N {
				b.StopTimer()
				grants(20_000, func(uint32) uint32 { at += 1_610_612_741; return at })
				b.StartTimer()
				l, n := checkpoint(384)
				longest, steps = max(longest, l), steps+n
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(steps), "step-ms")
			b.ReportMetric(float64(longest.Microseconds())/1000, "longest-ms")
			b.ReportAllocs()
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
