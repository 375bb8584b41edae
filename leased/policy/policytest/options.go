package policytest

import (
	"encoding/binary"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy/value"
)

// options are those of a message that is built, in the order in which they are set: first the message type, then what the argument options
// says, then what other arguments stand for.
type options struct {
	names *option.Names
	codes []option.Code
	by    map[option.Code][]byte // nil for one that the argument says is not there
	args  map[option.Code]bool   // by the argument options
}

// options reads the argument options: a dict from names and numbers to values; None takes out what would be there by default.
func (k *keywords) options(names *option.Names, kind engine.MessageType) *options {
	o := &options{names: names, by: map[option.Code][]byte{}, args: map[option.Code]bool{}}
	if kind != engine.BOOTRequest {
		o.put(option.MessageType, []byte{byte(kind)})
	}
	v := k.get("options")
	if v == nil {
		return o
	}
	d, ok := v.(starlark.IterableMapping)
	if !ok {
		k.wrong("options", v, `a dict such as {"host-name": "desk"}`)
		return o
	}
	for _, item := range d.Items() {
		if item[1] == starlark.None {
			if code := o.code(k, item[0]); code != 0 {
				o.by[option.Code(code)], o.args[option.Code(code)] = nil, true
			}
			continue
		}
		code, b, err := value.EncodeOption(names, item[0], item[1])
		if err != nil {
			k.fail("options: %v", err)
			return o
		}
		o.put(code, b)
		o.args[code] = true
	}
	return o
}

// put sets an option. One without a value is left out.
func (o *options) put(code option.Code, b []byte) {
	if _, ok := o.by[code]; !ok {
		o.codes = append(o.codes, code)
	}
	o.by[code] = b
}

// set sets the option that an argument stands for; none where that is left out.
func (o *options) set(k *keywords, arg string, code option.Code, b []byte) {
	switch {
	case len(b) == 0:
	case o.args[code] && k.has(arg):
		k.fail("%s is option %s, which options has too; leave one of them out", arg, o.names.ByCode(code).Name)
	case !o.args[code]:
		o.put(code, b)
	}
}

// setAddress sets an option that holds an address, unless options says what it is.
func (o *options) setAddress(code option.Code, ip engine.IP) {
	if !o.args[code] {
		o.put(code, binary.BigEndian.AppendUint32(nil, uint32(ip)))
	}
}

// seconds reads lease_time.
func (o *options) seconds(k *keywords) []byte {
	if !k.has("lease_time") {
		k.known = append(k.known, "lease_time")
		return nil
	}
	return binary.BigEndian.AppendUint32(nil, k.number("lease_time", 0, engine.Infinite))
}

// code reads the name or the number of an option; 0 is a mistake.
func (o *options) code(k *keywords, v starlark.Value) byte {
	if name, ok := starlark.AsString(v); ok {
		def, ok := o.names.ByName(name)
		if near := o.names.Suggest(name); !ok && near != "" {
			k.fail("unknown option %q; did you mean %q?", name, near)
		} else if !ok {
			k.fail("unknown option %q", name)
		}
		return byte(def.Code)
	}
	n, err := starlark.AsInt32(v)
	if err != nil || n < 1 || n > 254 {
		k.fail("%s is no option; write its name, or a number from 1 to 254", brief(v))
		return 0
	}
	return byte(n)
}

// list returns them as they would be received.
func (o *options) list() (l option.List) {
	for _, code := range o.codes {
		if b := o.by[code]; b != nil {
			l = l.Append(code, b)
		}
	}
	return l
}

// relayInfo reads what a relay says of the line of the client and makes option 82 of it (RFC 3046 §2.0), nil for nothing.
func (k *keywords) relayInfo() (info []byte) {
	for _, sub := range []struct {
		code byte
		arg  string
	}{{1, "circuit_id"}, {2, "remote_id"}, {6, "subscriber_id"}} { // RFC 3046 §3.1, §3.2, RFC 3993 §2
		if b := k.said(sub.arg); b != nil {
			info = append(append(info, sub.code, byte(len(b))), b...)
		}
	}
	if at := k.address("link_selection", 0); at != 0 { // RFC 3527 §3
		info = binary.BigEndian.AppendUint32(append(info, 5, 4), uint32(at))
	}
	return info
}
