package engine

import "rollcall/internal/option"

// Room is memory for decisions, for a caller that makes many and knows when each of them is over and done with: what is decided in it
// costs hardly any garbage.
//
// The options of a decision, what it says of booting and asks of the policy, and the leases and events of its commit are in the Room. They
// stay as they are until Reset, which gives their memory to the decisions after it. The zero value is ready for use. A Room belongs to one
// goroutine at a time.
type Room struct {
	// Commit is what the decisions since Reset have to write, in their order. The caller may add to it.
	Commit

	options option.List // of the decisions since Reset, one behind the other
	leases  pieces[Lease]
	notes   pieces[note]
	boots   pieces[Booting]
	facts   pieces[facts]
	classes []string // in facts
	octets  []byte   // of leases, and of the machines in notes
	names   [64]string
}

// pieces are values whose memory is used again. They do not move.
type pieces[T any] struct {
	all  []*T
	used int // the first so many
}

func (p *pieces[T]) next() *T {
	if p.used == len(p.all) {
		p.all = append(p.all, new(T))
	}
	p.used++
	return p.all[p.used-1]
}

func (p *pieces[T]) reset() {
	if p.used == 0 {
		return
	}
	var zero T
	for _, v := range p.all[:p.used] {
		*v = zero
	}
	p.used = 0
}

// note is an event with the machine that it is about.
type note struct {
	Event
	machine Machine
}

// Reset gives the memory to the decisions to come. Whoever still looks at what was decided before sees it gone.
func (r *Room) Reset() {
	r.ResetOptions()
	clear(r.Commit.Leases)
	clear(r.Commit.Events)
	r.Commit = Commit{Leases: r.Commit.Leases[:0], Events: r.Commit.Events[:0]}
	r.leases.reset()
	r.notes.reset()
	clear(r.octets)
	r.octets = r.octets[:0]
}

// ResetOptions is Reset for what is sent alone: it has been, and what is to be written waits.
func (r *Room) ResetOptions() {
	r.boots.reset()
	r.facts.reset()
	clear(r.classes)
	r.classes = r.classes[:0]
	clear(r.options)
	r.options = r.options[:0]
}

const (
	usualOptions = 160  // what an answer usually needs
	mostOptions  = 1024 // what one needs at most; a longer one has memory of its own
	optionsAhead = 16 * mostOptions
)

// list returns an empty list in which the options of one answer can be made. keep must be called before the next one is.
func (r *Room) list() option.List {
	if r == nil {
		return make(option.List, 0, usualOptions)
	}
	if cap(r.options)-len(r.options) < mostOptions {
		r.options = make(option.List, 0, max(optionsAhead, 2*cap(r.options))) // what was decided before keeps the old memory
	}
	return r.options[len(r.options):]
}

// keep notes that the options of d are here to stay.
func (r *Room) keep(d *Decision) {
	n := len(d.Options)
	if from := len(r.options); n > 0 && from+n <= cap(r.options) && &d.Options[0] == &r.options[:from+1][from] {
		r.options = r.options[:from+n]
	}
	d.Options = d.Options[:n:n]
}

// note returns an event to be filled in.
func (r *Room) note() *note {
	if r == nil {
		return new(note)
	}
	return r.notes.next()
}

// booting returns a Booting to be filled in.
func (r *Room) booting() *Booting {
	if r == nil {
		return new(Booting)
	}
	return r.boots.next()
}

// lease returns a copy of l.
func (r *Room) lease(l *Lease) *Lease {
	var kept *Lease
	if r == nil {
		kept = new(Lease)
	} else {
		kept = r.leases.next()
	}
	*kept = *l
	kept.ClientID, kept.VendorClass, kept.RelayInfo = r.clone(l.ClientID), r.clone(l.VendorClass), r.clone(l.RelayInfo)
	return kept
}

// name makes text of a name that comes again and again, such as that of a link. It may be kept.
func (r *Room) name(b []byte) string {
	if r == nil {
		return string(b)
	}
	place := 0
	for _, c := range b {
		place = 31*place + int(c)
	}
	name := &r.names[uint(place)%uint(len(r.names))]
	if *name != string(b) {
		*name = string(b)
	}
	return *name
}

// clone returns a copy of b.
func (r *Room) clone(b []byte) []byte {
	if r == nil || len(b) == 0 {
		return clone(b)
	}
	from := len(r.octets)
	r.octets = append(r.octets, b...) // where it moves, what was cloned before keeps the old memory
	return r.octets[from:len(r.octets):len(r.octets)]
}

// Undo takes out of the Commit what the last decision has to write: it asks something, and is made again.
func (r *Room) Undo(d *Decision) {
	r.Commit.Leases = r.Commit.Leases[:len(r.Commit.Leases)-len(d.Commit.Leases)]
	r.Commit.Events = r.Commit.Events[:len(r.Commit.Events)-len(d.Commit.Events)]
	d.Commit = Commit{}
}

// write adds a lease to what d has to write.
func (r *Room) write(d *Decision, l *Lease) {
	if r == nil {
		d.Commit.Leases = append(d.Commit.Leases, l)
		return
	}
	n := len(r.Commit.Leases) - len(d.Commit.Leases) // what others have to write
	r.Commit.Leases = append(r.Commit.Leases, l)
	d.Commit.Leases = r.Commit.Leases[n:]
}

// tell adds an event to what d has to write.
func (r *Room) tell(d *Decision, e *Event) {
	if r == nil {
		d.Commit.Events = append(d.Commit.Events, e)
		return
	}
	n := len(r.Commit.Events) - len(d.Commit.Events)
	r.Commit.Events = append(r.Commit.Events, e)
	d.Commit.Events = r.Commit.Events[n:]
}
