package probe_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mdlayher/arp"

	"rollcall/leased/probe"
)

func TestScan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		var want []probe.Host
		want = append(want, probe.Host{Addr: addr("10.99.0.1"), HW: ourHW})
		for i, a := range []string{"10.99.0.2", "10.99.0.60", "10.99.0.61", "10.99.0.254"} {
			hw := net.HardwareAddr{0x02, 0, 0, 0, 1, byte(i)}
			w.hosts[addr(a)] = hw
			want = append(want, probe.Host{Addr: addr(a), HW: hw})
		}
		w.deaf[addr("10.99.0.61")] = 1
		w.hosts[addr("10.99.1.5")] = hostHW // outside the range
		b := start(t, w)
		got, err := b.Scan(t.Context(), addr("10.99.0.1"), addr("10.99.0.254"), 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, byAddr); diff != "" {
			t.Errorf("hosts (-want +got):\n%s", diff)
		}
		asked := make(map[netip.Addr]int)
		for _, q := range w.questions() {
			asked[q.Target]++
		}
		for a, n := range map[string]int{
			"10.99.0.1":   0, // ours
			"10.99.0.60":  1, // answered
			"10.99.0.61":  2, // deaf the first time
			"10.99.0.100": 2, // nobody
			"10.99.0.255": 0, // not asked for
		} {
			if asked[addr(a)] != n {
				t.Errorf("%s was asked for %d times, want %d", a, asked[addr(a)], n)
			}
		}
	})
}

// If two hosts have one address, the first to answer is reported, once.
func TestScanDuplicate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		a := addr("10.99.0.60")
		for _, hw := range []net.HardwareAddr{hostHW, {0x02, 0, 0, 0, 0, 0xbb}, hostHW} {
			w.frames <- frame(arp.OperationReply, hw, a, ourHW, netip.IPv4Unspecified())
		}
		got, err := start(t, w).Scan(t.Context(), addr("10.99.0.50"), addr("10.99.0.70"), 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]probe.Host{{Addr: a, HW: hostHW}}, got, byAddr); diff != "" {
			t.Errorf("hosts (-want +got):\n%s", diff)
		}
	})
}

// Scans that run together send no faster than one.
func TestScanPace(t *testing.T) {
	const rate = 100
	for _, scans := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			w := newWire()
			b := start(t, w)
			begin := time.Now()
			ended := make(chan error)
			for range scans {
				go func() {
					_, err := b.Scan(t.Context(), addr("10.99.0.101"), addr("10.99.0.150"), rate, time.Second)
					ended <- err
				}()
			}
			for range scans {
				if err := <-ended; err != nil {
					t.Error(err)
				}
			}
			sent := w.questions()
			if len(sent) != scans*2*50 {
				t.Fatalf("%d probes sent, want %d", len(sent), scans*2*50)
			}
			for i, q := range sent {
				if most := q.At.Sub(begin).Seconds()*rate + 1; float64(i+1) > most+0.001 {
					t.Fatalf("%d scans: %d probes sent in %v", scans, i+1, q.At.Sub(begin))
				}
			}
			// Two rounds and two waits, and nothing else.
			want := time.Duration(scans*100)*time.Second/rate + 2*time.Second
			if took := time.Since(begin); took > want {
				t.Errorf("%d scans took %v, want %v at most", scans, took, want)
			}
		})
	}
}

func TestScanErrors(t *testing.T) {
	tests := []struct{ name, first, last string }{
		{"behind a router", "10.98.0.1", "10.98.0.9"},
		{"leaves the link", "10.99.0.250", "10.99.1.5"},
		{"turned round", "10.99.0.60", "10.99.0.50"},
		{"another family", "fe80::1", "fe80::9"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := start(t, newWire())
				if _, err := b.Scan(t.Context(), addr(tt.first), addr(tt.last), 0, 0); !errors.Is(err, probe.ErrNotAttached) {
					t.Errorf("error %v, want %v", err, probe.ErrNotAttached)
				}
			})
		})
	}
}

// What was found is not lost when a scan is cut short.
func TestScanCutShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.hosts[addr("10.99.0.3")] = hostHW
		b := start(t, w)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		got, err := b.Scan(ctx, addr("10.99.0.2"), addr("10.99.0.254"), 10, 0)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
		}
		if diff := cmp.Diff([]probe.Host{{Addr: addr("10.99.0.3"), HW: hostHW}}, got, byAddr); diff != "" {
			t.Errorf("hosts (-want +got):\n%s", diff)
		}

		// The interface goes away in the middle of the next one.
		time.AfterFunc(time.Second, func() { b.set(func(b *bench) { b.ifaces = nil }) })
		if _, err := b.Scan(t.Context(), addr("10.99.0.2"), addr("10.99.0.254"), 10, 0); !errors.Is(err, probe.ErrNotAttached) {
			t.Errorf("error %v, want %v", err, probe.ErrNotAttached)
		}
	})
}
