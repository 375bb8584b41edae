// Package value is DHCP as the operator's Starlark sees it: requests, leases, replies, reservations and events as values of the language.
package value

import (
	"time"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy/sandbox"
)

// Context is what the values of one call share. A Caller of the sandbox has it as its Context, and uses it again for each message.
type Context struct {
	// Names are those of options.
	Names *option.Names
	// Seed begins the random numbers.
	Seed uint64
	// Caller is the one that runs the script.
	Caller *sandbox.Caller
	// Query, Facts (may be nil), Now: the message that is looked at.
	Query *engine.Query
	Facts *engine.Facts
	Now   time.Time
	// Lookup is what the registration system said of the machine beyond its assignment; nil for nothing.
	Lookup starlark.Value
	// Explain: note where things are done.
	Explain bool
}

// Begin makes c about another message.
func (c *Context) Begin(q *engine.Query, f *engine.Facts, now time.Time, explain bool) {}

// Request returns the message as a value.
func (c *Context) Request() starlark.Value { return starlark.None }

// Candidates returns the reservations to choose from, as a list.
func (c *Context) Candidates() starlark.Value { return starlark.None }

// Lease returns the lease that d tells of.
func (c *Context) Lease(d *engine.Decision) starlark.Value { return starlark.None }

// Reply returns the answer that d is, to be changed.
func (c *Context) Reply(d *engine.Decision) starlark.Value { return starlark.None }

// Amendment returns what was changed in the last Reply; nothing changed gives the zero value but for Kind, IP and Subnet.
func (c *Context) Amendment() engine.Amendment { return engine.Amendment{} }

// Steps returns what was changed where, for explain, and forgets it.
func (c *Context) Steps() []engine.Step { return nil }

// Assignment reads what unknown() returned. An error says what it may return.
func (c *Context) Assignment(v starlark.Value) (engine.Assignment, error) {
	return engine.Assignment{}, nil
}

// Choice reads what choose() returned: the id of a reservation, "" for None.
func (c *Context) Choice(v starlark.Value) (string, error) { return "", nil }

// Event returns an event as a value; Annotations reads what was added to the last one.
func (c *Context) Event(e *engine.Event) starlark.Value { return starlark.None }

// Annotations returns what was added to the last Event, nil for nothing.
func (c *Context) Annotations() map[string]string { return nil }

// Predeclared returns what every policy file finds there: definition, octets, in_subnet, random and so on.
func Predeclared() starlark.StringDict { return nil }
