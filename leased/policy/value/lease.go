package value

import (
	"fmt"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// lease is the one that an answer is about, or the one that a client has.
type lease struct {
	plain
	c *Context
	// d is the answer, nil for a lease that the client has.
	d *engine.Decision
	// stored is the lease on disk, nil for none.
	stored *engine.Lease
}

var leaseObject = newObject("lease",
	"the lease that an answer is about, as it is stored before that; or the one that a client has",
	[]attribute[*lease]{
		{name: "address", doc: "the address, None where the answer is about none",
			read: func(l *lease) starlark.Value { return l.c.address(l.ip()) }},
		{name: "subnet", doc: "the name of its subnet",
			read: func(l *lease) starlark.Value { name, _ := splitRef(l.ref()); return l.c.name(name) }},
		{name: "serial", doc: "the serial of its subnet, 0 for none",
			read: func(l *lease) starlark.Value { _, n := splitRef(l.ref()); return starlark.MakeInt(n) }},
		{name: "network", doc: "the name of its shared network", read: (*lease).network},
		{name: "pool", doc: "the name of the pool that it is from, or its range; None for an address of the client's own",
			read: (*lease).pool},
		{name: "hostname", doc: `what the client is called, "" for nothing`, read: (*lease).hostname},
		{name: "renewals", doc: "how often the client has renewed it, this time not counted", read: (*lease).renewals},
		{name: "first_seen", doc: "when it was granted first, None for a new one",
			read: func(l *lease) starlark.Value { return l.when(func(s *engine.Lease) int64 { return s.Started }) }},
		{name: "last_seen", doc: "when the client was last heard of it, None for a new one",
			read: func(l *lease) starlark.Value { return l.when(func(s *engine.Lease) int64 { return s.CLTT }) }},
		{name: "expires", doc: "when it ends, as it is stored; None for a new one and for one that never does",
			read: func(l *lease) starlark.Value { return l.when(func(s *engine.Lease) int64 { return s.Expires }) }},
		{name: "time", doc: "for how many seconds it is granted, None in the answer to INFORM", read: (*lease).time},
		{name: "reservation", doc: "the id of the reservation that it is given by, None for none", read: (*lease).reservation},
		{name: "known", doc: "whether a reservation matches the client",
			read: func(l *lease) starlark.Value { return starlark.Bool(l.c.Facts != nil && l.c.Facts.Known) }},
		{name: "extra", doc: "what the reservation carries, a dict of texts", read: (*lease).extra},
		{name: "state", doc: "what is stored: active, expired, released or declined; offered for one that was merely offered, " +
			"new for none",
			read: (*lease).state},
	})

// Lease returns the lease that d tells of.
func (c *Context) Lease(d *engine.Decision) starlark.Value {
	c.lease.d, c.lease.stored = d, nil
	if f := c.Facts; f != nil && f.Lease != nil && f.Lease.IP == d.IP && d.IP != 0 {
		c.lease.stored = f.Lease
	}
	return &c.lease
}

func (l *lease) ip() engine.IP {
	if l.d != nil {
		return l.d.IP
	}
	return l.stored.IP
}

func (l *lease) ref() string {
	switch {
	case l.d == nil:
		return l.stored.Subnet
	case l.d.Subnet != nil:
		return l.d.Subnet.Ref
	}
	return ""
}

// subnet returns the one it is in, nil where that is not known.
func (l *lease) subnet() *engine.Subnet {
	switch {
	case l.d != nil:
		return l.d.Subnet
	case l.c.Plan != nil:
		return l.c.Plan.Subnet(l.stored.Subnet)
	}
	return nil
}

func (l *lease) network() starlark.Value {
	if sub := l.subnet(); sub != nil && sub.Network != nil {
		return l.c.name(sub.Network.Name)
	}
	if l.d == nil && l.c.Facts != nil {
		return l.c.name(l.c.Facts.Network)
	}
	return starlark.None
}

func (l *lease) pool() starlark.Value {
	sub, ip := l.subnet(), l.ip()
	if r := l.reserved(); sub == nil || r != nil && r.IP == ip {
		return starlark.None
	}
	for _, p := range sub.Pools {
		switch {
		case !p.Contains(ip):
		case p.Name != "":
			return l.c.name(p.Name)
		default:
			return l.c.name(p.Range())
		}
	}
	return starlark.None
}

// reserved returns the reservation of the client, or the definition that it is served by instead; nil for none.
func (l *lease) reserved() *engine.Reservation {
	if f := l.c.Facts; f != nil && f.Reservation != nil {
		return f.Reservation
	}
	if q := l.c.Query; q != nil && q.Verdict != nil && q.Verdict.Unknown.Kind == engine.AssignDefinition {
		return q.Verdict.Unknown.Definition
	}
	return nil
}

func (l *lease) hostname() starlark.Value {
	if l.d != nil {
		for _, granted := range l.d.Commit.Leases {
			if granted.IP == l.d.IP {
				return starlark.String(granted.Hostname)
			}
		}
	}
	switch r := l.reserved(); {
	case l.stored != nil:
		return starlark.String(l.stored.Hostname)
	case r != nil:
		return starlark.String(r.Hostname)
	}
	return starlark.String("")
}

func (l *lease) renewals() starlark.Value {
	if l.stored == nil {
		return starlark.MakeInt(0)
	}
	return starlark.MakeUint64(uint64(l.stored.Renewals))
}

func (l *lease) when(of func(*engine.Lease) int64) starlark.Value {
	if l.stored == nil {
		return starlark.None
	}
	return moment(of(l.stored))
}

func (l *lease) time() starlark.Value {
	if l.d != nil {
		if n := optionTime(l.d, option.LeaseTime); n != 0 {
			return starlark.MakeUint64(uint64(n))
		}
		return starlark.None
	}
	if l.stored.Expires == engine.Never {
		return starlark.MakeUint64(engine.Infinite)
	}
	return starlark.MakeInt64(l.stored.Expires - l.stored.CLTT)
}

func (l *lease) reservation() starlark.Value {
	if l.d == nil {
		return l.c.name(l.stored.Reservation)
	}
	if r := l.reserved(); r != nil {
		return l.c.name(r.ID)
	}
	return starlark.None
}

func (l *lease) extra() starlark.Value {
	if r := l.reserved(); r != nil && r.Details != nil {
		return extra(r.Details.Extra)
	}
	return extra(nil)
}

func (l *lease) state() starlark.Value {
	switch {
	case l.stored != nil && l.stored.State == engine.Active && !l.stored.Holds(l.c.Now.Unix()):
		return l.c.name(engine.Expired.String())
	case l.stored != nil:
		return l.c.name(l.stored.State.String())
	case l.c.Query != nil && l.c.request.kind() == kindSelecting:
		return starlark.String("offered")
	}
	return starlark.String("new")
}

// String names the lease.
func (l *lease) String() string { return fmt.Sprintf("lease(%v)", l.ip()) }

// Type implements starlark.Value.
func (l *lease) Type() string { return "lease" }

// Hash implements starlark.Value.
func (l *lease) Hash() (uint32, error) { return unhashable("lease") }

// Attr implements starlark.HasAttrs.
func (l *lease) Attr(name string) (starlark.Value, error) { return leaseObject.read(l, name) }

// AttrNames implements starlark.HasAttrs.
func (l *lease) AttrNames() []string { return leaseObject.names }

// SetField implements starlark.HasSetField.
func (l *lease) SetField(name string, _ starlark.Value) error {
	if leaseObject.find(name) == nil {
		return starlark.NoSuchAttrError("lease has no ." + name + " field")
	}
	return fmt.Errorf("lease.%s cannot be set; what can be changed is in the reply, as reply.lease_time", name)
}
