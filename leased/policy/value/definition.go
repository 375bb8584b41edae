package value

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"go.starlark.net/starlark"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy/sandbox"
)

// definition is what a script gives a machine that has no reservation: what one would give it. It is immutable.
type definition struct {
	plain
	// reservation has no ID and no identifier. Subnet is "" where the address says it.
	reservation engine.Reservation
	// leaseTime is in seconds, 0 for that of the subnet.
	leaseTime uint32

	names *option.Names
}

var definitionObject = newObject("definition", "what definition() returns", []attribute[*definition]{
	{name: "address", doc: "the address, None for one from a pool",
		read: func(d *definition) starlark.Value { return textOrNone(d.reservation.IP.String()) }},
	{name: "subnet", doc: "the name of the subnet, None for that of the address",
		read: func(d *definition) starlark.Value { name, _ := splitRef(d.reservation.Subnet); return textOrNone(name) }},
	{name: "serial", doc: "the serial of the subnet, 0 for none",
		read: func(d *definition) starlark.Value { _, n := splitRef(d.reservation.Subnet); return starlark.MakeInt(n) }},
	{name: "lease_time", doc: "the lease time in seconds, None for that of the subnet",
		read: func(d *definition) starlark.Value { return secondsOrNone(d.leaseTime) }},
	{name: "hostname", doc: "the name that the machine is given, None for none",
		read: func(d *definition) starlark.Value { return textOrNone(d.reservation.Hostname) }},
	{name: "options", doc: "its options, a dict by name of what the script would read", read: (*definition).options},
	{name: "classes", doc: "the names of the classes that it adds",
		read: func(d *definition) starlark.Value { return (&reservation{r: &d.reservation}).classes() }},
	{name: "extra", doc: "what events carry of it, a dict of texts",
		read: func(d *definition) starlark.Value { return (&reservation{r: &d.reservation}).extra() }},
})

// define is the builtin definition.
func define(c *call) (starlark.Value, error) {
	var address, subnet, hostname, leaseTime starlark.Value = starlark.None, starlark.None, starlark.None, starlark.None
	var serial int
	var options, carried *starlark.Dict
	var classes starlark.Iterable
	err := c.unpack("address?", &address, "subnet?", &subnet, "serial?", &serial, "lease_time??", &leaseTime, "hostname??", &hostname,
		"options??", &options, "classes??", &classes, "extra??", &carried)
	if err != nil {
		if strings.Contains(err.Error(), "unexpected keyword argument") && !strings.Contains(err.Error(), "did you mean") {
			err = fmt.Errorf("%w; it takes address, subnet, serial, lease_time, hostname, options, classes and extra", err)
		}
		return nil, err
	}
	d := &definition{names: c.names}
	if err := d.place(address, subnet, serial); err != nil {
		return nil, err
	}
	if leaseTime != starlark.None {
		if d.leaseTime, err = parseSeconds("definition: lease_time", leaseTime); err != nil {
			return nil, err
		}
	}
	if d.reservation.Hostname, err = definedHostname(hostname); err != nil {
		return nil, err
	}
	var details engine.Details
	if options != nil {
		if details.Options, err = definedOptions(c, options); err != nil {
			return nil, fmt.Errorf("definition: %w", err)
		}
	}
	if details.Classes, err = definedClasses(classes); err != nil {
		return nil, err
	}
	if details.Extra, err = definedExtra(carried); err != nil {
		return nil, fmt.Errorf("definition: extra %w", err)
	}
	if !details.Empty() {
		d.reservation.Details = &details
	}
	return d, nil
}

// place reads where the machine is to be.
func (d *definition) place(address, subnet starlark.Value, serial int) error {
	r := &d.reservation
	if address != starlark.None {
		a, err := parseAddress("definition: address", address)
		if err != nil {
			return err
		}
		if r.IP = engine.IPOf(a); r.IP == 0 || r.IP>>24 >= 224 || r.IP>>24 == 127 {
			return fmt.Errorf("definition: %v is no address of a machine", a)
		}
	}
	switch s := subnet.(type) {
	case starlark.NoneType:
	case starlark.String:
		r.Subnet = string(s)
	default:
		return fmt.Errorf("definition: subnet takes the name of one, not %s", s.Type())
	}
	switch {
	case serial < 0 || serial > math.MaxInt32:
		return fmt.Errorf("definition: serial %d is not in 0 to %d", serial, math.MaxInt32)
	case serial != 0 && r.Subnet == "":
		return fmt.Errorf("definition: serial %d is of no subnet; name the subnet too", serial)
	case serial != 0:
		r.Subnet = fmt.Sprintf("%s/%d", r.Subnet, serial)
	case r.IP == 0 && r.Subnet == "":
		return errors.New("definition: neither address nor subnet is given; " +
			`write definition(address="10.20.0.7") or definition(subnet="hall")`)
	}
	return nil
}

