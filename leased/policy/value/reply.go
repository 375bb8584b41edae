package value

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// reply is the answer to a message, as it is decided and as scripts have changed it since.
type reply struct {
	c      *Context
	d      *engine.Decision
	frozen bool
	// was are the fields as decided, now as they are.
	was, now fields
	// edits are the options that are not as decided, each once.
	edits []engine.OptionEdit
	enc   encoder
	def   option.Def // of the option that is being set
}

// fields are what can be changed apart from options.
type fields struct {
	nak                  bool // made one by the script
	leaseTime            uint32
	t1, t2               uint32 // 0 for not told
	t1Set, t2Set         bool   // by the script
	next                 engine.IP
	serverName, file     string
	broadcast, noAddress bool
}

var replyObject = newObject("reply", "the answer as it is decided, to be changed", []attribute[*reply]{
	{name: "kind", doc: `OFFER, ACK or NAK; "NAK" refuses a REQUEST`, read: (*reply).kind, write: (*reply).setKind},
	{name: "options", doc: "its options: options[name] = value sets one, None takes it out",
		read:   func(r *reply) starlark.Value { return &r.c.replyOptions },
		remedy: `set one, as in reply.options["routers"] = ["10.20.0.1"]`},
	{name: "yiaddr", doc: "the address that the client gets; None deletes it", read: (*reply).yiaddr, write: (*reply).setYIAddr},
	{name: "siaddr", doc: "the boot server, None for none",
		read: func(r *reply) starlark.Value { return r.c.address(r.now.next) }, write: (*reply).setSIAddr},
	{name: "sname", doc: "the server name of the header, None for none; at most 63 bytes",
		read: func(r *reply) starlark.Value { return r.c.name(r.now.serverName) },
		write: func(r *reply, v starlark.Value) error {
			return r.setHeader("sname", 63, v, func(f *fields) *string { return &f.serverName })
		}},
	{name: "file", doc: "the boot file of the header, None for none; at most 127 bytes",
		read: func(r *reply) starlark.Value { return r.c.name(r.now.file) },
		write: func(r *reply, v starlark.Value) error {
			return r.setHeader("file", 127, v, func(f *fields) *string { return &f.file })
		}},
	{name: "broadcast", doc: "whether it is sent by broadcast although the client did not ask for that",
		read:  func(r *reply) starlark.Value { return starlark.Bool(r.now.broadcast) },
		write: (*reply).setBroadcast},
	{name: "lease_time", doc: `for how many seconds the address is granted; also set as "8h" or "infinite"; None where none is`,
		read: func(r *reply) starlark.Value { return secondsOrNone(r.now.leaseTime) }, write: (*reply).setLeaseTime},
	{name: "t1", doc: "after how many seconds the client renews (58), None where it is not told",
		read:  func(r *reply) starlark.Value { return secondsOrNone(r.now.t1) },
		write: (*reply).setT1},
	{name: "t2", doc: "after how many seconds it asks all servers (59), None where it is not told",
		read:  func(r *reply) starlark.Value { return secondsOrNone(r.now.t2) },
		write: (*reply).setT2},
	{name: "message", doc: "what it says in words (56), None for nothing", read: (*reply).message, write: (*reply).setMessage},
})

// Reply returns the answer that d is, to be changed. All hooks of one message are given the same one.
func (c *Context) Reply(d *engine.Decision) starlark.Value {
	c.reply.reset(d)
	c.Mark()
	return &c.reply
}

func (r *reply) reset(d *engine.Decision) {
	r.d, r.frozen, r.edits, r.was = d, false, r.edits[:0], fields{}
	if d != nil {
		r.was = fields{
			leaseTime: optionTime(d, option.LeaseTime), t1: optionTime(d, option.RenewalTime), t2: optionTime(d, option.RebindingTime),
			next: d.Next, serverName: d.ServerName, file: d.File, broadcast: d.Broadcast,
		}
	}
	r.now = r.was
}

// optionTime returns a time that an answer tells, 0 for none.
func optionTime(d *engine.Decision, code option.Code) uint32 {
	if b, ok := d.Options.Get(code); ok && len(b) == 4 {
		return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	}
	return 0
}

func secondsOrNone(n uint32) starlark.Value {
	if n == 0 {
		return starlark.None
	}
	return starlark.MakeUint64(uint64(n))
}

// refuses reports whether the answer is a NAK, which tells nothing but why (RFC 2131 Table 3).
func (r *reply) refuses() bool { return r.now.nak || r.d.Kind == engine.Nak }

func (r *reply) kind() starlark.Value {
	if r.now.nak {
		return r.c.name(engine.Nak.String())
	}
	return r.c.name(r.d.Kind.String())
}

