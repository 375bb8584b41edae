package policy

import (
	"fmt"
	"maps"
	"runtime/debug"
	"time"

	"go.starlark.net/starlark"

	"rollcall/internal/obs"
	"rollcall/leased/engine"
)

// Annotate implements eventlog.Annotator: it asks the event hooks about e, all of them unless one drops it.
func (p *Policy) Annotate(e *engine.Event) *engine.Event {
	kept, _ := p.annotate(e, false)
	return kept
}

// Retell is Annotate for who wants to see what comes of an event: failures and what hooks print are returned, and neither logged nor
// counted.
func (p *Policy) Retell(e *engine.Event) (kept *engine.Event, steps []engine.Step) {
	return p.annotate(e, true)
}

func (p *Policy) annotate(e *engine.Event, explain bool) (kept *engine.Event, steps []engine.Step) {
	var who engine.HW
	if e.Machine != nil {
		who = e.Machine.HW
	}
	w := p.worker(who, explain)
	defer func() {
		if cause := recover(); cause != nil { // our own defect, outside of any call; the log goes on all the same
			p.log.Error("the policy panicked; the event is logged as it is", obs.KeyErr, fmt.Sprint(cause), obs.KeyStack, string(debug.Stack()))
			kept = e
		}
	}()
	w.ctx.Begin(nil, nil, time.UnixMicro(e.Time), false)
	kept, steps = w.event(e), w.steps
	w.done()
	return kept, steps
}

func (w *worker) event(e *engine.Event) *engine.Event {
	kept := e
	for _, h := range w.policy.hooks[hookEvent] {
		w.args[0] = w.ctx.Event(kept)
		result, heard := w.ask(h)
		if heard != said {
			continue // what it added is forgotten
		}
		if result == starlark.False {
			return nil
		}
		added := w.ctx.Annotations()
		if len(added) == 0 || maps.Equal(added, kept.Annotations) {
			continue
		}
		copied := *kept // the event is its maker's
		copied.Annotations = added
		kept = &copied
	}
	return kept
}
