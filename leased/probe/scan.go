package probe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// DefaultRate is the pace of a scan in probes per second where its caller names
// none: a /24 in a quarter of a second, and a load no switch or host notices.
const DefaultRate = 1000

// rounds is how often a scan asks a silent address: a broadcast is not repeated
// by the link, and some links lose one in a hundred.
const rounds = 2

// nap is the shortest wait of a scan. Shorter ones are slept together: timers are
// not that fine.
const nap = 2 * time.Millisecond

// errStopped is the end of a scan whose prober has ended.
var errStopped = errors.New("prober has stopped")

// sweep is a running scan.
type sweep struct {
	link        int
	first, last netip.Addr

	mu    sync.Mutex
	found map[netip.Addr]Host
}

// record notes a host that was seen, the first one if several claim its address.
func (s *sweep) record(o observation) {
	if o.link != s.link || o.Addr.Less(s.first) || s.last.Less(o.Addr) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.found[o.Addr]; !ok {
		s.found[o.Addr] = o.Host
	}
}

func (s *sweep) has(a netip.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.found[a]
	return ok
}

// hosts returns what was found, sorted by address.
func (s *sweep) hosts() []Host {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.found), func(a, b Host) int { return a.Addr.Compare(b.Addr) })
}

// Scan asks for every address from first to last, both included, and returns the
// hosts that answered, sorted by address, addresses of this host among them.
// Addresses that stay silent for timeout after the last probe (not positive:
// [DefaultTimeout]) are asked once more. The pace is rate probes per second (not
// positive: [DefaultRate]); scans that run together on one interface share it.
//
// It waits for Run to run. The error matches [ErrNotAttached] if the range is not
// inside a prefix of an interface that can be probed, at any time of the scan, or
// is that of ctx; hosts found until then are returned with it.
func (p *Prober) Scan(ctx context.Context, first, last netip.Addr, rate int, timeout time.Duration) ([]Host, error) {
	if rate <= 0 {
		rate = DefaultRate
	}
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	select {
	case <-p.started:
	case <-ctx.Done():
		return nil, fmt.Errorf("scan %s-%s: %w", first, last, ctx.Err())
	}
	s, err := p.beginScan(first, last)
	if err != nil {
		return nil, fmt.Errorf("scan %s-%s: %w", first, last, err)
	}
	defer p.endScan(s)
	for range rounds {
		if err := p.round(ctx, s, rate, timeout); err != nil {
			return s.hosts(), fmt.Errorf("scan %s-%s: %w", first, last, err)
		}
	}
	return s.hosts(), nil
}

// beginScan registers a scan, with the addresses of this host already found.
func (p *Prober) beginScan(first, last netip.Addr) (*sweep, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list()
	ifi, ok := route(p.ifaces, first)
	end, okEnd := route(p.ifaces, last)
	if !ok || !okEnd || ifi.Index != end.Index || last.Less(first) || p.failing(ifi.Index) {
		return nil, ErrNotAttached
	}
	s := &sweep{link: ifi.Index, first: first, last: last, found: make(map[netip.Addr]Host)}
	for _, own := range p.ifaces {
		for _, prefix := range own.Prefixes {
			s.record(observation{link: s.link, Host: Host{Addr: prefix.Addr(), HW: own.HW}})
		}
	}
	p.scans[s] = struct{}{}
	return s, nil
}

func (p *Prober) endScan(s *sweep) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.scans, s)
}

// round asks once for every address that has not answered yet, and waits.
func (p *Prober) round(ctx context.Context, s *sweep, rate int, timeout time.Duration) error {
	sent := false
	for a := s.first; a.Compare(s.last) <= 0; a = a.Next() {
		if s.has(a) {
			continue
		}
		seg, ok := p.segmentFor(a)
		if !ok || seg.ifi.Index != s.link {
			if p.ended() {
				return errStopped
			}
			return ErrNotAttached
		}
		if wait := seg.pace.reserve(rate); wait >= nap {
			if err := p.sleep(ctx, wait); err != nil {
				return err
			}
		}
		p.send(seg, a, kindScan)
		sent = true
	}
	if !sent {
		return ctx.Err()
	}
	return p.sleep(ctx, timeout)
}

func (p *Prober) sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-p.done:
		return errStopped
	case <-t.C:
		return nil
	}
}

func (p *Prober) ended() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stopped
}
