package probe_test

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"testing"

	"rollcall/leased/probe"
)

// sink is a link on which every host is there: a probe comes back as a reply.
type sink struct {
	*wire
}

func (s sink) WriteTo(b []byte, _ net.Addr) (int, error) {
	reply := make([]byte, 60)
	copy(reply, b)
	reply[21] = 2                       // operation: reply
	copy(reply[22:28], hostHW)          // sender
	copy(reply[28:32], b[38:42])        // its address is the one asked for
	copy(reply[38:42], make([]byte, 4)) // target
	select {
	case s.frames <- reply:
	default: // lost, as on a real link
	}
	return len(b), nil
}

// BenchmarkProbe is what an address costs that is probed before its first offer,
// without the kernel's share, with 256 probes on the way at a time.
func BenchmarkProbe(b *testing.B) {
	p := probe.New(probe.Config{
		Interfaces: func() ([]probe.Interface, error) {
			return []probe.Interface{{Name: "eth1", Index: 2, HW: ourHW, Up: true,
				Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/8")}}}, nil
		},
		Listen: func(probe.Interface) (net.PacketConn, error) { return sink{newWire()}, nil },
	})
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	go p.Run(ctx)
	slots := make(chan struct{}, 256)
	var wg sync.WaitGroup
	a := addr("10.0.0.2")
	b.ReportAllocs()
	for b.Loop() {
		slots <- struct{}{}
		wg.Add(1)
		p.Probe(a, 0, func(probe.Host, bool) { <-slots; wg.Done() })
		a = a.Next()
	}
	wg.Wait()
}
