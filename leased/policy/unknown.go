package policy

import (
	"go.starlark.net/starlark"

	"rollcall/leased/engine"
)

// unknown asks the registration system, which answers unless a hook says something.
func (w *worker) unknown(q *engine.Query, f *engine.Facts, v *engine.Verdict) {
	p := w.policy
	if p.lookup != nil {
		var story string
		if v.Unknown, w.ctx.Lookup, story = w.find(q, f); w.explain {
			w.steps = append(w.steps, engine.Step{Subject: "lookup", Outcome: outcome(v.Unknown), Because: story})
		}
	}
	if len(p.hooks[hookUnknown]) == 0 {
		return
	}
	w.args[0] = w.ctx.Request()
	for _, h := range p.hooks[hookUnknown] {
		result, heard := w.ask(h)
		if heard == said {
			if result == starlark.None {
				w.note(h, saysNothing)
				continue
			}
			a, err := w.ctx.Assignment(result)
			if err == nil {
				w.assign(h, a, v)
				return
			}
			heard = w.wrong(h, err)
		}
		if heard == shut {
			v.Unknown = engine.Assignment{Kind: engine.AssignIgnore, Reason: engine.PolicyError, By: h.by}
			return
		}
	}
}

// find asks the registration system; story is for explain, which has nobody asked.
func (w *worker) find(q *engine.Query, f *engine.Facts) (a engine.Assignment, extra []byte, story string) {
	if w.explain {
		return w.policy.lookup.Peek(q, f)
	}
	a, extra = w.policy.lookup.Find(q, f)
	return a, extra, ""
}

// assign puts what a hook says in the place of what the registration system does. While that has not answered, who is not refused
// outright must not be sent away for having another address.
func (w *worker) assign(h *hook, a engine.Assignment, v *engine.Verdict) {
	a.By = h.by
	if w.explain {
		a.By = h.kind.String() + " (" + w.left(h) + ")"
	}
	a.Pending = v.Unknown.Pending && (a.Kind == engine.AssignPool || a.Kind == engine.AssignDefinition)
	v.Unknown = a
	w.note(h, outcome(a))
}

// outcome is an assignment in words.
func outcome(a engine.Assignment) string {
	switch a.Kind {
	case engine.AssignPool:
		return "pool " + a.Pool
	case engine.AssignDefinition:
		return "a definition"
	case engine.AssignIgnore:
		return "ignore the machine"
	case engine.AssignNAK:
		return "refuse the machine"
	}
	return "what the configuration says"
}
