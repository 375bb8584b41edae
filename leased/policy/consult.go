package policy

import (
	"time"

	"go.starlark.net/starlark"

	"rollcall/leased/engine"
)

// Consult implements keeper.Policy.
func (p *Policy) Consult(now time.Time, q *engine.Query, d *engine.Decision) {
	v := q.Verdict
	v.Heard |= d.Ask
	w := p.worker(q.HW, v.Explain)
	w.ctx.Begin(q, d.Facts, now, v.Explain)
	switch d.Ask {
	case engine.StageChoose:
		w.choose(v)
	case engine.StageUnknown:
		w.unknown(q, d.Facts, v)
	case engine.StageReply:
		w.reply(q, d, v)
	}
	v.Steps = append(v.Steps, w.steps...)
	w.done()
}

// choose asks until one names a reservation.
func (w *worker) choose(v *engine.Verdict) {
	if len(w.policy.hooks[hookChoose]) == 0 {
		return
	}
	w.args[0], w.args[1] = w.ctx.Request(), w.ctx.Candidates()
	for _, h := range w.policy.hooks[hookChoose] {
		result, heard := w.ask(h)
		if heard == said {
			id, err := w.ctx.Choice(result)
			switch {
			case err != nil:
				heard = w.wrong(h, err)
			case result == starlark.None:
				w.note(h, saysNothing)
			default:
				v.Choice = id
				w.note(h, "reservation "+id)
				return
			}
		}
		if heard == shut {
			v.Refusal = engine.PolicyError
			return
		}
	}
}

// reply asks all, each with the edits of those before it.
func (w *worker) reply(q *engine.Query, d *engine.Decision, v *engine.Verdict) {
	if p := w.policy; p.wants.lookup && p.lookup != nil && d.Facts != nil && !d.Facts.Known {
		_, w.ctx.Lookup, _ = w.find(q, d.Facts)
	}
	w.args[0], w.args[1], w.args[2] = w.ctx.Request(), w.ctx.Lease(d), w.ctx.Reply(d)
	var refusal engine.Reason
	for _, h := range w.policy.hooks[hookReply] {
		w.ctx.Mark()
		result, heard := w.ask(h)
		switch {
		case heard != said:
			w.ctx.Undo()
			refusal = refusalOf(heard)
		case result == starlark.False:
			w.note(h, "no answer")
			refusal = engine.PolicySilent
		default:
			w.note(h, goesOn)
		}
		if refusal != "" {
			break
		}
	}
	v.Reply = w.ctx.Amendment()
	if refusal != "" {
		v.Reply.Refusal = refusal
	}
}
