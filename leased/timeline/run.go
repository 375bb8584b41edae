package timeline

import (
	"slices"
	"time"

	"rollcall/leased/boot"
	"rollcall/leased/engine"
)

const (
	// silence ends a run: what comes later is another boot.
	silence = 10 * time.Minute
	// patience is how long firmware and loaders may say nothing before it is judged that they have stopped. UEFI collects offers for
	// 32 s in its last round.
	patience = 60 * time.Second
)

// run is one boot of a machine.
type run struct {
	began, seen time.Time // the first and the last step
	steps       []Step
	leftOut     int // steps in the middle
	firmware    string
	uuid        string
	ip          engine.IP
	ended       bool // the operating system runs, or the machine is done
	// vain is the last file that it asked for in vain, in this run or, for a machine in a loop, in those right before it.
	vain string

	// facts are what the verdict rests on: about the loader that runs now, and about the firmware before it, or about what it tried
	// before (UEFI tries HTTP boot when PXE has failed).
	facts  facts
	before []facts
}

// add puts a step where its time belongs: reports of frontends come late. It returns by how much the run has grown.
func (r *run) add(s Step) int {
	s.Count = max(s.Count, 1)
	if s.Time.After(r.seen) {
		r.seen = s.Time
	}
	if s.Time.Before(r.began) {
		r.began = s.Time
	}
	at := len(r.steps)
	for at > 0 && r.steps[at-1].Time.After(s.Time) {
		at--
	}
	// A message that is sent again comes with its answer: both, and what another server answered, are counted and not repeated.
	for i := at - 1; i >= max(0, at-3); i-- {
		if r.steps[i].again(&s) {
			have := &r.steps[i]
			have.Count += s.Count
			have.Octets += s.Octets
			have.Duration += s.Duration
			return 0
		}
		if r.steps[i].What.asks() {
			break // what comes now answers that
		}
	}
	r.steps = slices.Insert(r.steps, at, s)
	if len(r.steps) <= maxSteps {
		return 1
	}
	r.steps = slices.Delete(r.steps, maxSteps/2, maxSteps/2+1)
	r.leftOut++
	return 0
}

// goesOn reports whether a message of a machine that boots belongs to the run, and does not begin another one.
func (r *run) goesOn(c *boot.Client, discover bool, now time.Time) bool {
	quiet := now.Sub(r.seen)
	switch f := &r.facts; {
	case quiet > silence:
		return false
	case !discover:
		return true
	case r.ended || quiet > patience+patience/2:
		return false
	case c.IPXE && f.ipxe:
		// iPXE that was in the machine, and has had its script, was started again. One that was loaded may ask as often as it likes.
		return !f.script || len(r.before) > 0
	case c.IPXE:
		return true
	default:
		// Firmware asks again and again while it gets nothing; once it had something, or begins from the first of the ways that it
		// knows, this is the next start.
		return !f.ipxe && !f.got && (f.class == c.Class || !slices.ContainsFunc(r.before, func(b facts) bool { return b.class == c.Class }))
	}
}

// enter makes c the loader that the facts are about.
func (r *run) enter(c *boot.Client) {
	f := &r.facts
	switch {
	case !f.known:
	case f.ipxe == c.IPXE && (f.class == c.Class && !f.isOther(c) || c.Class == boot.ClassNone || c.IPXE):
		return
	default:
		r.before = append(r.before, *f)
		if len(r.before) > 4 { // firmware that goes round in a circle
			r.before = r.before[1:]
		}
	}
	*f = facts{known: true, class: c.Class, ipxe: c.IPXE, firmware: c.Firmware, hasFirmware: c.HasArch}
}

// isOther reports whether c is firmware of another kind, as where a machine tries UEFI and then BIOS.
func (f *facts) isOther(c *boot.Client) bool {
	return f.hasFirmware && c.HasArch && f.firmware != c.Firmware
}
