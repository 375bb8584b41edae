package value

import (
	"fmt"
	"math"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy/sandbox"
)

// Definition is what a script gives a machine that has no reservation: what one would give it. It is immutable.
type Definition struct {
	plain
	// Reservation has no ID and no identifier. Subnet is "" where the address says it.
	Reservation engine.Reservation
	// LeaseTime is in seconds, 0 for that of the subnet.
	LeaseTime uint32

	names *option.Names
}

var definitionObject = newObject("definition", "what definition() returns", []attribute[*Definition]{
	{name: "address", doc: "the address, None for one from a pool", read: func(d *Definition) starlark.Value { return textOrNone(d.Reservation.IP.String()) }},
	{name: "subnet", doc: "the name of the subnet, None for that of the address", read: func(d *Definition) starlark.Value { name, _ := splitRef(d.Reservation.Subnet); return textOrNone(name) }},
	{name: "serial", doc: "the serial of the subnet, 0 for none", read: func(d *Definition) starlark.Value { _, n := splitRef(d.Reservation.Subnet); return starlark.MakeInt(n) }},
	{name: "lease_time", doc: "the lease time in seconds, None for that of the subnet", read: func(d *Definition) starlark.Value { return secondsOrNone(d.LeaseTime) }},
	{name: "hostname", doc: "the name that the machine is given, None for none", read: func(d *Definition) starlark.Value { return textOrNone(d.Reservation.Hostname) }},
	{name: "options", doc: "its options, a dict by name of what the script would read", read: (*Definition).options},
	{name: "classes", doc: "the names of the classes that it adds", read: func(d *Definition) starlark.Value { return (&reservation{r: &d.Reservation}).classes() }},
	{name: "extra", doc: "what events carry of it, a dict of texts", read: func(d *Definition) starlark.Value { return (&reservation{r: &d.Reservation}).extra() }},
})

// define is the builtin definition.
func define(names *option.Names, thread *starlark.Thread, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var address, leaseTime, subnet, hostname starlark.Value = starlark.None, starlark.None, starlark.None, starlark.None
	serial := 0
	var options, extra *starlark.Dict
	var classes starlark.Iterable
	if err := starlark.UnpackArgs(name, args, kwargs, "address?", &address, "subnet?", &subnet, "serial?", &serial, "lease_time??", &leaseTime,
		"hostname??", &hostname, "options??", &options, "classes??", &classes, "extra??", &extra); err != nil {
		return nil, err
	}
	d := &Definition{names: names}
	r := &d.Reservation
	if address != starlark.None {
		a, err := parseAddress("definition: address", address)
		if err != nil {
			return nil, err
		}
		if r.IP = engine.IPOf(a); r.IP == 0 || r.IP>>24 >= 224 || r.IP>>24 == 127 {
			return nil, fmt.Errorf("definition: %v is no address of a machine", a)
		}
	}
	switch s := subnet.(type) {
	case starlark.NoneType:
	case starlark.String:
		r.Subnet = string(s)
	default:
		return nil, fmt.Errorf("definition: subnet takes the name of one, not %s", s.Type())
	}
	switch {
	case serial < 0 || serial > math.MaxInt32:
		return nil, fmt.Errorf("definition: serial %d is not in 0 to %d", serial, math.MaxInt32)
	case serial != 0 && r.Subnet == "":
		return nil, fmt.Errorf("definition: serial %d is of no subnet; name the subnet too", serial)
	case serial != 0:
		r.Subnet = fmt.Sprintf("%s/%d", r.Subnet, serial)
	case r.IP == 0 && r.Subnet == "":
		return nil, fmt.Errorf(`definition: neither address nor subnet is given; write definition(address="10.20.0.7") or definition(subnet="hall")`)
	}
	if leaseTime != starlark.None {
		n, err := parseSeconds("definition: lease_time", leaseTime)
		if err != nil {
			return nil, err
		}
		d.LeaseTime = n
	}
	switch s := hostname.(type) {
	case starlark.NoneType:
	case starlark.String:
		if r.Hostname = string(s); r.Hostname != engine.CleanHostname([]byte(s)) {
			return nil, fmt.Errorf("definition: hostname %s is no host name: letters, digits, dashes and dots, labels of at most 63", shown(string(s)))
		}
	default:
		return nil, fmt.Errorf("definition: hostname takes text, not %s", s.Type())
	}
	from := "definition"
	if pos := sandbox.Where(thread); options != nil && pos.IsValid() {
		from = fmt.Sprintf("definition (%v)", pos)
	}
	details, err := detailsOf(names, from, options, classes, extra)
	if err != nil {
		return nil, err
	}
	if !details.Empty() {
		r.Details = details
	}
	return d, nil
}

