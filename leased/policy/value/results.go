package value

import (
	"fmt"

	"go.starlark.net/starlark"

	"rollcall/leased/engine"
)

// Assignment reads what unknown() returned. An error says what it may return. By is the caller's to fill in.
func (c *Context) Assignment(v starlark.Value) (engine.Assignment, error) {
	switch v := v.(type) {
	case starlark.NoneType:
		return engine.Assignment{}, nil
	case starlark.String:
		switch v {
		case "ignore":
			return engine.Assignment{Kind: engine.AssignIgnore}, nil
		case "nak":
			return engine.Assignment{Kind: engine.AssignNAK}, nil
		case "":
			return engine.Assignment{}, wrongResult("unknown", v, unknownMay)
		}
		if err := c.hasPool(string(v)); err != nil {
			return engine.Assignment{}, err
		}
		return engine.Assignment{Kind: engine.AssignPool, Pool: string(v)}, nil
	case *definition:
		r := v.reservation
		if err := c.hasRoom(&r); err != nil {
			return engine.Assignment{}, err
		}
		if q := c.Query; q != nil {
			r.Kind, r.Value = engine.ByHardware, string(q.HW.Octets[:q.HW.Len])
		}
		return engine.Assignment{Kind: engine.AssignDefinition, Definition: &r, LeaseTime: v.leaseTime}, nil
	}
	return engine.Assignment{}, wrongResult("unknown", v, unknownMay)
}

const unknownMay = `the name of a pool or its range, definition(...), "ignore", "nak", or None for what the configuration says`

// Choice reads what choose() returned: the id of a reservation, "" for None.
func (c *Context) Choice(v starlark.Value) (string, error) {
	switch v := v.(type) {
	case starlark.NoneType:
		return "", nil
	case *reservation:
		if c.Facts != nil {
			for _, r := range c.Facts.Candidates {
				if r == v.r {
					return r.ID, nil
				}
			}
		}
		return "", fmt.Errorf("choose() returned reservation %s, which is none of the candidates", v.r.ID)
	}
	return "", wrongResult("choose", v, "one of the candidates, or None for the first one")
}

// wrongResult says what a hook may return.
func wrongResult(hook string, v starlark.Value, may string) error {
	if s, ok := v.(starlark.String); ok {
		return fmt.Errorf("%s() returned %s; it may return %s", hook, shown(string(s)), may)
	}
	return fmt.Errorf("%s() returned %s; it may return %s", hook, v.Type(), may)
}