func (r *reply) setKind(v starlark.Value) error {
	s, ok := v.(starlark.String)
	switch {
	case ok && string(s) == r.d.Kind.String():
		if r.now.nak && r.c.Explain {
			r.c.note(string(s) + " after all")
		}
		r.now.nak = false
		return nil
	case !ok || string(s) != engine.Nak.String():
		return errors.New(`reply.kind can be made "NAK" and nothing else; to send no answer, return False`)
	case r.c.Query.Type != engine.Request:
		return fmt.Errorf("only a REQUEST can be refused by NAK, and this answers %s; return False to send no answer", r.c.Query.Type)
	}
	if !r.now.nak && r.c.Explain {
		r.c.note(fmt.Sprintf("NAK, was %v", r.d.Kind))
	}
	r.now.nak = true
	return nil
}

func (r *reply) yiaddr() starlark.Value {
	if r.now.noAddress || r.refuses() {
		return starlark.None
	}
	return r.c.address(r.d.IP)
}

func (r *reply) setYIAddr(v starlark.Value) error {
	if v != starlark.None {
		return errors.New("reply.yiaddr can be deleted (None) and not set: the address is the server's to give; " +
			"return a definition from unknown(), or make a reservation")
	}
	if r.d.IP == 0 {
		return nil
	}
	if !r.now.noAddress && r.c.Explain {
		r.c.note(fmt.Sprintf("yiaddr left out, was %v", r.d.IP))
	}
	r.now.noAddress = true
	return nil
}

func (r *reply) setSIAddr(v starlark.Value) error {
	var ip engine.IP
	if v != starlark.None {
		a, err := parseAddress("reply.siaddr", v)
		if err != nil {
			return err
		}
		const multicast = 224 // and on
		if ip = engine.IPOf(a); ip>>24 >= multicast || ip == 0 {
			return fmt.Errorf("reply.siaddr: %v is no address of a server; write for example \"10.20.0.5\", or None for none", a)
		}
	}
	if ip != r.now.next && r.c.Explain {
		r.c.note(change("siaddr", ip.String(), r.now.next.String()))
	}
	r.now.next = ip
	return nil
}

// setHeader sets a text of the header. One octet of its field stays for the NUL that ends it.
func (r *reply) setHeader(name string, most int, v starlark.Value, field func(*fields) *string) error {
	var text string
	switch v := v.(type) {
	case starlark.NoneType:
	case starlark.String:
		text = string(v)
	default:
		return fmt.Errorf("reply.%s takes text or None, not %s", name, v.Type())
	}
	switch {
	case len(text) > most:
		return fmt.Errorf("reply.%s: %d bytes, and the field holds no more than %d; an option may be longer", name, len(text), most)
	case strings.IndexByte(text, 0) >= 0:
		return fmt.Errorf("reply.%s: %s contains a NUL byte, which ends the text; leave it out", name, shown(text))
	}
	at := field(&r.now)
	if *at != text && r.c.Explain {
		r.c.note(change(name, printable(text), printable(*at)))
	}
	*at = text
	return nil
}

func (r *reply) setBroadcast(v starlark.Value) error {
	b, ok := v.(starlark.Bool)
	if !ok {
		return fmt.Errorf("reply.broadcast takes True or False, not %s", v.Type())
	}
	if bool(b) != r.now.broadcast && r.c.Explain {
		r.c.note(change("broadcast", fmt.Sprint(bool(b)), fmt.Sprint(r.now.broadcast)))
	}
	r.now.broadcast = bool(b)
	return nil
}

func (r *reply) message() starlark.Value {
	if b, ok := r.option(option.Message); ok {
		return r.c.said(b)
	}
	return starlark.None
}

func (r *reply) setMessage(v starlark.Value) error {
	r.def = r.c.Names.ByCode(option.Message)
	return r.setOption(&r.def, false, v)
}

// change words a change for explain; "" stands for none.
func change(what, to, from string) string {
	if to == "" {
		return what + " left out, was " + from
	}
	if from == "" {
		from = "not there"
	}
	return what + " " + to + ", was " + from
}

// printable is text for people, which may have come from anywhere.
func printable(s string) string {
	if s == "" {
		return ""
	}
	return shown(s)
}

// String names the answer.
func (r *reply) String() string {
	return fmt.Sprintf("reply(%s)", strings.TrimSpace(string(r.kind().(starlark.String))+" "+r.d.IP.String()))
}

// Type implements starlark.Value.
func (r *reply) Type() string { return "reply" }

// Freeze implements starlark.Value.
func (r *reply) Freeze() { r.frozen = true }

// Truth implements starlark.Value.
func (r *reply) Truth() starlark.Bool { return true }

// Hash implements starlark.Value.
func (r *reply) Hash() (uint32, error) { return unhashable("reply") }

// Attr implements starlark.HasAttrs.
func (r *reply) Attr(name string) (starlark.Value, error) { return replyObject.read(r, name) }

// AttrNames implements starlark.HasAttrs.
func (r *reply) AttrNames() []string { return replyObject.names }

// SetField implements starlark.HasSetField.
func (r *reply) SetField(name string, v starlark.Value) error {
	if r.frozen {
		return fmt.Errorf("cannot set .%s field of frozen reply", name)
	}
	return replyObject.write(r, name, v)
}

// infinite is how a time without end is written in messages.
const infinite = math.MaxUint32
