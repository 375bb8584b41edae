package leased_test

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"rollcall/leased"
	"rollcall/leased/leasedtest"
	"rollcall/leased/store/storetest"
)

// wide is a subnet with room for two million clients.
const wide = `
leased:
  listen: ["unix://SOCKET"]
  probe: {enabled: false}
  limits: {actions: 0}
  subnets:
    - name: wide
      prefix: 10.0.0.0/8
      lease: {time: 1h}
      pools: [{range: 10.0.0.10-10.30.255.250}]
`

// BenchmarkStart opens a database with a million leases. heap-B/lease is what stays in memory for each.
func BenchmarkStart(b *testing.B) {
	const count = 1_000_000
	b.Run(fmt.Sprintf("leases=%d", count), func(b *testing.B) {
		dir := b.TempDir()
		err := storetest.Fill(filepath.Join(dir, "leased.db"), storetest.Leases{
			Subnet: "wide", First: netip.MustParseAddr("10.0.0.10"), Count: count, Ends: time.Now().Add(24 * time.Hour),
		})
		if err != nil {
			b.Fatal(err)
		}
		cfg := leased.Config{Leased: leasedtest.Read(b, dir, wide), DataDir: dir}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		before := heap()
		var held uint64
		b.ReportAllocs()
		for b.Loop() {
			s, err := leased.New(cfg)
			if err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			held = heap() - before
			if err := s.Run(ctx); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		b.ReportMetric(float64(held)/count, "heap-B/lease")
	})
}

func heap() uint64 {
	for range 3 { // what pools hold goes with the third at the latest
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
