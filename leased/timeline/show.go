package timeline

import (
	"slices"
	"time"

	"rollcall/leased/engine"
)

// Run is one boot of a machine, for people.
type Run struct {
	HW engine.HW
	// Began is the time of the first step, Seen that of the last.
	Began, Seen time.Time
	// Steps are in order; LeftOut of them in the middle are not kept.
	Steps   []Step
	LeftOut int
	// Last is the last step.
	Last Step
	// Firmware is its name, UUID in lower case with dashes; "" where it says none.
	Firmware, UUID string
	// IP is the address that it had, 0 for none.
	IP engine.IP
	Verdict
}

// Show returns the latest n runs of a machine, oldest first, judged as of now; none if nothing is known of it.
func (t *Timeline) Show(hw engine.HW, n int, now time.Time) []Run {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.machines[hw]
	if at == nil {
		return nil
	}
	runs := at.Value.(*machine).runs
	runs = runs[max(0, len(runs)-n):]
	shown := make([]Run, len(runs))
	for i, r := range runs {
		shown[i] = r.show(hw, now)
		shown[i].Steps = slices.Clone(r.steps)
		if i < len(runs)-1 && shown[i].State == Booting { // it is over, however short it was
			shown[i].Verdict = r.verdict(r.seen.Add(2 * patience))
		}
	}
	return shown
}

func (r *run) show(hw engine.HW, now time.Time) Run {
	return Run{
		HW: hw, Began: r.began, Seen: r.seen, LeftOut: r.leftOut, Last: r.steps[len(r.steps)-1], Firmware: r.firmware, UUID: r.uuid,
		IP: r.ip, Verdict: r.verdict(now),
	}
}

// List returns the latest run of each machine, without steps, the one heard of last first, judged as of now: at most limit, and only
// those in state, where one is given.
func (t *Timeline) List(state State, limit int, now time.Time) (list []Run) {
	t.mu.Lock()
	all := make([]engine.HW, 0, len(t.machines))
	for at := t.recent.Front(); at != nil; at = at.Next() {
		all = append(all, at.Value.(*machine).hw)
	}
	t.mu.Unlock()
	for _, hw := range all {
		if len(list) == limit {
			break
		}
		t.mu.Lock() // for each alone: packets wait for it
		if r := t.latest(hw); r != nil {
			if shown := r.show(hw, now); state == "" || shown.State == state {
				list = append(list, shown)
			}
		}
		t.mu.Unlock()
	}
	return list
}
