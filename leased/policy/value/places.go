package value

import (
	"fmt"

	"rollcall/internal/config"
	"rollcall/leased/engine"
)

// hasPool reports a pool that is nowhere. One of another network is not for this machine, which is no mistake of the script.
func (c *Context) hasPool(name string) error {
	if c.Plan == nil || c.Plan.PoolNamed(name) != nil {
		return nil
	}
	return fmt.Errorf("unknown() returned %s, and there is no such pool%s", shown(name), c.like(name, func(s *engine.Subnet) (names []string) {
		for _, p := range s.Pools {
			if p.Name != "" {
				names = append(names, p.Name)
			}
		}
		return names
	}))
}

// hasRoom reports a definition that no network has a place for.
func (c *Context) hasRoom(r *engine.Reservation) error {
	if c.Plan == nil {
		return nil
	}
	sub := c.Plan.Subnet(r.Subnet)
	if r.Subnet == "" && r.IP != 0 {
		sub = c.Plan.SubnetOf(r.IP)
	}
	switch {
	case sub == nil && r.Subnet != "":
		return fmt.Errorf("unknown() returned a definition in subnet %s, and there is no such subnet%s", shown(r.Subnet),
			c.like(r.Subnet, func(s *engine.Subnet) []string { return []string{s.Ref} }))
	case sub == nil && r.IP != 0:
		return fmt.Errorf("unknown() returned a definition with %v, which is in no subnet", r.IP)
	case r.IP != 0 && !sub.Assignable(r.IP):
		return fmt.Errorf("unknown() returned a definition with %v, which is no address for hosts of subnet %s (%v)", r.IP, sub.Ref, sub.Prefix)
	}
	return nil
}

// like says which of the names of all subnets may have been meant, unless they are many.
func (c *Context) like(name string, of func(*engine.Subnet) []string) string {
	const few = 100 // this is done for each message
	if len(c.Plan.Subnets) > few {
		return ""
	}
	var names []string
	for _, s := range c.Plan.Subnets {
		if names = append(names, of(s)...); len(names) > few {
			return ""
		}
	}
	if meant := config.Nearest(name, names); meant != "" {
		return fmt.Sprintf("; did you mean %q?", meant)
	}
	return ""
}
