package service

import (
	"fmt"
	"slices"

	"rollcall/internal/config"
	"rollcall/internal/fault"
	"rollcall/internal/option"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
	leasedv1 "rollcall/proto/leased/v1"
)

// detailsOf reads what only some reservations have, nil for nothing, under the plan in force. old is the reservation that is
// changed, nil for none.
func detailsOf(m *leasedv1.Reservation, plan *engine.Plan, old *engine.Reservation) (*engine.Details, error) {
	if len(m.GetOptions()) == 0 && m.GetBoot() == nil && m.GetNetboot() == "" && len(m.GetClasses()) == 0 && len(m.GetExtra()) == 0 {
		return nil, nil
	}
	options, err := optionsOf(plan.Names, m.GetOptions())
	if err != nil {
		return nil, err
	}
	d := &engine.Details{Options: engine.NewOptions(options)}
	if d.Boot, err = bootOf(m.GetBoot()); err != nil {
		return nil, err
	}
	if d.Netboot, err = netbootOf(m.GetNetboot()); err != nil {
		return nil, err
	}
	if d.Classes, err = classesOf(m.GetClasses(), plan, old); err != nil {
		return nil, err
	}
	if d.Extra, err = extraOf(m.GetExtra()); err != nil {
		return nil, err
	}
	if d.Empty() {
		return nil, nil
	}
	return d, nil
}

// classesOf reads names of classes, each once. A name must be that of a class, unless the reservation had it before that class
// left the configuration: otherwise nothing else of the reservation could be changed.
func classesOf(names []string, plan *engine.Plan, old *engine.Reservation) ([]string, error) {
	var classes []string
	for _, name := range names {
		had := old != nil && old.Details != nil && slices.Contains(old.Details.Classes, name)
		if !had && !slices.ContainsFunc(plan.Classes, func(c *engine.Class) bool { return c.Name == name }) {
			return nil, noSuchClass(name, plan)
		}
		if !slices.Contains(classes, name) {
			classes = append(classes, name)
		}
	}
	return classes, nil
}

func noSuchClass(name string, plan *engine.Plan) error {
	var known []string
	for _, c := range plan.Classes {
		known = append(known, c.Name)
	}
	remedy := "there is none in the configuration"
	if near := config.Nearest(name, known); near != "" {
		remedy = fmt.Sprintf("did you mean %q?", near)
	} else if len(known) > 0 {
		remedy = "name one of leased.classes"
	}
	return fault.New(fault.NotFound, reasonNoSuchClass, "no class %q is configured; %s", name, remedy).On("reservation.classes")
}

// extraOf checks the pairs that mean nothing here.
func extraOf(m map[string]string) (map[string]string, error) {
	const field = "reservation.extra"
	if len(m) == 0 {
		return nil, nil
	}
	if len(m) > config.MaxExtra {
		return nil, fault.New(fault.Invalid, reasonBadExtra, "there are %d keys; %d is the most", len(m), config.MaxExtra).On(field)
	}
	for key, value := range m {
		switch {
		case key == "" || len(key) > config.MaxExtraBytes:
			return nil, fault.New(fault.Invalid, reasonBadExtra, "a key has 1 to %d octets, one of these %d", config.MaxExtraBytes, len(key)).On(field)
		case len(value) > config.MaxExtraBytes:
			return nil, fault.New(fault.Invalid, reasonBadExtra, "the value of %q has %d octets; %d is the most", key, len(value), config.MaxExtraBytes).
				On(field)
		}
	}
	return m, nil
}

// putDetails writes what detailsOf read.
func putDetails(m *leasedv1.Reservation, d *engine.Details, names *option.Names) {
	m.Options = optionsProto(names, d.Options)
	m.Classes, m.Extra = d.Classes, d.Extra
	m.Boot = bootProto(d.Boot)
	if d.Netboot != boot.Always {
		m.Netboot = d.Netboot.String()
	}
}
