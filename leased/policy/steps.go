package policy

import (
	"rollcall/leased/engine"
)

// step notes for explain what a hook did.
func (w *worker) step(h *hook, outcome, place string) {
	if w.explain {
		w.steps = append(w.steps, engine.Step{Subject: "policy", Outcome: h.kind.String() + ": " + outcome, Because: place})
	}
}

// note is step for what the hook has just said, where it returned.
func (w *worker) note(h *hook, outcome string) {
	if !w.explain {
		return
	}
	w.steps = append(w.steps, w.ctx.Steps()...)
	w.step(h, outcome, w.left(h))
}

// left is where the hook returned, or where it is defined if it has come to its end.
func (w *worker) left(h *hook) string {
	if at := w.caller.Left(); at.IsValid() {
		return at.String()
	}
	return h.place
}

func (w *worker) skipped(h *hook, why int) {
	outcome := "is not asked for this machine now"
	if why == skipResting {
		outcome = "is not asked now"
	}
	w.step(h, outcome, "it went over its budget less than a minute ago")
}
