package lookup

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// by is who assigns what a service answered.
const by = "lookup"

// reader makes assignments of answers under one configuration.
type reader struct {
	leased *config.Leased
	names  *option.Names
	paths  map[string][]string // to the fields, by their names
}

func newReader(c *config.Leased) *reader {
	r := &reader{leased: c, names: c.Names, paths: map[string][]string{}}
	if r.names == nil {
		r.names = option.Standard()
	}
	for _, name := range config.LookupFields() {
		path := name
		if given := c.Lookup.Fields[name]; given != "" {
			path = given
		}
		r.paths[name] = strings.Split(path, ".")
	}
	return r
}

// finding is what an answer comes to.
type finding struct {
	assignment engine.Assignment
	// lease is how long a lease lasts at most that is given by it.
	lease time.Duration
	// text says it in few words.
	text string
}

// choose makes an assignment of the first object that says something of the network of k; of one that does not, where none does.
func (r *reader) choose(objects []object, k key) (f finding, raw []byte, problem string) {
	for _, o := range objects {
		this, problem := r.read(o.fields, k)
		if problem != "" {
			return f, nil, problem
		}
		if raw == nil || this.assignment.Kind != engine.AssignDefault {
			f, raw = this, o.raw
		}
		if f.assignment.Kind != engine.AssignDefault {
			break
		}
	}
	return f, raw, ""
}

// read makes an assignment of the answer to a question about the machine of k. problem says what is wrong with the answer, "" for
// nothing.
func (r *reader) read(object map[string]any, k key) (f finding, problem string) {
	a := answer{object: object, paths: r.paths, path: pathText(r.paths)}
	if !a.any() {
		return f, fmt.Sprintf("it has none of the fields that are looked for: it has %s; fields says where else they are", keysText(object))
	}
	if ignore := a.truth(config.FieldIgnore); ignore || a.problem != "" {
		f.assignment = engine.Assignment{Kind: engine.AssignIgnore, By: by}
		f.text = "to be ignored"
		return f, a.problem
	}
	if pool := a.text(config.FieldPool); pool != "" || a.problem != "" {
		return r.pool(&a, k, pool)
	}
	return r.definition(&a, k)
}

// pool assigns a pool, and nothing else: a pool says all that its machines get.
func (r *reader) pool(a *answer, k key, name string) (f finding, problem string) {
	for _, field := range config.LookupFields() {
		switch field {
		case config.FieldPool, config.FieldIgnore, config.FieldExtra, config.FieldSubnet, config.FieldSerial:
		default:
			if a.get(field) != nil {
				a.fail(field, "is given beside %s, which says all that its machines get", a.path(config.FieldPool))
			}
		}
	}
	at, p := r.findPool(name)
	if p == nil {
		a.fail(config.FieldPool, "%q is no pool, by name or range", clip(name))
	}
	if a.problem != "" {
		return f, a.problem
	}
	where := p.Name
	if where == "" {
		where = p.First.String() + "-" + p.Last.String()
	}
	f.text = "an address of pool " + where
	if r.elsewhere(at, k) {
		f.text += ", which is not in this network"
		return f, ""
	}
	f.assignment = engine.Assignment{Kind: engine.AssignPool, Pool: where, By: by}
	f.lease = p.Lease.Max
	return f, ""
}

// findPool returns a pool by its name or range.
func (r *reader) findPool(name string) (*config.Subnet, *config.Pool) {
	first, last, isRange := strings.Cut(name, "-")
	if !isRange {
		last = first
	}
	for i := range r.leased.Subnets {
		s := &r.leased.Subnets[i]
		for j := range s.Pools {
			p := &s.Pools[j]
			if p.Name != "" && p.Name == name ||
				p.First.String() == strings.TrimSpace(first) && p.Last.String() == strings.TrimSpace(last) {
				return s, p
			}
		}
	}
	return nil, nil
}

// elsewhere reports whether a subnet is not in the network that a machine was asked about in.
func (r *reader) elsewhere(s *config.Subnet, k key) bool {
	return k.network != "" && s.SharedNetwork != k.network
}

// definition assigns what a reservation would give.
func (r *reader) definition(a *answer, k key) (f finding, problem string) {
	d := &engine.Reservation{Kind: engine.ByHardware, Value: string(k.hw.Bytes()), Hostname: a.hostname()}
	ip := a.address(config.FieldIP)
	s := r.subnet(a, ip)
	seconds := a.leaseTime()
	details := engine.Details{Options: engine.NewOptions(r.options(a, s)), Classes: r.classes(a), Extra: a.extra()}
	if a.problem != "" {
		return f, a.problem
	}
	if !details.Empty() {
		d.Details = &details
	}
	f.text = "an address of a pool"
	if d.IP = engine.IPOf(ip); d.IP != 0 {
		f.text = d.IP.String()
	}
	if s != nil {
		d.Subnet = s.Ref()
		f.text += " in " + d.Subnet
		if r.elsewhere(s, k) {
			f.text += ", which is not in this network"
			return f, ""
		}
	}
	if f.lease = r.longest(s, k); seconds != 0 {
		f.lease = time.Duration(seconds) * time.Second
	}
	f.assignment = engine.Assignment{Kind: engine.AssignDefinition, Definition: d, LeaseTime: seconds, By: by}
	return f, ""
}

// longest returns how long leases last at most in a subnet, nil for any of the network of k.
func (r *reader) longest(at *config.Subnet, k key) (longest time.Duration) {
	for i := range r.leased.Subnets {
		s := &r.leased.Subnets[i]
		if at != nil && s != at || r.elsewhere(s, k) {
			continue
		}
		longest = max(longest, s.Lease.Max)
		for j := range s.Pools {
			longest = max(longest, s.Pools[j].Lease.Max)
		}
	}
	return longest
}

// classes reads the names of classes.
func (r *reader) classes(a *answer) []string {
	classes := a.list(config.FieldClasses)
	for _, name := range classes {
		if !slices.ContainsFunc(r.leased.Classes, func(c config.Class) bool { return c.Name == name }) {
			a.fail(config.FieldClasses, "%q is no class", clip(name))
		}
	}
	return classes
}
