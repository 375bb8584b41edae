package value

import (
	"math/rand/v2"
	"time"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
	"rollcall/leased/policy/sandbox"
)

// Context is what the values of one call share. A Caller of the sandbox has it as its Context, and uses it again for each message.
// Begin it, or Event, comes before all else.
type Context struct {
	// Names are those of options; nil for the standard ones.
	Names *option.Names
	// Seed begins the random numbers.
	Seed uint64
	// Caller is the one that runs the script, nil where nobody asks for places.
	Caller *sandbox.Caller
	// Plan tells the pool of a lease that is not being granted now; nil for nothing.
	Plan *engine.Plan

	// Query, Facts (may be nil), Now: the message that is looked at. Begin sets them.
	Query *engine.Query
	Facts *engine.Facts
	Now   time.Time
	// Filtering: the message is before the filter, to whom a relay is the one that the message came through alone.
	Filtering bool
	// Lookup is the answer of the registration system as JSON; nil for none. Begin forgets it.
	Lookup []byte
	// Explain: note where things are done.
	Explain bool

	request      request
	relay        relay
	relayed      bool // relay is filled in
	queryOptions options
	held, lease  lease
	reply        reply
	replyOptions options
	event        eventValue
	annotations  annotations
	client       boot.Client
	clientRead   bool
	lookup       starlark.Value
	random       rand.PCG
	seeded       bool
	steps        []engine.Step
	marked       mark
	texts        texts
}

// mark is what Undo returns to.
type mark struct {
	fields      fields
	edits       []engine.OptionEdit
	annotations []annotation
	steps       int
}

// Begin makes c about another message. f may be nil.
func (c *Context) Begin(q *engine.Query, f *engine.Facts, now time.Time, explain bool) {
	if c.Names == nil {
		c.Names = option.Standard()
	}
	c.Query, c.Facts, c.Now, c.Explain = q, f, now, explain
	c.Filtering, c.Lookup, c.lookup = false, nil, nil
	c.relayed, c.clientRead, c.seeded = false, false, false
	c.steps = c.steps[:0]
	c.request.c, c.held.c, c.lease.c, c.reply.c = c, c, c, c
	c.queryOptions.c = c
	c.replyOptions.c, c.replyOptions.reply = c, &c.reply
	c.event.c, c.annotations.c = c, c
	c.reply.reset(nil)
	c.event.event = nil
	c.annotations.reset(nil)
	c.Mark()
}

// End forgets the message, so that a Context which waits for the next one keeps nothing of it alive.
func (c *Context) End() {
	c.Query, c.Facts, c.Lookup, c.lookup = nil, nil, nil, nil
	c.lease.d, c.lease.stored, c.held.stored = nil, nil, nil
	c.reply.reset(nil)
	clear(c.reply.edits[:cap(c.reply.edits)])
	clear(c.marked.edits[:cap(c.marked.edits)])
	c.relay.info, c.client = nil, boot.Client{}
	c.event.event = nil
	c.annotations.reset(nil)
}

// Request returns the message as a value.
func (c *Context) Request() starlark.Value { return &c.request }

// Mark remembers what is changed so far, for Undo: call it before each hook.
func (c *Context) Mark() {
	m := &c.marked
	m.fields, m.steps = c.reply.now, len(c.steps)
	m.edits = append(m.edits[:0], c.reply.edits...)
	m.annotations = append(m.annotations[:0], c.annotations.list...)
}

// Undo takes back what was changed since Mark, and what was noted of it: a hook that fails has changed nothing.
func (c *Context) Undo() {
	m := &c.marked
	c.reply.now = m.fields
	c.reply.edits = append(c.reply.edits[:0], m.edits...)
	c.annotations.list = append(c.annotations.list[:0], m.annotations...)
	c.steps = c.steps[:m.steps]
}

// Steps returns what was changed where, for explain, and forgets it.
func (c *Context) Steps() []engine.Step {
	steps := append([]engine.Step(nil), c.steps...)
	c.steps = c.steps[:0]
	c.marked.steps = 0
	return steps
}

// charge takes steps from the budget of the running call.
func (c *Context) charge(steps int) error {
	if steps == 0 || c.Caller == nil {
		return nil
	}
	return sandbox.Charge(c.Caller.Thread(), steps, 0)
}

// note remembers a change for explain. Only with Explain.
func (c *Context) note(outcome string) {
	c.steps = append(c.steps, engine.Step{Subject: "policy", Outcome: outcome, Because: c.place()})
}

// place returns where the script is, "" where nobody knows.
func (c *Context) place() string {
	if c.Caller == nil {
		return ""
	}
	if thread := c.Caller.Thread(); thread != nil {
		if pos := sandbox.Where(thread); pos.IsValid() {
			return pos.String()
		}
	}
	return ""
}
