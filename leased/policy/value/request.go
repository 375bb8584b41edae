package value

import (
	"encoding/binary"
	"fmt"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
)

// request is the message of a client.
type request struct {
	plain
	c *Context
}

var requestObject = newObject("request", "the message of a client, and what is known of that", []attribute[*request]{
	{name: "kind", doc: "what the client wants: DISCOVER, REQUEST:SELECTING, REQUEST:INIT-REBOOT, REQUEST:RENEW, REQUEST:REBIND, " +
		"INFORM, DECLINE, RELEASE, BOOTREQUEST or LEASEQUERY", read: (*request).kind},
	{name: "mac", doc: `the hardware address, as "52:54:00:12:34:56"`, read: (*request).mac},
	{name: "htype", doc: "the hardware type, 1 for Ethernet",
		read: func(r *request) starlark.Value { return starlark.MakeInt(int(r.q().HW.Type)) }},
	{name: "xid", doc: "the transaction id",
		read: func(r *request) starlark.Value { return starlark.MakeUint64(uint64(r.q().XID)) }},
	{name: "secs", doc: "for how many seconds the client has been trying, as it says",
		read: func(r *request) starlark.Value { return starlark.MakeInt(int(r.q().Secs)) }},
	{name: "hops", doc: "how many relays it came through",
		read: func(r *request) starlark.Value { return starlark.MakeInt(int(r.q().Hops)) }},
	{name: "flags", doc: "the flags of the header",
		read: func(r *request) starlark.Value { return starlark.MakeInt(int(r.q().Flags)) }},
	{name: "broadcast", doc: "whether the client wants its answer by broadcast",
		read: func(r *request) starlark.Value { return starlark.Bool(r.q().Flags&0x8000 != 0) }},
	{name: "ciaddr", doc: "the address that the client has and uses, None for none",
		read: func(r *request) starlark.Value { return r.c.address(r.q().CIAddr) }},
	{name: "yiaddr", doc: "yiaddr as the client sent it, None for 0",
		read: func(r *request) starlark.Value { return r.c.address(r.q().YIAddr) }},
	{name: "siaddr", doc: "siaddr as the client sent it, None for 0",
		read: func(r *request) starlark.Value { return r.c.address(r.q().SIAddr) }},
	{name: "giaddr", doc: "the address of the relay that the message came through, None for none",
		read: func(r *request) starlark.Value { return r.c.address(r.q().GIAddr) }},
	{name: "sname", doc: `the server name of the header, "" for none`,
		read: func(r *request) starlark.Value { return r.c.said(r.q().ServerName) }},
	{name: "file", doc: `the file name of the header, "" for none`,
		read: func(r *request) starlark.Value { return r.c.said(r.q().File) }},
	{name: "source", doc: "the address that the datagram came from, None for 0",
		read: func(r *request) starlark.Value { return r.c.address(r.q().Source) }},
	{name: "destination", doc: "the address that the datagram was sent to, None where that is not known",
		read: func(r *request) starlark.Value { return r.c.address(r.q().Destination) }},
	{name: "port", doc: "the port that it was sent to: 67, or 4011 for what firmware asks there",
		read: func(r *request) starlark.Value { return starlark.MakeInt(int(r.q().Port)) }},
	{name: "link", doc: `the interface that it arrived on, as "eth1" or "eth1.100"`, read: (*request).link},
	{name: "frontend", doc: "the name of the frontend that received it", read: (*request).frontend},
	{name: "vlan", doc: "the VLAN id of its segment, the outer one of two, None for an untagged one", read: (*request).vlan},
	{name: "options", doc: "the options of the message", read: func(r *request) starlark.Value { return &r.c.queryOptions }},
	{name: "hostname", doc: `what the client calls itself (12, else 81) as a proper host name, "" for nothing`,
		read: (*request).hostname},
	{name: "client_id", doc: `the client identifier (61) in hexadecimal, as "01:52:54:00:12:34:56", None for none`,
		read: func(r *request) starlark.Value { return octetText(r.option(option.ClientID)) }},
	{name: "vendor_class", doc: `the vendor class (60) as it came, "" for none`,
		read: func(r *request) starlark.Value { return r.c.said(r.q().Boot().VendorClass) }},
	{name: "user_classes", doc: "the user classes (77), a list of texts", read: (*request).userClasses},
	{name: "requested_address", doc: "the address that the client asks for (50), None for none",
		read: func(r *request) starlark.Value { return r.c.address(engine.IP(r.uint32(option.RequestedAddress))) }},
	{name: "parameters", doc: "the options that it asks for (55), a list of numbers", read: (*request).parameters},
	{name: "lease_time", doc: "the lease time that it asks for (51) in seconds, None for none", read: (*request).leaseTime},
	{name: "arch", doc: "its firmware as rules of boot files name it, such as uefi-x64, None for a machine that says none",
		read: (*request).arch},
	{name: "arch_number", doc: "the number of its architecture (93), None for none", read: (*request).archNumber},
	{name: "ipxe", doc: "whether it is iPXE", read: func(r *request) starlark.Value { return starlark.Bool(r.boots().IPXE) }},
	{name: "http", doc: "whether it is firmware that boots by HTTP (HTTPClient)",
		read: func(r *request) starlark.Value { return starlark.Bool(r.boots().Class == boot.ClassHTTP) }},
	{name: "uuid", doc: "the UUID of the machine (97) as firmware shows it, None for none", read: (*request).uuid},
	{name: "relay", doc: "what the relay says, None without one; after filter, for a client that renews without its relay, " +
		"what that said before",
		read: (*request).relay},
	{name: "classes", doc: "the names of the classes that the client is a member of", facts: true,
		read: func(r *request) starlark.Value { return r.c.names(r.c.Facts.Classes) }},
	{name: "known", doc: "whether a reservation matches", facts: true,
		read: func(r *request) starlark.Value { return starlark.Bool(r.c.Facts.Known) }},
	{name: "reservation", doc: "the reservation that matches, None for none", facts: true,
		read: func(r *request) starlark.Value { return reservationOrNone(r.c.Facts.Reservation) }},
	{name: "subnet", doc: "the name of the subnet that the message comes from, None where nothing selects one", facts: true,
		read: (*request).subnet},
	{name: "network", doc: "the name of the shared network that it comes from, None where nothing selects one", facts: true,
		read: func(r *request) starlark.Value { return r.c.name(r.c.Facts.Network) }},
	{name: "lease_held", doc: "the lease that the client has there, or had last, None for none", facts: true,
		read: (*request).leaseHeld},
	{name: "lookup", doc: "what the registration system answered about the machine, None for nothing", facts: true,
		read: (*request).lookup},
	{name: "time", doc: "when it is looked at", read: func(r *request) starlark.Value { return Time(r.c.Now.Unix()) }},
})

