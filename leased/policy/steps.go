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

// note is step for what the hook said, at the place where it came to its end.
func (w *worker) note(h *hook, outcome string) {
	if !w.explain {
		return
	}
	w.steps = append(w.steps, w.ctx.Steps()...)
	w.step(h, outcome, h.place)
}

func (w *worker) skipped(h *hook, why int) {
	outcome := "is not asked for this machine now"
	if why == skipResting {
		outcome = "is not asked now"
	}
	w.step(h, outcome, "it went over its budget less than a minute ago")
}
