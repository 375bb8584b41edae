package service

import (
	"cmp"
	"context"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"rollcall/internal/fault"
	"rollcall/leased/engine"
	leasedv1 "rollcall/proto/leased/v1"
)

const (
	reasonAmbiguous = "AMBIGUOUS"
	// mostNamed is how many machines an ambiguous name is said to mean; the others are counted.
	mostNamed = 3
	// maxHostname is how long a name is that can be that of a host (RFC 1035 §2.3.4).
	maxHostname = 255
)

// Find implements BootService.
func (s *boots) Find(ctx context.Context, req *leasedv1.FindRequest) (*leasedv1.FindResponse, error) {
	const field = "name"
	name := req.GetName()
	if name == "" || len(name) > maxHostname {
		return nil, fault.New(fault.Invalid, reasonMissing, "say the address or the host name of a machine").On(field)
	}
	var found machines
	var missing string
	var err error
	if a, bad := netip.ParseAddr(name); bad == nil && a.Is4() {
		found, err = s.atAddress(ctx, engine.IPOf(a))
		missing = "no machine is known to have " + name
	} else {
		found, err = s.named(ctx, name)
		missing = "no reservation and no lease has the host name " + clean(name)
	}
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		return nil, fault.New(fault.NotFound, reasonNoMachine, "%s; write the hardware address of the machine, such as 52:54:00:12:34:56",
			missing).On(field)
	case len(found) > 1:
		return nil, fault.New(fault.Precondition, reasonAmbiguous, "%d machines are called %s: %s; write the hardware address of one",
			len(found), clean(name), found).On(field)
	}
	return &leasedv1.FindResponse{Hardware: found.String()}, nil
}

// machines are those that a name means.
type machines map[engine.HW]struct{}

// add takes an Ethernet address in: others do not boot, and cannot be named.
func (m machines) add(hw engine.HW) {
	if hw.Type == 1 && hw.Len == 6 {
		m[hw] = struct{}{}
	}
}

// String lists the machines in order, as far as people read on.
func (m machines) String() string {
	var names []string
	for _, hw := range slices.SortedFunc(maps.Keys(m), func(a, b engine.HW) int { return cmp.Compare(a.String(), b.String()) }) {
		names = append(names, hw.String())
	}
	if len(names) > mostNamed {
		names = append(names[:mostNamed], "…")
	}
	return strings.Join(names, ", ")
}

// atAddress returns the machine that holds an address or booted with it, else the one that it is reserved for, else the one that had
// it last; nothing where there is none.
func (s *boots) atAddress(ctx context.Context, ip engine.IP) (machines, error) {
	found := machines{}
	err := s.keeper.View(ctx, func(st *engine.State, now time.Time) {
		hw := s.machineAt(st, now, ip, engine.HW{})
		if r := st.ReservationOf(ip); hw.IsZero() && r != nil && r.Kind == engine.ByHardware {
			hw = engine.HWOf(1, []byte(r.Value))
		}
		if l := st.Lease(ip); hw.IsZero() && l != nil && l.State != engine.Declined {
			hw = l.HW
		}
		found.add(hw)
	})
	return found, err
}

// named returns the machines with a host name: those whose reservation says it, else those that have a lease by it, else those that had
// one. A machine may call itself anything, so what it says never stands in for a machine on the roll.
func (s *boots) named(ctx context.Context, name string) (machines, error) {
	reserved, leased, before := machines{}, machines{}, machines{}
	roll := map[string]bool{} // reservations by what only the lease joins to a machine
	var at int64
	err := s.keeper.View(ctx, func(st *engine.State, now time.Time) {
		at = now.Unix()
		for r := range st.Reservations("") {
			switch {
			case !strings.EqualFold(r.Hostname, name):
			case r.Kind == engine.ByHardware:
				reserved.add(engine.HWOf(1, []byte(r.Value)))
			default:
				roll[r.ID] = true
			}
		}
	})
	if err != nil || len(reserved) > 0 && len(roll) == 0 {
		return reserved, err
	}
	_, err = s.store.Leases(0, 0, 0, func(l *engine.Lease) bool {
		switch {
		case l.State == engine.Declined || !roll[l.Reservation] && !strings.EqualFold(l.Hostname, name):
		case !l.Holds(at):
			before.add(l.HW)
		case roll[l.Reservation]:
			reserved.add(l.HW)
		default:
			leased.add(l.HW)
		}
		return false
	})
	if err != nil {
		return nil, err
	}
	for _, found := range []machines{reserved, leased} {
		if len(found) > 0 {
			return found, nil
		}
	}
	return before, nil
}
