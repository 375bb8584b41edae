package lookup

import (
	"context"
	"sync"
	"time"

	"rollcall/internal/obs"
)

// Run asks until ctx ends.
func (l *Lookup) Run(ctx context.Context) error {
	var requests sync.WaitGroup
	defer func() {
		requests.Wait()
		l.report()
	}()
	for ctx.Err() == nil {
		l.report()
		w, s, wait := l.begin(l.clock())
		if s != nil {
			requests.Go(func() { l.ask(ctx, s, w) })
			continue
		}
		l.pause(ctx, wait)
	}
	return nil
}

// pause returns after a time, unless it is 0, or when there may be something to begin, or when ctx ends.
func (l *Lookup) pause(ctx context.Context, wait time.Duration) {
	var due <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-l.wake:
	case <-due:
	case <-ctx.Done():
	}
}

// begin takes the next question from the queue. The service is nil where none may be asked now: ask again after wait, or, where that is
// 0, when something has happened.
func (l *Lookup) begin(now time.Time) (w waiting, s *service, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.queue) > 0 && l.queue[0].machine.forgotten {
		l.queue = l.queue[1:]
	}
	if len(l.queue) == 0 || l.service == nil {
		l.queue = nil
		return w, nil, 0
	}
	if l.underWay >= l.service.Concurrent || l.health.down && l.underWay > 0 {
		return w, nil, 0
	}
	if wait = l.pace.take(now, l.service.Rate); wait > 0 {
		return w, nil, wait
	}
	w = l.queue[0]
	l.queue[0] = waiting{}
	l.queue = l.queue[1:]
	l.underWay++
	return w, l.service, 0
}

// ask asks one question and remembers the answer.
func (l *Lookup) ask(ctx context.Context, s *service, w waiting) {
	began := l.clock()
	r := s.client.ask(ctx, w.question)
	now := l.clock()
	var f finding
	var raw []byte
	if r.outcome == outcomeKnown {
		var problem string
		if f, raw, problem = s.reader.choose(r.objects, w.machine.key); problem != "" {
			r.outcome, r.problem = outcomeImpossible, problem
		}
	}
	l.log.Debug("registration system was asked", obs.KeyCHAddr, w.question.MAC, obs.KeyReason, r.outcome, obs.KeyErr, r.problem,
		obs.KeyDuration, now.Sub(began))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.underWay--
	l.signal()
	m := w.machine
	m.asking = false
	if ctx.Err() != nil && r.outcome.down() {
		return // we gave up, not the service
	}
	l.metrics.asked(r.outcome, now.Sub(began))
	if m.forgotten {
		return // or there is another service by now
	}
	l.judge(now, r)
	switch r.outcome {
	case outcomeKnown:
		l.memory.change(m, func() {
			m.learn(now, l.service.Positive)
			m.known, m.raw, m.finding, m.reader = true, raw, f, s.reader
		})
	case outcomeUnknown:
		l.memory.change(m, func() {
			m.unlearn()
			m.learn(now, l.service.Negative)
			m.problem = r.problem
		})
	default:
		m.fail(now, r.problem)
		if !r.outcome.down() {
			l.notice(now, m, r.problem)
		}
	}
}

// judge notes how the service does.
func (l *Lookup) judge(now time.Time, r result) {
	if !r.outcome.down() {
		down := now.Sub(l.health.since)
		if l.health.answered() == cameUp {
			l.note(func() {
				l.log.Info("registration system answers again", obs.KeyDuration, down.Round(time.Second).String())
			})
		}
		return
	}
	if l.health.failed(now, r.problem, r.pause) != wentDown {
		return
	}
	l.note(func() {
		l.log.Warn("registration system does not answer; machines that it knew keep what it said, others are unknown", obs.KeyErr, r.problem)
	})
	for _, w := range l.queue {
		w.machine.asking = false
		l.metrics.dropDown.Inc()
	}
	l.queue = nil
}
