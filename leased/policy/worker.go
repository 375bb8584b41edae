package policy

import (
	"context"
	"log/slog"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rollcall/internal/obs"
	"rollcall/leased/engine"
	"rollcall/leased/policy/sandbox"
	"rollcall/leased/policy/value"
)

// worker calls hooks, one at a time. It belongs to one goroutine at a time, and its memory is used again.
type worker struct {
	policy *Policy
	ctx    value.Context
	caller *sandbox.Caller

	who     engine.HW // of the message
	at      *hook     // the last that was asked
	explain bool
	steps   []engine.Step // with explain
	args    [3]starlark.Value
}

func (p *Policy) newWorker() *worker {
	w := &worker{policy: p}
	w.ctx.Names, w.ctx.Plan, w.ctx.Seed = p.names, p.plan, p.seed
	w.caller = sandbox.NewCaller(&w.ctx)
	w.caller.Follow = true
	w.ctx.Caller = w.caller
	w.caller.Print = w.print
	return w
}

// worker returns one for a message or an event of who.
func (p *Policy) worker(who engine.HW, explain bool) *worker {
	w := p.workers.Get().(*worker)
	w.who, w.explain, w.at = who, explain, nil
	return w
}

// done gives the worker back, and keeps nothing of the message alive.
func (w *worker) done() {
	w.args = [3]starlark.Value{}
	w.steps = nil
	w.ctx.End()
	w.policy.workers.Put(w)
}

// heard says what came of asking a hook.
type heard uint8

const (
	said   heard = iota // there is an answer
	absent              // it is as if the hook were not there
	shut                // it failed, and fails closed
)

// ask calls a hook with the first of w.args.
func (w *worker) ask(h *hook) (starlark.Value, heard) {
	p := w.policy
	w.at = h
	began := p.passed()
	if why := h.skip(w.who, began); why >= 0 {
		if !w.explain {
			p.metrics.skipped[h.kind][why].Inc()
			return nil, h.without()
		}
		w.skipped(h, why) // but explain wants to see what is wrong
	}
	v, err := w.caller.Call(h.fn, w.args[:len(hookParams[h.kind])], p.limits)
	if !w.explain {
		took := p.passed() - began
		p.metrics.calls[h.kind].Inc()
		p.metrics.seconds[h.kind].Observe(took.Seconds())
		if err != nil {
			w.overBudget(h, err, began, took)
		}
	}
	if err != nil {
		return nil, w.failed(h, err)
	}
	return v, said
}

// skip says why not to call it now, below 0 for no reason.
func (h *hook) skip(who engine.HW, now time.Duration) int {
	switch {
	case h.waste.rests(now):
		return skipResting
	case h.offenders.has(who, now):
		return skipMachine
	}
	return -1
}

// without says what it means that the hook says nothing.
func (h *hook) without() heard {
	if h.closed {
		return shut
	}
	return absent
}

// overBudget remembers a call that went over its budget.
func (w *worker) overBudget(h *hook, err error, began, took time.Duration) {
	switch sandbox.FailureOf(err).Kind {
	case sandbox.FailedSteps, sandbox.FailedTime, sandbox.FailedMemory:
	default:
		return
	}
	h.offenders.add(w.who, began+took)
	if !h.waste.add(began+took, took) {
		return
	}
	if passed, due := w.policy.notices.due("rest "+h.place, began+took); due {
		w.policy.log.Warn("policy hook rests: it goes over its budget again and again", obs.KeyHook, h.kind.String(),
			obs.KeyPlace, h.place, obs.KeyCount, passed+1)
	}
}

// wrong is a hook that returned what it cannot return. The place is that of the return statement.
func (w *worker) wrong(h *hook, err error) heard {
	pos := h.fn.Position()
	if at := w.caller.Left(); at.IsValid() {
		pos = at
	}
	return w.failed(h, &sandbox.Failure{Kind: sandbox.FailedResult, Pos: pos, Msg: err.Error()})
}

// failed counts a failure, tells of it, and says what it means.
func (w *worker) failed(h *hook, err error) heard {
	f, p := sandbox.FailureOf(err), w.policy
	if w.explain {
		w.step(h, failedWith+f.Text(), f.Pos.String())
		return h.without()
	}
	if counter := p.metrics.failures[h.kind][f.Kind]; counter != nil {
		counter.Inc()
	}
	place := f.Pos.String()
	if passed, due := p.notices.due(h.kind.String()+" "+place, p.passed()); due {
		p.log.Warn("policy hook failed", obs.KeyHook, h.kind.String(), obs.KeyPlace, place, obs.KeyErr, f.Text(),
			obs.KeyCHAddr, w.who.String(), obs.KeyCount, passed+1, obs.KeyBacktrace, f.Backtrace)
	}
	return h.without()
}

// print takes what hooks print: to the log, and to explain.
func (w *worker) print(pos syntax.Position, msg string) {
	if w.explain && w.at != nil {
		w.step(w.at, "prints "+msg, pos.String())
		return
	}
	w.policy.print(pos, msg)
}

// print takes what scripts print, for who debugs.
func (p *Policy) print(pos syntax.Position, msg string) {
	if p.log.Enabled(context.Background(), slog.LevelDebug) {
		p.log.Debug("policy prints: "+msg, obs.KeyPlace, pos.String())
	}
}
