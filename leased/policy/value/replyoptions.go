package value

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// refused says of the options that are not a script's to set what to write instead.
var refused = map[option.Code]string{
	option.RequestedAddress:     "is sent by clients only",
	option.ParameterRequestList: "is sent by clients only",
	option.MaxMessageSize:       "is sent by clients only",
	option.Overload:             "is set where the answer is written, when it does not fit otherwise",
	option.MessageType:          `comes from the kind of the answer; set reply.kind = "NAK" to refuse a REQUEST`,
	option.ServerID:             "is how the client finds the server again; set server_id of the subnet in the configuration",
	option.RapidCommit:          "comes from rapid_commit in the configuration",
	option.RelayAgentInfo:       "returns to the relay as it came",
	option.SubnetSelection:      "returns to the relay as it came",
	option.Authentication:       "cannot be signed by a script",
}

// errRefused returns why an option is not the policy's, nil for one that is.
func errRefused(d *option.Def) error {
	if why, ok := refused[d.Code]; ok {
		return fmt.Errorf("option %s (%d) %s", d.Name, uint8(d.Code), why)
	}
	return nil
}

// setOption sets an option, or takes it out.
func (r *reply) setOption(d *option.Def, numbered bool, v starlark.Value) error {
	if r.frozen {
		return fmt.Errorf("cannot set option %s of frozen reply", d.Name)
	}
	if err := errRefused(d); err != nil {
		return err
	}
	switch d.Code {
	case option.LeaseTime:
		return r.setTimeOption(d, v, (*reply).setLeaseTime)
	case option.RenewalTime:
		return r.setTimeOption(d, v, (*reply).setT1)
	case option.RebindingTime:
		return r.setTimeOption(d, v, (*reply).setT2)
	case option.ClientID:
		if v != starlark.None {
			return fmt.Errorf("option %s (61) returns to the client as it came (RFC 6842); None leaves it out", d.Name)
		}
	}
	if err := byNumber(d, numbered, v); err != nil {
		return err
	}
	b, err := r.enc.encode(d, v)
	if err == nil {
		err = r.c.charge(r.enc.work())
	}
	if err != nil {
		return err
	}
	r.put(d, b)
	return nil
}

// setTimeOption sets the field that an option tells.
func (r *reply) setTimeOption(d *option.Def, v starlark.Value, set func(*reply, starlark.Value) error) error {
	if b, ok := v.(starlark.Bytes); ok {
		if len(b) != 4 {
			return fmt.Errorf("option %s takes 4 bytes, not %d", d.Name, len(b))
		}
		v = starlark.MakeUint64(uint64(binary.BigEndian.Uint32([]byte(b))))
	}
	return set(r, v)
}

// put makes b the octets of an option, nil for none.
func (r *reply) put(d *option.Def, b []byte) {
	have, there := r.option(d.Code)
	if there == (b != nil) && bytes.Equal(have, b) {
		return
	}
	if r.c.Explain {
		r.c.note(r.worded(d, b, have, there))
	}
	i := slices.IndexFunc(r.edits, func(e engine.OptionEdit) bool { return e.Code == d.Code })
	decided, had := r.decided(d.Code)
	switch same := had == (b != nil) && bytes.Equal(decided, b); {
	case same && i >= 0:
		r.edits = slices.Delete(r.edits, i, i+1)
	case same:
	case i >= 0:
		r.edits[i].Value = b
	default:
		r.edits = append(r.edits, engine.OptionEdit{Code: d.Code, Value: b})
	}
}

// worded says for explain what becomes of an option.
func (r *reply) worded(d *option.Def, to, from []byte, was bool) string {
	text := func(b []byte, there bool) string {
		const most = 120
		if !there {
			return ""
		}
		if s := d.Text(b); len(s) > most {
			return s[:most] + "…"
		} else if s != "" {
			return s
		}
		return `""`
	}
	said := change(d.Name, text(to, to != nil), text(from, was))
	if r.refuses() && d.Code != option.Message && d.Code != option.ClientID {
		said += " (not sent: a NAK carries none)"
	}
	return said
}

// option returns an option as it is now.
func (r *reply) option(code option.Code) ([]byte, bool) {
	switch code {
	case option.LeaseTime:
		return timeOctets(r.now.leaseTime)
	case option.RenewalTime:
		return timeOctets(r.now.t1)
	case option.RebindingTime:
		return timeOctets(r.now.t2)
	}
	for i := range r.edits {
		if e := &r.edits[i]; e.Code == code {
			return e.Value, e.Value != nil
		}
	}
	return r.decided(code)
}

func timeOctets(n uint32) ([]byte, bool) {
	if n == 0 {
		return nil, false
	}
	return binary.BigEndian.AppendUint32(nil, n), true
}

// decided returns an option as it is decided. The client identifier is not among those, as the frontend returns it.
func (r *reply) decided(code option.Code) ([]byte, bool) {
	if code == option.ClientID {
		if r.d.OmitClientID || r.c.Query.Type == engine.BOOTRequest {
			return nil, false
		}
		return r.c.Query.Options.Get(code)
	}
	return r.d.Options.Get(code)
}

// codes calls add with the codes of the options that are there: those that were decided in their order, then the others.
func (r *reply) codes(add func(option.Code)) {
	for code := range r.d.Options.All() {
		if _, ok := r.option(code); ok && code != option.ClientID {
			add(code)
		}
	}
	for _, code := range [...]option.Code{option.RenewalTime, option.RebindingTime} {
		if _, ok := r.option(code); ok {
			if _, had := r.d.Options.Get(code); !had {
				add(code)
			}
		}
	}
	for _, e := range r.edits {
		if _, had := r.decided(e.Code); !had && e.Value != nil {
			add(e.Code)
		}
	}
	if _, ok := r.option(option.ClientID); ok {
		add(option.ClientID)
	}
}