// maxEntries is how many classes, and entries of extra, a definition can have.
const maxEntries = 64

// detailsOf reads what only some definitions have. from is the level that explain calls the options'.
func detailsOf(names *option.Names, from string, options *starlark.Dict, classes starlark.Iterable, carried *starlark.Dict) (*engine.Details, error) {
	d := &engine.Details{}
	if options != nil {
		var enc encoder
		var list []engine.Option
		seen := map[option.Code]bool{}
		for _, item := range options.Items() {
			o, err := definedOption(names, &enc, item[0], item[1])
			if err != nil {
				return nil, fmt.Errorf("definition: %w", err)
			}
			if seen[o.Code] {
				return nil, fmt.Errorf("definition: option %s is given twice", names.ByCode(o.Code).Name)
			}
			seen[o.Code], o.From = true, from
			list = append(list, o)
		}
		d.Options = engine.NewOptions(list)
	}
	if classes != nil {
		if _, text := classes.(starlark.Value).(starlark.String); text {
			return nil, fmt.Errorf("definition: classes takes a list of names")
		}
		for v := range starlark.Elements(classes) {
			s, ok := v.(starlark.String)
			if !ok || len(d.Classes) == maxEntries {
				return nil, fmt.Errorf("definition: classes takes a list of at most %d names", maxEntries)
			}
			d.Classes = append(d.Classes, string(s))
		}
	}
	if carried != nil && carried.Len() > 0 {
		if carried.Len() > maxEntries {
			return nil, fmt.Errorf("definition: extra has %d entries, and takes at most %d", carried.Len(), maxEntries)
		}
		d.Extra = make(map[string]string, carried.Len())
		for _, item := range carried.Items() {
			k, key := item[0].(starlark.String)
			v, text := item[1].(starlark.String)
			if !key || !text {
				return nil, fmt.Errorf("definition: extra takes text under text, not %s under %s", item[1].Type(), item[0].Type())
			}
			if err := checkAnnotation(string(k), string(v)); err != nil {
				return nil, fmt.Errorf("definition: extra: %w", err)
			}
			d.Extra[valid(k)] = valid(v)
		}
	}
	return d, nil
}

// definedOption reads an option of a definition. None leaves it out, whatever the configuration says further out.
func definedOption(names *option.Names, enc *encoder, key, v starlark.Value) (engine.Option, error) {
	def, numbered, err := lookUp(names, key)
	if err == nil {
		err = errRefused(&def)
	}
	if err == nil {
		switch def.Code {
		case option.LeaseTime, option.RenewalTime, option.RebindingTime:
			err = fmt.Errorf("option %s (%d) comes from the lease time; set lease_time= instead, or the times in reply()", def.Name, uint8(def.Code))
		case option.ClientID:
			err = fmt.Errorf("option %s (61) returns to the client as it came (RFC 6842)", def.Name)
		default:
			err = byNumber(&def, numbered, v)
		}
	}
	if err != nil {
		return engine.Option{}, err
	}
	b, err := enc.encode(&def, v)
	return engine.Option{Code: def.Code, Value: b}, err
}

func (d *Definition) options() starlark.Value {
	var c Context
	dict := new(starlark.Dict)
	if d.Reservation.Details != nil {
		for _, o := range d.Reservation.Details.Options.All() {
			def := d.names.ByCode(o.Code)
			v := starlark.Value(starlark.None)
			if o.Value != nil {
				v = c.decode(&def, o.Value)
			}
			_ = dict.SetKey(starlark.String(def.Name), v) // a string as a key never fails
		}
	}
	dict.Freeze()
	return dict
}

// String names the definition.
func (d *Definition) String() string {
	if d.Reservation.IP != 0 {
		return fmt.Sprintf("definition(%v)", d.Reservation.IP)
	}
	return fmt.Sprintf("definition(%s)", shown(d.Reservation.Subnet))
}

// Type implements starlark.Value.
func (d *Definition) Type() string { return "definition" }

// Hash implements starlark.Value.
func (d *Definition) Hash() (uint32, error) { return unhashable("definition") }

// Attr implements starlark.HasAttrs.
func (d *Definition) Attr(name string) (starlark.Value, error) { return definitionObject.read(d, name) }

// AttrNames implements starlark.HasAttrs.
func (d *Definition) AttrNames() []string { return definitionObject.names }
