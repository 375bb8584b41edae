package value

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rollcall/leased/engine"
)

// reservation is a machine on the roll.
type reservation struct {
	plain
	r *engine.Reservation
}

var reservationObject = newObject("reservation", "a reservation: that of the client, or a candidate to choose", []attribute[*reservation]{
	{name: "id", doc: "its id, None for what is on no roll",
		read: func(r *reservation) starlark.Value { return textOrNone(r.r.ID) }},
	{name: "by", doc: "what it knows the machine by: mac, client_id, duid, circuit_id or remote_id",
		read: func(r *reservation) starlark.Value { return byWords[r.r.Kind] }},
	{name: "identifier", doc: "that address, identifier or id, written as request has it", read: (*reservation).identifier},
	{name: "address", doc: "its address, None for one from a pool",
		read: func(r *reservation) starlark.Value { return textOrNone(r.r.IP.String()) }},
	{name: "subnet", doc: "the name of its subnet",
		read: func(r *reservation) starlark.Value { name, _ := splitRef(r.r.Subnet); return textOrNone(name) }},
	{name: "serial", doc: "the serial of its subnet, 0 for none",
		read: func(r *reservation) starlark.Value { _, n := splitRef(r.r.Subnet); return starlark.MakeInt(n) }},
	{name: "hostname", doc: `the name that it gives, "" for none`,
		read: func(r *reservation) starlark.Value { return starlark.String(r.r.Hostname) }},
	{name: "classes", doc: "the names of the classes that it adds", read: (*reservation).classes},
	{name: "extra", doc: "what it carries, a dict of texts", read: (*reservation).extra},
})

// byWords are what the configuration calls the identifiers.
var byWords = [...]starlark.Value{
	starlark.None, engine.ByHardware: starlark.String("mac"), engine.ByClientID: starlark.String("client_id"),
	engine.ByDUID: starlark.String("duid"), engine.ByCircuitID: starlark.String("circuit_id"),
	engine.ByRemoteID: starlark.String("remote_id"),
}

// Candidate returns a reservation as a value.
func Candidate(r *engine.Reservation) starlark.Value { return &reservation{r: r} }

func reservationOrNone(r *engine.Reservation) starlark.Value {
	if r == nil {
		return starlark.None
	}
	return Candidate(r)
}

// Candidates returns the reservations to choose from, as a list.
func (c *Context) Candidates() starlark.Value {
	var items []starlark.Value
	if c.Facts != nil {
		for _, r := range c.Facts.Candidates {
			items = append(items, Candidate(r))
		}
	}
	return list(items)
}

func textOrNone(s string) starlark.Value {
	if s == "" {
		return starlark.None
	}
	return starlark.String(s)
}

func (r *reservation) identifier() starlark.Value {
	switch r.r.Kind {
	case engine.ByClientID, engine.ByDUID:
		return octetText([]byte(r.r.Value))
	}
	return starlark.String(r.r.Identifier())
}

func (r *reservation) classes() starlark.Value {
	var items []starlark.Value
	if r.r.Details != nil {
		for _, name := range r.r.Details.Classes {
			items = append(items, starlark.String(name))
		}
	}
	return list(items)
}

func (r *reservation) extra() starlark.Value {
	if r.r.Details == nil {
		return extra(nil)
	}
	return extra(r.r.Details.Extra)
}

// CompareSameType implements starlark.Comparable: the same reservation is equal, however often it is read.
func (r *reservation) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	same := r.r == y.(*reservation).r
	switch op {
	case syntax.EQL:
		return same, nil
	case syntax.NEQ:
		return !same, nil
	}
	return false, fmt.Errorf("reservations have no order: compare an attribute of them")
}

// String names the reservation.
func (r *reservation) String() string { return fmt.Sprintf("reservation(%s)", r.r.ID) }

// Type implements starlark.Value.
func (r *reservation) Type() string { return "reservation" }

// Hash implements starlark.Value.
func (r *reservation) Hash() (uint32, error) { return unhashable("reservation") }

// Attr implements starlark.HasAttrs.
func (r *reservation) Attr(name string) (starlark.Value, error) {
	return reservationObject.read(r, name)
}

// AttrNames implements starlark.HasAttrs.
func (r *reservation) AttrNames() []string { return reservationObject.names }
