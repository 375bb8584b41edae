package probe_test

import (
	"context"
	"net/netip"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/mdlayher/arp"
	"github.com/mdlayher/ethernet"

	"rollcall/leased/probe"
)

var byAddr = cmpopts.EquateComparable(netip.Addr{})

func TestProbe(t *testing.T) {
	const timeout = 100 * time.Millisecond
	taken := addr("10.99.0.60")
	tests := []struct {
		name string
		// say is on the wire after the probe.
		say  [][]byte
		ask  netip.Addr
		want answer
	}{
		{
			name: "a reply answers",
			say:  [][]byte{frame(arp.OperationReply, hostHW, taken, ourHW, netip.IPv4Unspecified())},
			ask:  taken,
			want: answer{Host: probe.Host{Addr: taken, HW: hostHW}, Answered: true},
		}, {
			name: "an announcement answers",
			say:  [][]byte{frame(arp.OperationRequest, hostHW, taken, ethernet.Broadcast, taken)},
			ask:  taken,
			want: answer{Host: probe.Host{Addr: taken, HW: hostHW}, Answered: true},
		}, {
			name: "a request sent from the address answers",
			say:  [][]byte{frame(arp.OperationRequest, hostHW, taken, ethernet.Broadcast, addr("10.99.0.1"))},
			ask:  taken,
			want: answer{Host: probe.Host{Addr: taken, HW: hostHW}, Answered: true},
		}, {
			name: "the client's own probe for the address does not",
			say:  [][]byte{frame(arp.OperationRequest, hostHW, netip.IPv4Unspecified(), ethernet.Broadcast, taken)},
			ask:  taken,
			want: answer{Host: probe.Host{Addr: taken}, After: timeout},
		}, {
			name: "a question about the address does not",
			say:  [][]byte{frame(arp.OperationRequest, hostHW, addr("10.99.0.77"), ethernet.Broadcast, taken)},
			ask:  taken,
			want: answer{Host: probe.Host{Addr: taken}, After: timeout},
		}, {
			name: "a reply of another address does not",
			say:  [][]byte{frame(arp.OperationReply, hostHW, addr("10.99.0.61"), ourHW, netip.IPv4Unspecified())},
			ask:  taken,
			want: answer{Host: probe.Host{Addr: taken}, After: timeout},
		}, {
			name: "our own address is ours",
			ask:  addr("10.99.0.1"),
			want: answer{Host: probe.Host{Addr: addr("10.99.0.1"), HW: ourHW}, Answered: true},
		}, {
			name: "an address behind a router is asked of nobody",
			ask:  addr("10.98.0.1"),
			want: answer{Host: probe.Host{Addr: addr("10.98.0.1")}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := start(t, newWire())
				if diff := cmp.Diff(tt.want, b.ask(tt.ask, timeout, tt.say...), byAddr); diff != "" {
					t.Errorf("answer (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestProbeFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newWire())
		b.ask(addr("10.99.0.60"), 0)
		got := b.wires[0].questions()
		if len(got) != 1 || got[0].Target != addr("10.99.0.60") {
			t.Errorf("asked %v, want 10.99.0.60 once", got)
		}
	})
}

// Two who ask for one address both hear of the answer; each is told once.
func TestProbeTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		b := start(t, w)
		a := addr("10.99.0.60")
		var calls, answered atomic.Int32
		for range 3 {
			b.Probe(a, time.Second, func(_ probe.Host, ok bool) {
				calls.Add(1)
				if ok {
					answered.Add(1)
				}
			})
		}
		synctest.Wait()
		w.frames <- frame(arp.OperationReply, hostHW, a, ourHW, netip.IPv4Unspecified())
		w.frames <- frame(arp.OperationReply, ourHW, a, ourHW, netip.IPv4Unspecified())
		time.Sleep(5 * time.Second)
		if calls.Load() != 3 || answered.Load() != 3 {
			t.Errorf("done called %d times, %d answered; want 3 and 3", calls.Load(), answered.Load())
		}
	})
}

// Every deadline is kept, whatever the order they were asked in.
func TestProbeDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newWire())
		begin := time.Now()
		a := addr("10.99.0.2")
		var wrong atomic.Int32
		for i := range 200 {
			timeout := time.Duration((i*37)%200+1) * time.Millisecond
			b.Probe(a, timeout, func(_ probe.Host, ok bool) {
				if ok || time.Since(begin) != timeout {
					wrong.Add(1)
				}
			})
			a = a.Next()
		}
		time.Sleep(time.Second)
		if n := wrong.Load(); n != 0 {
			t.Errorf("%d probes ended at the wrong time", n)
		}
		if n := b.count(t, probe.MetricOutstanding, "", ""); n != 0 {
			t.Errorf("%v outstanding after all have ended", n)
		}
	})
}

func TestProbeBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newWire())
		for range probe.MaxOutstanding {
			b.Probe(addr("10.99.0.9"), time.Hour, func(probe.Host, bool) {})
		}
		got := b.ask(addr("10.99.0.60"), time.Hour)
		if diff := cmp.Diff(answer{Host: probe.Host{Addr: addr("10.99.0.60")}}, got, byAddr); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
		b.end()
	})
}

