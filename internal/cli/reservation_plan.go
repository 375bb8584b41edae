package cli

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"google.golang.org/protobuf/proto"

	"rollcall/internal/config"
	"rollcall/internal/option"
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

// machine is what an entry is about.
func (e entry) machine() machineIn { return machineIn{e.id.Kind, string(e.id.Value), e.subnet} }

// checkEntries finds what is wrong with a file by itself: machines and addresses that are there twice, and subnets and addresses
// that the configuration does not have, and options that it could not send. Subnets are by name or name/serial; nil, like nil
// names: not known here, and left to leased.
func checkEntries(entries []entry, subnets map[string]netip.Prefix, names *option.Names) []fileFault {
	var faults []fileFault
	fault := func(e entry, f string, args ...any) {
		faults = append(faults, fileFault{e.line, fmt.Sprintf(f, args...)})
	}
	machines, addresses := make(map[machineIn]int), make(map[string]int)
	for _, e := range entries {
		if first := machines[e.machine()]; first != 0 {
			fault(e, "%s is in line %d already, with the same subnet", formatIdentifier(e.id), first)
			continue
		}
		machines[e.machine()] = e.line
		if first := addresses[e.address]; first != 0 {
			fault(e, "address %s is given to another machine in line %d", e.address, first)
			continue
		}
		if e.address != "" {
			addresses[e.address] = e.line
		}
		if text := misplaced(e, subnets); text != "" {
			fault(e, "%s", text)
		}
		if text := unfit(e.details, names); text != "" {
			fault(e, "%s", text)
		}
	}
	return faults
}

// planImport compares a file with what is stored. It looks at the state after the import, so that machines may pass addresses on
// to one another.
func planImport(file roll, stored []*leasedv1.Reservation) (plan, error) {
	var p plan
	fault := func(line int, f string, args ...any) {
		p.faults = append(p.faults, fileFault{line, fmt.Sprintf(f, args...)})
	}
	old := make(map[machineIn]*leasedv1.Reservation)
	var order []machineIn
	for _, r := range stored {
		id, err := identifierOf(r)
		if err != nil {
			return plan{}, err
		}
		key := machineIn{id.Kind, string(id.Value), r.GetSubnet()}
		old[key] = r
		order = append(order, key)
	}
	listed, addresses := make(map[machineIn]bool), make(map[string]int) // by address, its line
	for _, e := range file.entries {
		listed[e.machine()] = true
		if e.address != "" {
			addresses[e.address] = e.line
		}
		want := &leasedv1.Reservation{Subnet: e.subnet, Address: e.address, Hostname: e.hostname}
		identify(want, e.id)
		r := old[e.machine()]
		file.putDetails(want, e, r)
		switch {
		case r == nil:
			p.steps = append(p.steps, step{line: e.line, want: want})
		case r.GetAddress() == e.address && r.GetHostname() == e.hostname && sameDetails(r, want):
			p.unchanged++
		case r.GetSource() == leasedv1.Reservation_SOURCE_CONFIG:
			fault(e.line, "%s stands in the configuration file with other values (%s); change it there", formatIdentifier(e.id), r.GetId())
		default:
			want.Id, want.Revision = r.GetId(), r.GetRevision()
			p.steps = append(p.steps, step{line: e.line, old: r, want: want})
		}
	}
	for _, key := range order {
		r := old[key]
		if line := addresses[r.GetAddress()]; line != 0 && !listed[key] {
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

// putDetails writes into want what the line says besides address and host name; of what the file does not speak of, what is stored.
func (f *roll) putDetails(want *leasedv1.Reservation, e entry, stored *leasedv1.Reservation) {
	from := func(key string) *leasedv1.Reservation {
		if f.keys[key] {
			return e.details
		}
		return stored
	}
	want.Options, want.Boot = from("options").GetOptions(), from("boot").GetBoot()
	want.Classes, want.Extra = from("classes").GetClasses(), from("extra").GetExtra()
	want.Netboot = from("netboot").GetNetboot()
}

// sameDetails reports whether two reservations say the same besides who and where. Of options it knows the standard ones by all
// their names and notations, and the operator's own as they are written.
func sameDetails(a, b *leasedv1.Reservation) bool {
	return a.GetNetboot() == b.GetNetboot() && slices.Equal(a.GetClasses(), b.GetClasses()) && maps.Equal(a.GetExtra(), b.GetExtra()) &&
		(proto.Equal(a.GetBoot(), b.GetBoot()) || bootNode(a.GetBoot()) == nil && bootNode(b.GetBoot()) == nil) &&
		(len(a.GetOptions())+len(b.GetOptions()) == 0 || maps.Equal(plainOptions(a), plainOptions(b)))
}
