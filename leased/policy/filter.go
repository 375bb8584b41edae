package policy

import (
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"rollcall/leased/engine"
	"rollcall/leased/policy/sandbox"
)

// Filter implements keeper.Policy.
func (p *Policy) Filter(now time.Time, q *engine.Query, f *engine.Facts) {
	v := q.Verdict
	v.Heard |= engine.StageFilter
	if len(p.hooks[hookFilter]) == 0 {
		return
	}
	w := p.worker(q.HW, v.Explain)
	w.ctx.Begin(q, f, now, v.Explain)
	w.ctx.Filtering = true
	v.Refusal = w.filter()
	v.Steps = append(v.Steps, w.steps...)
	w.done()
}

// filter asks the filters until one does not let the message go on.
func (w *worker) filter() engine.Reason {
	w.args[0] = w.ctx.Request()
	for _, h := range w.policy.hooks[hookFilter] {
		v, heard := w.ask(h)
		if heard == said {
			switch v {
			case starlark.True:
				w.note(h, goesOn)
				continue
			case starlark.False:
				w.note(h, "drop the message")
				return engine.PolicyFilter
			case starlark.None:
				w.note(h, "suspend the client")
				return engine.PolicySuspend
			}
			heard = w.wrong(h, fmt.Errorf("filter returned %s; it may return True to go on, False to drop the message, or None to suspend the client",
				sandbox.Show(v)))
		}
		if r := refusalOf(heard); r != "" {
			return r
		}
	}
	return ""
}

// refusalOf is why a message is not served whose hook did not say anything; "" if it is.
func refusalOf(h heard) engine.Reason {
	if h == shut {
		return engine.PolicyError
	}
	return ""
}
