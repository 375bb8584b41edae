package policytest

import (
	"encoding/hex"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"go.starlark.net/lib/json"
	"go.starlark.net/starlark"

	"rollcall/internal/config"
	"rollcall/leased/engine"
)

// keywords are the named arguments of one call. Each of them is read by the method for what it holds; None counts as left out. The first
// mistake is kept in err, and what is read after it is worth nothing.
type keywords struct {
	given map[string]starlark.Value
	known []string
	err   error
}

// read takes the arguments of a call. All of them have names.
func read(b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) *keywords {
	k := &keywords{given: map[string]starlark.Value{}}
	if len(args) > 0 {
		k.fail("arguments have names, as in %s(time = 60)", b.Name())
	}
	for _, kw := range kwargs {
		k.given[string(kw[0].(starlark.String))] = kw[1]
	}
	return k
}

func (k *keywords) fail(format string, args ...any) {
	if k.err == nil {
		k.err = fmt.Errorf(format, args...)
	}
}

// done returns the first mistake; an argument that nobody has read is one.
func (k *keywords) done() error {
	if k.err != nil {
		return k.err
	}
	var unread []string
	for name := range k.given {
		if !slices.Contains(k.known, name) {
			unread = append(unread, name)
		}
	}
	if len(unread) == 0 {
		return nil
	}
	slices.Sort(unread)
	slices.Sort(k.known)
	if near := config.Nearest(unread[0], k.known); near != "" {
		return fmt.Errorf("unknown argument %q; did you mean %q?", unread[0], near)
	}
	return fmt.Errorf("unknown argument %q; there are %s", unread[0], strings.Join(k.known, ", "))
}

// get returns an argument as it came, nil where it is left out.
func (k *keywords) get(name string) starlark.Value {
	k.known = append(k.known, name)
	if v := k.given[name]; v != nil && v != starlark.None {
		return v
	}
	return nil
}

// has reports whether an argument is given. It does not count as read by that.
func (k *keywords) has(name string) bool { v := k.given[name]; return v != nil && v != starlark.None }

// text returns an argument that is text, otherwise where it is left out.
func (k *keywords) text(name, otherwise string) string {
	v := k.get(name)
	if v == nil {
		return otherwise
	}
	s, ok := starlark.AsString(v)
	if !ok {
		k.wrong(name, v, "text")
	}
	return s
}

// texts returns an argument that is a list of texts, or one.
func (k *keywords) texts(name string) []string {
	v := k.get(name)
	if v == nil {
		return nil
	}
	if s, ok := starlark.AsString(v); ok {
		return []string{s}
	}
	var list []string
	for e := range k.elements(name, v, "a list of texts") {
		s, ok := starlark.AsString(e)
		if !ok {
			k.wrong(name, v, "a list of texts")
		}
		list = append(list, s)
	}
	return list
}

// elements yields the elements of a list or tuple.
func (k *keywords) elements(name string, v starlark.Value, want string) func(func(starlark.Value) bool) {
	if it, ok := v.(starlark.Sequence); ok {
		return starlark.Elements(it)
	}
	k.wrong(name, v, want)
	return func(func(starlark.Value) bool) {}
}

// number returns an argument that is a number from 0 to most.
func (k *keywords) number(name string, otherwise, most uint32) uint32 {
	v := k.get(name)
	if v == nil {
		return otherwise
	}
	i, ok := v.(starlark.Int)
	n, fits := i.Uint64()
	if !ok || !fits || n > uint64(most) {
		k.wrong(name, v, fmt.Sprintf("a number from 0 to %d", most))
		return 0
	}
	return uint32(n)
}

// yes returns an argument that is True or False.
func (k *keywords) yes(name string, otherwise bool) bool {
	v := k.get(name)
	if v == nil {
		return otherwise
	}
	b, ok := v.(starlark.Bool)
	if !ok {
		k.wrong(name, v, "True or False")
	}
	return bool(b)
}