func definedHostname(v starlark.Value) (string, error) {
	switch s := v.(type) {
	case starlark.NoneType:
		return "", nil
	case starlark.String:
		if string(s) != engine.CleanHostname([]byte(s)) {
			return "", fmt.Errorf("definition: hostname %s is no host name: letters, digits, dashes and dots, labels of at most 63",
				shown(string(s)))
		}
		return string(s), nil
	}
	return "", fmt.Errorf("definition: hostname takes text, not %s", v.Type())
}

// maxEntries is how many classes, and entries of extra, a definition can have.
const maxEntries = 64

func definedClasses(classes starlark.Iterable) (names []string, err error) {
	if classes == nil {
		return nil, nil
	}
	for v := range starlark.Elements(classes) {
		s, ok := v.(starlark.String)
		if !ok || len(names) == maxEntries {
			return nil, fmt.Errorf("definition: classes takes a list of at most %d names", maxEntries)
		}
		names = append(names, string(s))
	}
	return names, nil
}

func definedExtra(carried *starlark.Dict) (map[string]string, error) {
	if carried == nil || carried.Len() == 0 {
		return nil, nil
	}
	if carried.Len() > maxEntries {
		return nil, fmt.Errorf("has %d entries, and takes at most %d", carried.Len(), maxEntries)
	}
	m := make(map[string]string, carried.Len())
	for key, v := range carried.Entries() {
		k, named := key.(starlark.String)
		text, ok := v.(starlark.String)
		if !named || !ok {
			return nil, fmt.Errorf("takes text under text, not %s under %s", v.Type(), key.Type())
		}
		if err := checkAnnotation(string(k), string(text)); err != nil {
			return nil, fmt.Errorf("takes what events can carry: %w", err)
		}
		m[valid(k)] = valid(text)
	}
	return m, nil
}

// definedOptions reads the options of a definition. Explain calls them by the place where it is made.
func definedOptions(c *call, dict *starlark.Dict) (engine.Options, error) {
	from := "definition"
	if pos := sandbox.Where(c.thread); pos.IsValid() {
		from = fmt.Sprintf("definition (%v)", pos)
	}
	var enc encoder
	var list []engine.Option
	var seen [256]bool
	for key, v := range dict.Entries() {
		o, err := definedOption(c.names, &enc, key, v)
		if err == nil {
			err = sandbox.Charge(c.thread, enc.work(), 0)
		}
		if err != nil {
			return engine.Options{}, err
		}
		if seen[o.Code] {
			return engine.Options{}, fmt.Errorf("option %s is given twice", c.names.ByCode(o.Code).Name)
		}
		seen[o.Code], o.From = true, from
		list = append(list, o)
	}
	return engine.NewOptions(list), nil
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
			err = fmt.Errorf("option %s (%d) comes from the lease time; set lease_time= instead, or the times in reply()", def.Name,
				uint8(def.Code))
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

func (d *definition) options() starlark.Value {
	var c Context
	dict := new(starlark.Dict)
	if d.reservation.Details != nil {
		for _, o := range d.reservation.Details.Options.All() {
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
func (d *definition) String() string {
	if d.reservation.IP != 0 {
		return fmt.Sprintf("definition(%v)", d.reservation.IP)
	}
	return fmt.Sprintf("definition(%s)", shown(d.reservation.Subnet))
}

// Type implements starlark.Value.
func (d *definition) Type() string { return "definition" }

// Hash implements starlark.Value.
func (d *definition) Hash() (uint32, error) { return unhashable("definition") }

// Attr implements starlark.HasAttrs.
func (d *definition) Attr(name string) (starlark.Value, error) { return definitionObject.read(d, name) }

// AttrNames implements starlark.HasAttrs.
func (d *definition) AttrNames() []string { return definitionObject.names }
