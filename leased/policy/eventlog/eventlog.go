// Package eventlog lets the policy see each event before it is logged.
//
// A [Log] stands between the keeper and the store. While no policy has an event hook, a commit goes straight through. Otherwise one
// goroutine takes the commits in their order, has the hook look at the events of each, and hands it on: what is durable before it is
// visible stays so, for the store sees the commit as the hook has left it, and answers wait for that one. The state's goroutine waits
// only while thousands of commits are under way, as it does for the store itself.
package eventlog

import (
	"context"
	"sync"
	"sync/atomic"

	"rollcall/leased/engine"
	"rollcall/leased/store"
)

// Store keeps what has been looked at; store.Store is one.
type Store interface {
	Submit(*store.Pending)
	NextReservationID() uint64
}

// Annotator looks at events, one at a time.
type Annotator interface {
	// Annotate returns the event to be logged: e itself, or a copy of it with annotations; nil for none. It must not change e.
	Annotate(e *engine.Event) *engine.Event
}

// maxWaiting bounds the commits that wait for the hook.
const maxWaiting = 4096

// Log is a Store in front of another one. One goroutine at a time calls Submit.
type Log struct {
	store Store
	// straight: no hook, and nothing before it is under way.
	straight atomic.Bool

	mu      sync.Mutex
	changed sync.Cond // something to do, or room for more
	hook    Annotator // nil for none
	waiting []*store.Pending
	ended   bool
}

// New returns a Log without a hook.
func New(s Store) *Log {
	l := &Log{store: s}
	l.changed.L = &l.mu
	l.straight.Store(true)
	return l
}

// NextReservationID returns that of the store.
func (l *Log) NextReservationID() uint64 { return l.store.NextReservationID() }

// Use puts a hook in force for the commits to come; nil for none. Those that were submitted before it keep their place.
func (l *Log) Use(a Annotator) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hook = a; a != nil && !l.ended {
		l.straight.Store(false)
	}
	l.changed.Broadcast()
}

// Submit hands a commit to the store, by way of the hook if there is one.
func (l *Log) Submit(p *store.Pending) {
	if l.straight.Load() || !l.wait(p) {
		l.store.Submit(p)
	}
}

// wait puts p behind those that wait. It returns false where nothing does any more.
func (l *Log) wait(p *store.Pending) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) >= maxWaiting && !l.straight.Load() {
		l.changed.Wait()
	}
	if l.straight.Load() {
		return false
	}
	l.waiting = append(l.waiting, p)
	l.changed.Broadcast()
	return true
}

// Run has the hook look at what is submitted. When ctx ends, it hands on what waits and returns nil; later commits go straight
// through.
func (l *Log) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, l.end)()
	var work []*store.Pending
	for {
		var hook Annotator
		if work, hook = l.take(work); len(work) == 0 {
			return nil
		}
		for _, p := range work {
			if hook != nil && len(p.Events) > 0 {
				p.Events = look(hook, p.Events)
			}
			l.store.Submit(p)
		}
	}
}

func (l *Log) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	l.changed.Broadcast()
}

// take waits for commits and returns all there are, none at the end; spare is memory for those that come next. Only when none is left
// may the way be straight again: those in work have been handed on by then.
func (l *Log) take(spare []*store.Pending) ([]*store.Pending, Annotator) {
	clear(spare)
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) == 0 {
		if l.hook == nil || l.ended {
			l.straight.Store(true)
			l.changed.Broadcast()
		}
		if l.ended {
			return nil, nil
		}
		l.changed.Wait()
	}
	work := l.waiting
	l.waiting = spare[:0]
	l.changed.Broadcast()
	return work, l.hook
}

// look returns what is left of events. They stay as they are: a commit that is lost is made again from them.
func look(hook Annotator, events []*engine.Event) []*engine.Event {
	kept := make([]*engine.Event, 0, len(events))
	for _, e := range events {
		if e = hook.Annotate(e); e != nil {
			kept = append(kept, e)
		}
	}
	return kept
}