func (r *request) q() *engine.Query { return r.c.Query }

// option returns the octets of an option, nil for one that is not there.
func (r *request) option(code option.Code) []byte {
	b, _ := r.q().Options.Get(code)
	return b
}

// uint32 returns a number of 4 octets, 0 for an option that is not there or has another length.
func (r *request) uint32(code option.Code) uint32 {
	if b := r.option(code); len(b) == 4 {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// The kinds of messages that scripts know. They are values, so that reading one makes none.
var (
	kindSelecting  = starlark.Value(starlark.String("REQUEST:SELECTING"))
	kindInitReboot = starlark.Value(starlark.String("REQUEST:INIT-REBOOT"))
	kindRenew      = starlark.Value(starlark.String("REQUEST:RENEW"))
	kindRebind     = starlark.Value(starlark.String("REQUEST:REBIND"))
	kinds          = func() (list [256]starlark.Value) {
		for _, t := range engine.MessageTypes() {
			list[t] = starlark.String(t.String())
		}
		return list
	}()
)

// Kind returns what a message is, as request.kind tells it to scripts: DISCOVER, REQUEST:RENEW and so on.
func Kind(q *engine.Query) string {
	text, _ := starlark.AsString(kindOf(q))
	return text
}

func (r *request) kind() starlark.Value { return kindOf(r.q()) }

// kindOf tells the states of a client apart as RFC 2131 §4.3.2 and Table 4 do.
func kindOf(q *engine.Query) starlark.Value {
	if q.Type != engine.Request {
		if k := kinds[q.Type]; k != nil {
			return k
		}
		return starlark.String(q.Type.String())
	}
	switch _, chose := q.Options.Get(option.ServerID); {
	case q.CIAddr == 0 && chose:
		return kindSelecting
	case q.CIAddr == 0:
		return kindInitReboot
	case q.GIAddr == 0 && q.Destination != 0 && q.Destination != 0xffffffff:
		return kindRenew
	}
	return kindRebind
}

func (r *request) mac() starlark.Value { return hardware(r.q().HW) }

// hardware is a hardware address, None for none.
func hardware(hw engine.HW) starlark.Value {
	if hw.Len == 0 {
		return starlark.None
	}
	return starlark.String(hw.String())
}

func (r *request) link() starlark.Value {
	q := r.q()
	if q.Link == nil {
		return starlark.None
	}
	if q.VLAN == 0 {
		return r.c.name(q.Link.Name)
	}
	var buf [64]byte
	return r.c.texts.of(q.AppendLinkName(buf[:0]))
}

func (r *request) frontend() starlark.Value {
	if q := r.q(); q.Link != nil && q.Link.Frontend != nil {
		return r.c.name(q.Link.Frontend.Name)
	}
	return starlark.None
}

func (r *request) vlan() starlark.Value {
	if outer := r.q().VLAN & 0xffff; outer != 0 {
		return starlark.MakeInt(int(outer))
	}
	return starlark.None
}

func (r *request) hostname() starlark.Value { return starlark.String(r.q().CallsItself()) }

func (r *request) userClasses() starlark.Value {
	b := r.q().Boot().UserClass
	if len(b) == 0 {
		return list(nil)
	}
	var items []starlark.Value
	for text := range option.UserClasses(b) {
		items = append(items, r.c.said(text))
	}
	return list(items)
}

func (r *request) parameters() starlark.Value {
	b := r.option(option.ParameterRequestList)
	items := make([]starlark.Value, len(b))
	for i, code := range b {
		items[i] = starlark.MakeInt(int(code))
	}
	return list(items)
}

func (r *request) leaseTime() starlark.Value {
	if b := r.option(option.LeaseTime); len(b) == 4 {
		return starlark.MakeUint64(uint64(binary.BigEndian.Uint32(b)))
	}
	return starlark.None
}

func (r *request) relay() starlark.Value {
	c := r.c
	if !c.relayed {
		c.relay.reset(c)
		c.relayed = true
	}
	if c.relay.giaddr == 0 {
		return starlark.None
	}
	return &c.relay
}

func (r *request) subnet() starlark.Value {
	name, _ := splitRef(r.c.Facts.Subnet)
	return r.c.name(name)
}

func (r *request) leaseHeld() starlark.Value {
	if r.c.Facts.Lease == nil {
		return starlark.None
	}
	r.c.held.stored, r.c.held.d = r.c.Facts.Lease, nil
	return &r.c.held
}

func (r *request) lookup() starlark.Value {
	c := r.c
	if c.lookup == nil {
		c.lookup = starlark.None
		if len(c.Lookup) > 0 {
			c.lookup = ofJSON(c.Lookup)
		}
	}
	return c.lookup
}

// String names the message in short.
func (r *request) String() string {
	return fmt.Sprintf("request(%s from %s)", string(r.kind().(starlark.String)), r.q().HW)
}

// Type implements starlark.Value.
func (r *request) Type() string { return "request" }

// Hash implements starlark.Value.
func (r *request) Hash() (uint32, error) { return unhashable("request") }

// Attr implements starlark.HasAttrs.
func (r *request) Attr(name string) (starlark.Value, error) {
	a := requestObject.find(name)
	switch {
	case a == nil:
		return nil, requestObject.unknown(name)
	case a.facts && r.c.Facts == nil:
		return nil, fmt.Errorf("request.%s is not known to a filter that does not name it; write request.%s, not getattr", name, name)
	}
	return a.read(r), nil
}

// AttrNames implements starlark.HasAttrs.
func (r *request) AttrNames() []string { return requestObject.names }

// SetField implements starlark.HasSetField.
func (r *request) SetField(name string, _ starlark.Value) error {
	if requestObject.find(name) == nil {
		return starlark.NoSuchAttrError("request has no ." + name + " field")
	}
	return fmt.Errorf("request.%s cannot be set: a request is what the client sent; change the reply", name)
}
