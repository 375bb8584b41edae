package value

import (
	"bytes"
	"strconv"
	"strings"

	"go.starlark.net/starlark"

	"rollcall/leased/engine"
)

// texts are values that come again with other messages: names of links and subnets, vendor classes, addresses of relays. Having them
// at hand saves making them anew.
type texts struct {
	by map[string]starlark.Value
}

const (
	// maxTexts bounds how many are kept, so that clients which send something else every time cost no memory.
	maxTexts = 256
	// maxText is how long those are that are kept.
	maxText = 64
)

// of returns b as a string of the language.
func (t *texts) of(b []byte) starlark.Value {
	if len(b) > maxText {
		return starlark.String(b)
	}
	if v, ok := t.by[string(b)]; ok {
		return v
	}
	if t.by == nil || len(t.by) >= maxTexts {
		t.by = make(map[string]starlark.Value)
	}
	s := string(b)
	v := starlark.Value(starlark.String(s))
	t.by[s] = v
	return v
}

// ofString is of for what is a string already.
func (t *texts) ofString(s string) starlark.Value {
	if v, ok := t.by[s]; ok {
		return v
	}
	return t.of([]byte(s))
}

// name is a text, None for "".
func (c *Context) name(s string) starlark.Value {
	if s == "" {
		return starlark.None
	}
	return c.texts.ofString(s)
}

// address is dotted decimal, None for 0.
func (c *Context) address(ip engine.IP) starlark.Value {
	if ip == 0 {
		return starlark.None
	}
	var buf [len("255.255.255.255")]byte
	return c.texts.of(ip.Addr().AppendTo(buf[:0]))
}

// said is what a client says in text, without the terminating NULs that some add.
func (c *Context) said(b []byte) starlark.Value { return c.texts.of(bytes.TrimRight(b, "\x00")) }

// relayText is a circuit or remote id as the configuration writes it, None for none.
func (c *Context) relayText(b []byte) starlark.Value {
	if len(b) == 0 {
		return starlark.None
	}
	for _, o := range b {
		if o < 0x20 || o > 0x7e {
			return c.texts.ofString(engine.RelayText(b))
		}
	}
	if len(b) >= 4 && string(b[:4]) == "hex:" {
		return c.texts.ofString(engine.RelayText(b))
	}
	return c.texts.of(b)
}

// octetText is hexadecimal with colons, None for no octets.
func octetText(b []byte) starlark.Value {
	if len(b) == 0 {
		return starlark.None
	}
	const digits = "0123456789abcdef"
	text := make([]byte, 0, 3*len(b))
	for i, o := range b {
		if i > 0 {
			text = append(text, ':')
		}
		text = append(text, digits[o>>4], digits[o&15])
	}
	return starlark.String(text)
}

// splitRef divides name/serial; a subnet without a serial has 0.
func splitRef(ref string) (name string, serial int) {
	if i := strings.LastIndexByte(ref, '/'); i >= 0 {
		if n, err := strconv.Atoi(ref[i+1:]); err == nil {
			return ref[:i], n
		}
	}
	return ref, 0
}

// shown is text in a message of ours: quoted, and not endless.
func shown(s string) string {
	const most = 60
	if len(s) > most {
		return strconv.Quote(s[:most]) + "…"
	}
	return strconv.Quote(s)
}

// list makes an immutable list.
func list(values []starlark.Value) starlark.Value {
	l := starlark.NewList(values)
	l.Freeze()
	return l
}

// names makes an immutable list of texts.
func (c *Context) names(texts []string) starlark.Value {
	values := make([]starlark.Value, len(texts))
	for i, s := range texts {
		values[i] = c.texts.ofString(s)
	}
	return list(values)
}