// address returns an argument that is an IPv4 address; 0 for 0.0.0.0.
func (k *keywords) address(name string, otherwise engine.IP) engine.IP {
	v := k.get(name)
	if v == nil {
		return otherwise
	}
	s, _ := starlark.AsString(v)
	a, err := netip.ParseAddr(s)
	if err != nil || !a.Is4() {
		k.wrong(name, v, `an IPv4 address such as "192.0.2.10"`)
	}
	return engine.IPOf(a)
}

// moment returns an argument that is a time: unix seconds, text, or what request.time is.
func (k *keywords) moment(name string, otherwise time.Time) time.Time {
	v := k.get(name)
	switch x := v.(type) {
	case nil:
		return otherwise
	case starlark.Int:
		if n, ok := x.Int64(); ok && n >= 0 && n < math.MaxUint32 {
			return time.Unix(n, 0).UTC()
		}
	case starlark.String:
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly} {
			if t, err := time.Parse(layout, string(x)); err == nil {
				return t.UTC()
			}
		}
	case starlark.HasAttrs:
		if u, err := x.Attr("unix"); err == nil {
			if i, ok := u.(starlark.Int); ok {
				n, _ := i.Int64()
				return time.Unix(n, 0).UTC()
			}
		}
	}
	k.wrong(name, v, `a time in UTC such as "2026-05-01 08:30", or unix seconds`)
	return time.Time{}
}

// octets returns an argument that is octets: bytes, hexadecimal text with colons or without.
func (k *keywords) octets(name string) []byte {
	v := k.get(name)
	switch x := v.(type) {
	case nil:
		return nil
	case starlark.Bytes:
		return []byte(x)
	case starlark.String:
		if b, err := hex.DecodeString(strings.NewReplacer(":", "", "-", "").Replace(string(x))); err == nil && len(b) > 0 {
			return b
		}
	}
	k.wrong(name, v, `octets in hexadecimal such as "01:52:54:00:12:34:56"`)
	return nil
}

// said returns what a relay says in text: as text, "hex:…" or bytes.
func (k *keywords) said(name string) []byte {
	v := k.get(name)
	switch x := v.(type) {
	case nil:
		return nil
	case starlark.Bytes:
		return k.short(name, v, []byte(x))
	case starlark.String:
		digits, isHex := strings.CutPrefix(string(x), "hex:")
		if !isHex {
			return k.short(name, v, []byte(x))
		}
		if b, err := hex.DecodeString(digits); err == nil {
			return k.short(name, v, b)
		}
	}
	k.wrong(name, v, `text, or octets as in "hex:0a0b"`)
	return nil
}

// short refuses what no suboption can hold.
func (k *keywords) short(name string, v starlark.Value, b []byte) []byte {
	if len(b) > math.MaxUint8 {
		k.wrong(name, v, "at most 255 octets")
	}
	return b
}

// extra returns an argument that is a dict of texts.
func (k *keywords) extra(name string) map[string]string {
	v := k.get(name)
	if v == nil {
		return nil
	}
	d, ok := v.(starlark.IterableMapping)
	if !ok {
		k.wrong(name, v, "a dict of texts")
		return nil
	}
	m := map[string]string{}
	for _, item := range d.Items() {
		key, isText := starlark.AsString(item[0])
		value, too := starlark.AsString(item[1])
		if !isText || !too {
			k.wrong(name, v, "a dict of texts")
		}
		m[key] = value
	}
	return m
}

func (k *keywords) wrong(name string, got starlark.Value, want string) {
	k.fail("%s is %s; it must be %s", name, brief(got), want)
}

// json returns an argument as JSON, nil where it is left out.
func (k *keywords) json(name string) []byte {
	v := k.get(name)
	if v == nil {
		return nil
	}
	text, err := starlark.Call(new(starlark.Thread), json.Module.Members["encode"], starlark.Tuple{v}, nil)
	s, ok := text.(starlark.String)
	if err != nil || !ok {
		k.fail("%s holds what JSON cannot: a registration system would not say it", name)
	}
	return []byte(s)
}
