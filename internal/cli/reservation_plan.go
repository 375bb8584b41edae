package cli

import (
	"fmt"
	"net/netip"

	"rollcall/internal/config"
	leasedv1 "rollcall/proto/leased/v1"
)

// step is one change that an import makes.
type step struct {
	line int
	// old is what is changed; nil: the machine is added.
	old  *leasedv1.Reservation
	want *leasedv1.Reservation
}

// plan is what an import does, and what stands in its way.
type plan struct {
	steps     []step
	unchanged int
	faults    []fileFault
}

// machineIn is a machine in a subnet: what an import takes for one and the same reservation.
type machineIn struct {
	kind          config.IdentifierKind
	value, subnet string
}

// planImport compares a file with what is there. It looks at the state after the import, so that machines may pass addresses on
// to one another. Subnets, by name or name/serial, are those of the configuration; nil: not known here, and left to leased.
func planImport(entries []entry, stored []*leasedv1.Reservation, subnets map[string]netip.Prefix) (plan, error) {
	var p plan
	fault := func(line int, f string, args ...any) {
		p.faults = append(p.faults, fileFault{line, fmt.Sprintf(f, args...)})
	}
	old := make(map[machineIn]*leasedv1.Reservation)
	for _, r := range stored {
		id, err := identifierOf(r)
		if err != nil {
			return plan{}, err
		}
		old[machineIn{id.Kind, string(id.Value), r.GetSubnet()}] = r
	}
	lines := make(map[machineIn]int)
	taken := make(map[string]int) // address → line
	for _, e := range entries {
		key := machineIn{e.id.Kind, string(e.id.Value), e.subnet}
		if first := lines[key]; first != 0 {
			fault(e.line, "%s is in line %d already, with the same subnet", formatIdentifier(e.id), first)
			continue
		}
		lines[key] = e.line
		if first := taken[e.address]; first != 0 && e.address != "" {
			fault(e.line, "address %s is given to another machine in line %d", e.address, first)
			continue
		}
		taken[e.address] = e.line
		if text := misplaced(e, subnets); text != "" {
			fault(e.line, "%s", text)
			continue
		}
		want := &leasedv1.Reservation{Subnet: e.subnet, Address: e.address, Hostname: e.hostname}
		identify(want, e.id)
		r := old[key]
		switch {
		case r == nil:
			p.steps = append(p.steps, step{line: e.line, want: want})
		case r.GetAddress() == e.address && r.GetHostname() == e.hostname:
			p.unchanged++
		case r.GetSource() == leasedv1.Reservation_SOURCE_CONFIG:
			fault(e.line, "%s stands in the configuration file with other values (%s); change it there", formatIdentifier(e.id), r.GetId())
		default:
			want.Id, want.Revision = r.GetId(), r.GetRevision()
			p.steps = append(p.steps, step{line: e.line, old: r, want: want})
		}
	}
	for key, r := range old {
		line := taken[r.GetAddress()]
		if r.GetAddress() != "" && line != 0 && lines[key] == 0 {
			fault(line, "address %s is taken by %s (reservation %s)", r.GetAddress(), machineOf(r), r.GetId())
		}
	}
	return p, nil
}

// misplaced says what is wrong with the subnet of an entry, as far as the configuration tells.
func misplaced(e entry, subnets map[string]netip.Prefix) string {
	if subnets == nil {
		return ""
	}
	prefix, ok := subnets[e.subnet]
	if !ok {
		return fmt.Sprintf("there is no subnet %q in the configuration", e.subnet)
	}
	if a, err := netip.ParseAddr(e.address); err == nil && !prefix.Contains(a) {
		return fmt.Sprintf("address %s is not in subnet %s %s", e.address, e.subnet, prefix)
	}
	return ""
}
