package probe_test

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mdlayher/arp"
	"github.com/mdlayher/ethernet"
	"github.com/prometheus/client_golang/prometheus"

	"rollcall/leased/probe"
)

var (
	ourHW  = net.HardwareAddr{0x02, 0, 0, 0, 0, 0x01}
	hostHW = net.HardwareAddr{0x02, 0, 0, 0, 0, 0xaa}
)

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

// wire is a fake link: what is written to it is a question to the hosts on it,
// what they say can be read.
type wire struct {
	frames chan []byte
	closed chan struct{}
	once   sync.Once

	mu    sync.Mutex
	asked []question
	hosts map[netip.Addr]net.HardwareAddr
	// deaf is how often a host must be asked before it answers.
	deaf map[netip.Addr]int
}

// question is a probe that was sent.
type question struct {
	Target netip.Addr
	At     time.Time
}

func newWire() *wire {
	return &wire{
		frames: make(chan []byte, 4096),
		closed: make(chan struct{}),
		hosts:  make(map[netip.Addr]net.HardwareAddr),
		deaf:   make(map[netip.Addr]int),
	}
}

func (w *wire) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case f := <-w.frames:
		return copy(b, f), nil, nil
	case <-w.closed:
		return 0, nil, net.ErrClosed
	}
}

func (w *wire) WriteTo(b []byte, _ net.Addr) (int, error) {
	select {
	case <-w.closed:
		return 0, net.ErrClosed
	default:
	}
	var f ethernet.Frame
	var p arp.Packet
	if err := f.UnmarshalBinary(b); err != nil {
		panic(err)
	}
	if err := p.UnmarshalBinary(f.Payload); err != nil {
		panic(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, question{p.TargetIP, time.Now()})
	hw, ok := w.hosts[p.TargetIP]
	if !ok {
		return len(b), nil
	}
	if w.deaf[p.TargetIP] > 0 {
		w.deaf[p.TargetIP]--
		return len(b), nil
	}
	// A host answers a probe at 0.0.0.0, for that is who asked.
	w.frames <- frame(arp.OperationReply, hw, p.TargetIP, p.SenderHardwareAddr, p.SenderIP)
	return len(b), nil
}

func (w *wire) Close() error {
	w.once.Do(func() { close(w.closed) })
	return nil
}

func (w *wire) LocalAddr() net.Addr              { return nil }
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

func (w *wire) questions() []question {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]question(nil), w.asked...)
}

// frame builds an ARP frame.
func frame(op arp.Operation, srcHW net.HardwareAddr, src netip.Addr, dstHW net.HardwareAddr, dst netip.Addr) []byte {
	p, err := arp.NewPacket(op, srcHW, src, dstHW, dst)
	if err != nil {
		panic(err)
	}
	payload, err := p.MarshalBinary()
	if err != nil {
		panic(err)
	}
	b, err := (&ethernet.Frame{Destination: dstHW, Source: srcHW, EtherType: ethernet.EtherTypeARP, Payload: payload}).MarshalBinary()
	if err != nil {
		panic(err)
	}
	return b
}

// bench is a Prober that runs on fake links.
type bench struct {
	*probe.Prober
	reg *prometheus.Registry
	end context.CancelFunc

	mu     sync.Mutex
	ifaces []probe.Interface
	wires  []*wire // every one that was opened, in order
	next   *wire
	err    error // of Listen
}

// start runs a Prober on one interface, 10.99.0.1/24, attached to w. It must be
// called in a synctest bubble.
func start(t *testing.T, w *wire) *bench {
	t.Helper()
	b := &bench{reg: prometheus.NewRegistry(), next: w, ifaces: []probe.Interface{{
		Name: "eth1", Index: 2, HW: ourHW, Up: true,
		Prefixes: []netip.Prefix{netip.MustParsePrefix("10.99.0.1/24")},
	}}}
	b.Prober = probe.New(probe.Config{Registry: b.reg, Interfaces: b.interfaces, Listen: b.listen})
	ctx, cancel := context.WithCancel(t.Context())
	b.end = cancel
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return b
}

func (b *bench) interfaces() ([]probe.Interface, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]probe.Interface(nil), b.ifaces...), nil
}

func (b *bench) listen(probe.Interface) (net.PacketConn, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return nil, b.err
	}
	w := b.next
	if w == nil {
		w = newWire()
	}
	b.next = nil
	b.wires = append(b.wires, w)
	return w, nil
}

func (b *bench) set(change func(b *bench)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b)
}

// answer is what a Probe ended with.
type answer struct {
	Host     probe.Host
	Answered bool
	After    time.Duration
}

// ask probes a and waits for the end. What is to be said comes when the question
// is out.
func (b *bench) ask(a netip.Addr, timeout time.Duration, say ...[]byte) answer {
	begin := time.Now()
	ch := make(chan answer, 2) // room for a wrong second one
	b.Probe(a, timeout, func(h probe.Host, ok bool) { ch <- answer{h, ok, time.Since(begin)} })
	synctest.Wait()
	for _, f := range say {
		b.wires[len(b.wires)-1].frames <- f
	}
	return <-ch
}

// count returns the value of a metric with one label.
func (b *bench) count(t *testing.T, name, label, value string) float64 {
	t.Helper()
	families, err := b.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			if label == "" {
				return m.GetGauge().GetValue()
			}
			for _, l := range m.GetLabel() {
				if l.GetName() == label && l.GetValue() == value {
					return m.GetCounter().GetValue()
				}
			}
		}
	}
	t.Fatalf("no metric %s{%s=%q}", name, label, value)
	return 0
}
