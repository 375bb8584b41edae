package value

import (
	"fmt"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// relay is what a relay says of the client.
type relay struct {
	plain
	c      *Context
	giaddr engine.IP
	info   []byte // option 82
}

var relayObject = newObject("relay", "the relay that a message came through, and what it says of the client (82)", []attribute[*relay]{
	{name: "address", doc: "its address (giaddr)", read: func(r *relay) starlark.Value { return r.c.address(r.giaddr) }},
	{name: "circuit_id", doc: `the circuit id (82/1) as text, or in hexadecimal after "hex:" where it cannot be printed; None for none`,
		read: func(r *relay) starlark.Value { return r.text(1) }},
	{name: "remote_id", doc: "the remote id (82/2), likewise", read: func(r *relay) starlark.Value { return r.text(2) }},
	{name: "subscriber_id", doc: "the subscriber id (82/6), likewise", read: func(r *relay) starlark.Value { return r.text(6) }},
	{name: "link_selection", doc: "the address in the subnet of the client (82/5), None for none", read: (*relay).linkSelection},
	{name: "options", doc: "all that it says: a dict of the bytes by number of the sub-option", read: (*relay).options},
})

// reset looks up who relays the message. A client that renews goes past its relay (RFC 2131 §4.3.2 RENEWING); what that said when it
// last came through it counts on, as it does for classes.
func (r *relay) reset(c *Context) {
	q := c.Query
	r.c, r.giaddr, r.info = c, q.GIAddr, nil
	if r.giaddr != 0 {
		r.info, _ = q.Options.Get(option.RelayAgentInfo)
		return
	}
	if f := c.Facts; f != nil && !c.Filtering && f.Lease != nil && q.CIAddr != 0 && f.Lease.IP == q.CIAddr {
		r.giaddr, r.info = f.Lease.Giaddr, f.Lease.RelayInfo
	}
}

func (r *relay) text(code uint8) starlark.Value {
	b, _ := option.SubOption(r.info, code)
	return r.c.relayText(b)
}

func (r *relay) linkSelection() starlark.Value {
	if b, _ := option.SubOption(r.info, 5); len(b) == 4 && string(b) != "\x00\x00\x00\x00" {
		return r.c.addr4(b)
	}
	return starlark.None
}

func (r *relay) options() starlark.Value {
	d := new(starlark.Dict)
	for rest := r.info; len(rest) >= 2 && len(rest) >= 2+int(rest[1]); rest = rest[2+int(rest[1]):] {
		key := starlark.MakeInt(int(rest[0]))
		if _, twice, _ := d.Get(key); !twice { // the first one counts, as in circuit_id
			_ = d.SetKey(key, starlark.Bytes(rest[2:2+int(rest[1])])) // a number as a key never fails
		}
	}
	d.Freeze()
	return d
}

// String names the relay.
func (r *relay) String() string { return fmt.Sprintf("relay(%v)", r.giaddr) }

// Type implements starlark.Value.
func (r *relay) Type() string { return "relay" }

// Hash implements starlark.Value.
func (r *relay) Hash() (uint32, error) { return unhashable("relay") }

// Attr implements starlark.HasAttrs.
func (r *relay) Attr(name string) (starlark.Value, error) { return relayObject.read(r, name) }

// AttrNames implements starlark.HasAttrs.
func (r *relay) AttrNames() []string { return relayObject.names }
