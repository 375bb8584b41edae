package lookup

import "rollcall/leased/engine"

// Read is what becomes of an answer: what it assigns, whether it knows the machine, and else what is wrong with it.
func Read(s Settings, data []byte) (a engine.Assignment, known bool, problem string) {
	r := parse(data)
	if r.outcome != outcomeKnown {
		return a, false, r.problem
	}
	f, _, problem := newReader(s.leased).choose(r.objects, key{hw: engine.HWOf(1, []byte{2, 0, 0, 0, 0, 1}), network: "floor"})
	return f.assignment, problem == "", problem
}
