package probe

import (
	"context"
	"time"
)

// listEvery is how often the interfaces are read again.
const listEvery = 2 * time.Second

// loop is the body of Run.
func (p *Prober) loop(ctx context.Context) error {
	relist := time.NewTicker(listEvery)
	defer relist.Stop()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	p.refresh()
	close(p.started)
	for {
		p.expire(time.Now())
		if at, ok := p.next(); ok {
			timer.Reset(time.Until(at))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.wake:
			p.take()
		case o := <-p.seen:
			p.match(o)
		case s := <-p.lost:
			p.drop(s)
		case <-relist.C:
			p.refresh()
		case <-timer.C:
		}
	}
}

// take sends the probes that were asked for since the last time.
func (p *Prober) take() {
	p.mu.Lock()
	queue := p.queue
	p.queue = nil
	p.mu.Unlock()
	for _, w := range queue {
		p.begin(w)
	}
}

func (p *Prober) begin(w *waiter) {
	p.mu.Lock()
	p.list()
	own, ours := holder(p.ifaces, w.addr)
	p.mu.Unlock()
	if ours {
		p.finish(w, resultAnswered, Host{Addr: w.addr, HW: own.HW})
		return
	}
	s, ok := p.segmentFor(w.addr)
	if !ok {
		p.finish(w, resultUnattached, Host{Addr: w.addr})
		return
	}
	w.link, w.deadline = s.ifi.Index, time.Now().Add(w.timeout)
	p.add(w)
	p.metrics.outstanding.Inc()
	p.send(s, w.addr, kindProbe)
}

// match gives what was seen to those who wait for it.
func (p *Prober) match(o observation) {
	for _, w := range p.answered(target{o.link, o.Addr}) {
		p.metrics.outstanding.Dec()
		p.finish(w, resultAnswered, o.Host)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for s := range p.scans {
		s.record(o)
	}
}

// expire ends the probes whose time is over. Answers that have arrived by now go
// first: Run may have been held up longer than the wire.
func (p *Prober) expire(now time.Time) {
	at, ok := p.next()
	if !ok || at.After(now) {
		return
	}
	for range len(p.seen) {
		p.match(<-p.seen)
	}
	for w := p.expired(now); w != nil; w = p.expired(now) {
		p.metrics.outstanding.Dec()
		p.finish(w, resultSilent, Host{Addr: w.addr})
	}
}

func (p *Prober) finish(w *waiter, result string, host Host) {
	p.mu.Lock()
	p.waiting--
	p.mu.Unlock()
	p.metrics.result(result)
	w.done(host, result == resultAnswered)
}

// drop forgets a segment whose reader has ended; the next probe opens another.
func (p *Prober) drop(s *segment) {
	s.conn.Close()
	p.mu.Lock()
	current := p.segments[s.ifi.Index] == s
	if current {
		delete(p.segments, s.ifi.Index)
	}
	p.mu.Unlock()
	if current {
		p.refresh() // the interface may have gone down or away
	}
}

// stop closes the sockets and ends what waits.
func (p *Prober) stop() {
	p.mu.Lock()
	p.stopped = true
	queue := p.queue
	p.queue = nil
	for _, s := range p.segments {
		s.conn.Close()
	}
	clear(p.segments)
	p.mu.Unlock()
	close(p.done)
	for _, w := range p.byDeadline {
		p.metrics.outstanding.Dec()
		queue = append(queue, w)
	}
	p.outstanding = newOutstanding()
	for _, w := range queue {
		p.finish(w, resultStopped, Host{Addr: w.addr})
	}
}