// No caller is left waiting when the prober ends.
func TestProbeEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, newWire())
		ended := make(chan bool, 1)
		b.Probe(addr("10.99.0.60"), time.Hour, func(_ probe.Host, ok bool) { ended <- ok })
		synctest.Wait()
		b.end()
		if <-ended {
			t.Error("probe answered by nobody")
		}
		synctest.Wait()
		if got := b.ask(addr("10.99.0.60"), time.Hour); got.Answered || got.After != 0 {
			t.Errorf("after the end: %+v, want no answer at once", got)
		}
		if _, err := b.Scan(context.Background(), addr("10.99.0.2"), addr("10.99.0.9"), 0, 0); err == nil {
			t.Error("scan after the end: no error")
		}
	})
}

// Whatever a host sends is dropped and counted; the next answer is still heard.
func TestMalformed(t *testing.T) {
	whole := frame(arp.OperationReply, hostHW, addr("10.99.0.60"), ourHW, netip.IPv4Unspecified())
	change := func(offset int, with ...byte) []byte {
		f := append([]byte(nil), whole...)
		copy(f[offset:], with)
		return f
	}
	tests := []struct {
		name, reason string
		frame        []byte
	}{
		{"empty", "short", nil},
		{"header only", "short", whole[:14]},
		{"cut off", "short", whole[:41]},
		{"another type", "foreign", change(12, 0x08, 0x00)},
		{"another protocol", "foreign", change(16, 0x86, 0xdd)},
		{"no protocol address", "foreign", change(19, 0)},
		{"huge hardware address", "foreign", change(18, 0xff)},
		{"unknown operation", "operation", change(20, 0, 9)},
		{"no sender", "sender", change(28, 0, 0, 0, 0)},
		{"sender is a group", "sender", change(28, 224, 0, 0, 1)},
		{"hardware address is a group", "sender", change(22, 0xff)},
		{"hardware address is zero", "sender", change(22, 0, 0, 0, 0, 0, 0)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := start(t, newWire())
				if got := b.ask(addr("10.99.0.60"), time.Second, tt.frame); got.Answered {
					t.Errorf("answered by %v", got.Host)
				}
				if n := b.count(t, probe.MetricIgnored, "reason", tt.reason); n != 1 {
					t.Errorf("%v frames dropped as %s, want 1", n, tt.reason)
				}
				if got := b.ask(addr("10.99.0.60"), time.Second, whole); !got.Answered {
					t.Error("a whole answer after it was not heard")
				}
			})
		})
	}
}

func TestAttached(t *testing.T) {
	net4 := []netip.Prefix{netip.MustParsePrefix("10.98.0.1/24")}
	p := probe.New(probe.Config{Interfaces: func() ([]probe.Interface, error) {
		return []probe.Interface{
			{Name: "eth1", Index: 2, HW: ourHW, Up: true, Prefixes: []netip.Prefix{
				netip.MustParsePrefix("10.20.0.1/22"), netip.MustParsePrefix("10.99.0.1/24")}},
			{Name: "eth2", Index: 3, HW: ourHW, Up: false, Prefixes: net4},
			{Name: "ib0", Index: 4, HW: make([]byte, 20), Up: true, Prefixes: net4},
			{Name: "bare", Index: 5, HW: ourHW, Up: true},
		}, nil
	}})
	for a, want := range map[string]bool{
		"10.20.3.255": true,
		"10.99.0.60":  true,
		"10.99.0.1":   true,
		"10.98.0.60":  false,
		"10.97.0.1":   false,
		"fe80::1":     false,
	} {
		if got := p.Attached(addr(a)); got != want {
			t.Errorf("Attached(%s) = %v, want %v", a, got, want)
		}
	}
}

// An interface that goes away and comes back is probed again.
func TestInterfaceReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		b := start(t, w)
		a := addr("10.99.0.60")
		b.ask(a, 0)
		ifaces := b.ifaces
		b.set(func(b *bench) { b.ifaces = nil })
		w.Close()
		synctest.Wait()
		if b.Attached(a) {
			t.Error("attached without an interface")
		}
		if got := b.ask(a, time.Second); got.Answered || got.After != 0 {
			t.Errorf("without an interface: %+v, want no answer at once", got)
		}
		back := newWire()
		back.hosts[a] = hostHW
		b.set(func(b *bench) { b.ifaces, b.next = ifaces, back })
		time.Sleep(5 * time.Second)
		if got := b.ask(a, time.Second); !got.Answered {
			t.Error("no answer after the interface came back")
		}
	})
}

// A socket that breaks is replaced at the next probe.
func TestSocketBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		b := start(t, w)
		b.ask(addr("10.99.0.60"), 0)
		w.Close()
		synctest.Wait()
		back := newWire()
		back.hosts[addr("10.99.0.60")] = hostHW
		b.set(func(b *bench) { b.next = back })
		if got := b.ask(addr("10.99.0.60"), time.Second); !got.Answered {
			t.Error("no answer through the new socket")
		}
	})
}

// Without the privilege nothing is attached, until it is granted.
func TestNoPrivilege(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.hosts[addr("10.99.0.60")] = hostHW
		b := start(t, w)
		b.set(func(b *bench) { b.err = os.ErrPermission })
		if got := b.ask(addr("10.99.0.60"), time.Second); got.Answered || got.After != 0 {
			t.Errorf("without privilege: %+v, want no answer at once", got)
		}
		if b.Attached(addr("10.99.0.60")) {
			t.Error("attached without privilege")
		}
		if n := b.count(t, probe.MetricErrors, "op", "open"); n != 1 {
			t.Errorf("%v failed openings counted, want 1", n)
		}
		b.set(func(b *bench) { b.err = nil })
		time.Sleep(time.Minute)
		if got := b.ask(addr("10.99.0.60"), time.Second); !got.Answered {
			t.Error("no answer after the privilege was granted")
		}
	})
}
