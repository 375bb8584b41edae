package service

import (
	"errors"
	"fmt"
	"math"

	"rollcall/internal/fault"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	leasedv1 "rollcall/proto/leased/v1"
)

// optionsOf reads the options of a reservation. Their values together fit into a message.
func optionsOf(names *option.Names, m map[string]*leasedv1.OptionValue) ([]engine.Option, error) {
	const field = "reservation.options"
	var list []engine.Option
	given := map[option.Code]string{}
	size := 0
	for name, v := range m {
		def, err := optionNamed(names, field, name)
		if err != nil {
			return nil, err
		}
		at := field + "." + name
		if def.Reserved != "" {
			return nil, fault.New(fault.Invalid, reasonBadOption, "option %s %s", def.Name, def.Reserved).On(at)
		}
		if first, twice := given[def.Code]; twice {
			return nil, givenTwice(def, first, name).On(field)
		}
		given[def.Code] = name
		o := engine.Option{Code: def.Code}
		if o.Value, err = encodeOption(def, at, v); err != nil {
			return nil, err
		}
		if o.Send, err = sendOf(at, v, o.Value); err != nil {
			return nil, err
		}
		if size += len(o.Value); size > math.MaxUint16 {
			return nil, fault.New(fault.Invalid, reasonBadOption, "the options have more than %d octets together, and no message holds them",
				math.MaxUint16).On(field)
		}
		list = append(list, o)
	}
	return list, nil
}

// optionNamed finds an option by its name or option-N.
func optionNamed(names *option.Names, field, name string) (option.Def, error) {
	def, ok := names.ByName(name)
	if ok {
		return def, nil
	}
	remedy := "write its name in the IANA registry in lower case with dashes, one of option_definitions, or option-N"
	if s := names.Suggest(name); s != "" {
		remedy = fmt.Sprintf("did you mean %q?", s)
	}
	return def, fault.New(fault.Invalid, reasonBadOption, "unknown option %q; %s", name, remedy).On(field)
}

// givenTwice says that two names are those of one option. Maps have no order, the message does.
func givenTwice(def option.Def, a, b string) *fault.Error {
	return fault.New(fault.Invalid, reasonBadOption, "option %s is given twice, as %q and %q; leave out one of them", def.Name, min(a, b), max(a, b))
}

// encodeOption returns the octets of an option; nil to send nothing.
func encodeOption(def option.Def, field string, v *leasedv1.OptionValue) ([]byte, error) {
	var b []byte
	var err error
	switch {
	case len(v.GetEntries()) == 0:
		b, err = def.Encode(v.GetValues())
	case len(v.GetValues()) > 0:
		return nil, fault.New(fault.Invalid, reasonBadOption, "option %s has values and entries; give either", def.Name).On(field)
	case !def.Mapped():
		return nil, fault.New(fault.Invalid, reasonBadOption, "option %s takes values, not entries", def.Name).On(field)
	default:
		b, err = def.EncodeMapping(optionEntries(v.GetEntries()))
	}
	if err == nil {
		return b, nil
	}
	if ve, ok := errors.AsType[*option.ValueError](err); ok {
		return nil, fault.New(fault.Invalid, reasonBadOption, "%v", ve).On(field)
	}
	return nil, err
}

func optionEntries(list []*leasedv1.OptionEntry) []option.Entry {
	var entries []option.Entry
	for _, e := range list {
		entries = append(entries, option.Entry{Key: e.GetKey(), Values: e.GetValues(), Entries: optionEntries(e.GetEntries())})
	}
	return entries
}

// sendOf reads to whom an option with a value goes. One without goes to nobody.
func sendOf(field string, v *leasedv1.OptionValue, value []byte) (engine.Send, error) {
	switch send := v.GetSend(); {
	case send < 0 || send > leasedv1.OptionValue_SEND_NEVER:
		return 0, fault.New(fault.Invalid, reasonBadOption, "%d is none of the values of send", send).On(field)
	case send == leasedv1.OptionValue_SEND_NEVER && value != nil:
		return 0, fault.New(fault.Invalid, reasonBadOption, "an option that is never sent has no value; leave it out").On(field)
	case value == nil:
		return engine.SendDefault, nil
	default:
		return engine.Send(send), nil
	}
}

// optionsProto writes options by name, so that optionsOf reads them back.
func optionsProto(names *option.Names, options engine.Options) map[string]*leasedv1.OptionValue {
	list := options.All()
	if len(list) == 0 {
		return nil
	}
	m := make(map[string]*leasedv1.OptionValue, len(list))
	for _, o := range list {
		def := names.ByCode(o.Code)
		v := &leasedv1.OptionValue{Send: leasedv1.OptionValue_Send(o.Send)}
		if o.Value == nil {
			v.Send = leasedv1.OptionValue_SEND_NEVER
		} else if entries, ok := mapped(def, o.Value); ok {
			v.Entries = entriesProto(entries)
		} else {
			v.Values = def.Written(o.Value)
		}
		m[def.Name] = v
	}
	return m
}

func mapped(def option.Def, value []byte) ([]option.Entry, bool) {
	if !def.Mapped() {
		return nil, false
	}
	return def.Entries(value)
}

func entriesProto(entries []option.Entry) []*leasedv1.OptionEntry {
	var list []*leasedv1.OptionEntry
	for _, e := range entries {
		list = append(list, &leasedv1.OptionEntry{Key: e.Key, Values: e.Values, Entries: entriesProto(e.Entries)})
	}
	return list
}
