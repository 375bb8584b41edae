package value

import (
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"rollcall/leased/engine"
)

// eventValue is an event before it is logged.
type eventValue struct {
	plain
	c     *Context
	event *engine.Event
}

var eventObject = newObject("event", "something that happened, before it is logged", []attribute[*eventValue]{
	{name: "kind", doc: "what happened, as client.unknown or lease.granted",
		read: func(e *eventValue) starlark.Value { return e.c.name(string(e.event.Kind)) }},
	{name: "time", doc: "when", read: func(e *eventValue) starlark.Value { return Time(time.UnixMicro(e.event.Time).Unix()) }},
	{name: "reason", doc: "why, where the kind alone does not say; else None",
		read: func(e *eventValue) starlark.Value { return e.c.name(e.event.Reason) }},
	{name: "mac", doc: "the hardware address of the machine, None where there is none",
		read: func(e *eventValue) starlark.Value { return hardware(e.machine().HW) }},
	{name: "client_id", doc: "its client identifier in hexadecimal, None for none",
		read: func(e *eventValue) starlark.Value { return octetText(e.machine().ClientID) }},
	{name: "hostname", doc: `what it calls itself, "" for nothing`,
		read: func(e *eventValue) starlark.Value { return starlark.String(e.machine().Hostname) }},
	{name: "vendor_class", doc: `its vendor class, "" for none`,
		read: func(e *eventValue) starlark.Value { return e.c.said(e.machine().VendorClass) }},
	{name: "relay", doc: "the address of the relay that it came through, None for none",
		read: func(e *eventValue) starlark.Value { return e.c.address(e.machine().Giaddr) }},
	{name: "circuit_id", doc: `the circuit id as text, or in hexadecimal after "hex:"; None for none`,
		read: func(e *eventValue) starlark.Value { return e.c.relayText(e.machine().CircuitID) }},
	{name: "remote_id", doc: "the remote id, likewise",
		read: func(e *eventValue) starlark.Value { return e.c.relayText(e.machine().RemoteID) }},
	{name: "link", doc: "the link that its message arrived on, as frontend/interface; None for none",
		read: func(e *eventValue) starlark.Value { return e.c.name(e.event.Link) }},
	{name: "subnet", doc: "the subnet, as name or name/serial; None for none",
		read: func(e *eventValue) starlark.Value { return e.c.name(e.event.Subnet) }},
	{name: "address", doc: "the address that it is about, None for none",
		read: func(e *eventValue) starlark.Value { return textOrNone(e.event.IP.String()) }},
	{name: "previous", doc: "the address that the machine left, None for none",
		read: func(e *eventValue) starlark.Value { return textOrNone(e.event.Previous.String()) }},
	{name: "lease_time", doc: "the lease time in seconds, None for none",
		read: func(e *eventValue) starlark.Value { return secondsOrNone(e.event.LeaseTime) }},
	{name: "expires", doc: "when the lease ends, None for never or no lease",
		read: func(e *eventValue) starlark.Value { return moment(e.event.Expires) }},
	{name: "pool", doc: "the range of the pool, None for none",
		read: func(e *eventValue) starlark.Value { return e.c.name(e.event.Pool) }},
	{name: "reservation", doc: "the id of the reservation, None for none",
		read: func(e *eventValue) starlark.Value { return textOrNone(e.event.Reservation) }},
	{name: "extra", doc: "what the reservation of the machine carries, a dict of texts",
		read: func(e *eventValue) starlark.Value { return extra(e.event.Extra) }},
	{name: "annotations", doc: "what the policy adds: annotations[key] = text",
		read: func(e *eventValue) starlark.Value { return &e.c.annotations }},
})

// Event returns an event as a value; the hooks of one event add to the same annotations. There is no message: Begin is not needed, and
// what it set is forgotten.
func (c *Context) Event(e *engine.Event) starlark.Value {
	c.Begin(nil, nil, time.UnixMicro(e.Time), c.Explain)
	c.event.event = e
	c.annotations.reset(e.Annotations)
	c.Mark()
	return &c.event
}

var nobody engine.Machine

func (e *eventValue) machine() *engine.Machine {
	if e.event.Machine == nil {
		return &nobody
	}
	return e.event.Machine
}

// String names the event.
func (e *eventValue) String() string { return fmt.Sprintf("event(%s)", e.event.Kind) }

// Type implements starlark.Value.
func (e *eventValue) Type() string { return "event" }

// Hash implements starlark.Value.
func (e *eventValue) Hash() (uint32, error) { return unhashable("event") }

// Attr implements starlark.HasAttrs.
func (e *eventValue) Attr(name string) (starlark.Value, error) { return eventObject.read(e, name) }

// AttrNames implements starlark.HasAttrs.
func (e *eventValue) AttrNames() []string { return eventObject.names }

// SetField implements starlark.HasSetField.
func (e *eventValue) SetField(name string, _ starlark.Value) error {
	if eventObject.find(name) == nil {
		return starlark.NoSuchAttrError("event has no ." + name + " field")
	}
	return fmt.Errorf("event.%s cannot be set: it is what happened; add to it with event.annotations[key] = text", name)
}
