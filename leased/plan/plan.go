package plan

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"time"

	"rollcall/internal/config"
	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// Of returns the plan of a configuration.
func Of(c *config.Leased) *engine.Plan {
	m := maker{file: c.Path, networks: map[string]*network{}}
	m.outermost = within(engine.Scope{}, m.level("global"), &c.Level)
	for i := range c.SharedNetworks {
		m.addNetwork(&c.SharedNetworks[i])
	}
	parts := engine.Parts{Settings: settings(c), Names: c.Names, Roll: m.roll(c)}
	for i := range c.Classes {
		parts.Classes = append(parts.Classes, m.class(&c.Classes[i]))
	}
	for i := range c.Subnets {
		parts.Subnets = append(parts.Subnets, m.subnet(&c.Subnets[i]))
	}
	return engine.NewPlan(parts)
}

func settings(c *config.Leased) engine.Settings {
	return engine.Settings{
		Authoritative:       c.Authoritative,
		OfferTime:           seconds(c.OfferTime),
		Probe:               c.Probe.Enabled,
		QuarantineTime:      seconds(c.Quarantine.Time),
		QuarantineMax:       seconds(c.Quarantine.Max),
		QuarantinePerClient: c.Quarantine.PerClient,
		FloodActions:        c.Limits.Actions,
		FloodRefill:         max(c.Limits.Refill.Milliseconds(), 1),
		FloodSuspend:        seconds(c.Limits.Suspend),
		LeasesPerClient:     c.Limits.LeasesPerClient,
		LeasesPerCircuit:    c.Limits.LeasesPerCircuit,
		UnservedFor:         seconds(c.Unknown.Remember),
		UnknownRepeat:       seconds(c.Events.RepeatAfter),
		RenewedEvents:       c.Events.Renewed,
		RapidCommit:         c.RapidCommit,
		BOOTP:               c.BOOTP,
		OmitClientID:        !c.EchoClientID,
		NAKRenewals:         c.NAKRenewals,
		LeaseQuery:          ranges(c.LeaseQuery.Allow),
	}
}

func seconds(d time.Duration) int64 { return int64(math.Ceil(d.Seconds())) }

func ranges(prefixes []netip.Prefix) []engine.Range {
	var list []engine.Range
	for _, p := range prefixes {
		first := engine.IPOf(p.Masked().Addr())
		list = append(list, engine.Range{First: first, Last: first | engine.IP(uint64(math.MaxUint32)>>p.Bits())})
	}
	return list
}

// maker holds what subnets inherit.
type maker struct {
	file      string
	outermost engine.Scope // times are laid over each other in the configuration already
	networks  map[string]*network
}

// network is a shared network and what is said there.
type network struct {
	*engine.Network
	scope    engine.Scope
	serverID engine.IP
}

// level returns the level with a name.
func (m *maker) level(name string) level { return level{name: name, file: m.file} }

func (m *maker) addNetwork(c *config.SharedNetwork) {
	m.networks[c.Name] = &network{
		Network:  &engine.Network{Name: c.Name, IgnoreLinkSelection: c.LinkSelection == config.LinkIgnore},
		scope:    within(m.outermost, m.level("shared network "+c.Name), &c.Level),
		serverID: engine.IPOf(c.ServerID),
	}
}

func (m *maker) network(name string) *network {
	n := m.networks[name]
	if n == nil {
		n = &network{Network: &engine.Network{Name: name}, scope: m.outermost}
		m.networks[name] = n
	}
	return n
}

func (m *maker) subnet(c *config.Subnet) *engine.Subnet {
	n := m.network(c.SharedNetwork)
	sub := &engine.Subnet{
		Ref: c.Ref(), Prefix: c.Prefix, Network: n.Network, Links: c.Links, ByHardware: c.Identity == config.IdentityHardware,
		ServerID: engine.IPOf(c.ServerID), Classes: c.Classes, Scope: within(n.scope, m.level("subnet "+c.Ref()), &c.Level),
	}
	if sub.ServerID == 0 {
		sub.ServerID = n.serverID
	}
	sub.Scope.Times = times(c.Lease)
	for i := range c.Pools {
		p := m.pool(&c.Pools[i], sub)
		p.ExcludeEnds = c.ExcludeEnds
		sub.Pools = append(sub.Pools, p)
	}
	return sub
}

func (m *maker) pool(c *config.Pool, sub *engine.Subnet) *engine.Pool {
	p := &engine.Pool{
		Name: c.Name, Subnet: sub, First: engine.IPOf(c.First), Last: engine.IPOf(c.Last), Hostname: c.Hostname, Scan: c.Scan, Classes: c.Classes,
	}
	for _, x := range c.Exclude {
		p.Exclude = append(p.Exclude, engine.Range{First: engine.IPOf(x.First), Last: engine.IPOf(x.Last)})
	}
	p.Scope = within(sub.Scope, m.level("pool "+p.Range()), &c.Level)
	p.Scope.Times = times(c.Lease)
	p.Exclude = append(p.Exclude, routers(p)...)
	switch c.For {
	case config.ForKnown:
		p.For = engine.ForKnown
	case config.ForUnknown:
		p.For = engine.ForUnknown
	}
	return p
}

// routers returns the addresses of a pool that its clients are told to be routers: a range over the whole network is the likeliest
// slip, and a router that is silent when it is probed would lose its address to a machine.
func routers(p *engine.Pool) (list []engine.Range) {
	for _, o := range p.Scope.Options.All() {
		if o.Code != option.Router {
			continue
		}
		for b := range slices.Chunk(o.Value, 4) {
			if a, ok := netip.AddrFromSlice(b); ok && p.Contains(engine.IPOf(a)) {
				list = append(list, engine.Range{First: engine.IPOf(a), Last: engine.IPOf(a)})
			}
		}
	}
	return list
}

// identifierKinds maps the words of the file to the kinds of the engine.
var identifierKinds = map[config.IdentifierKind]engine.IdentifierKind{
	config.ByHardware:  engine.ByHardware,
	config.ByClientID:  engine.ByClientID,
	config.ByDUID:      engine.ByDUID,
	config.ByCircuitID: engine.ByCircuitID,
	config.ByRemoteID:  engine.ByRemoteID,
}

// roll returns the reservations of the file. Their ids count them from 1.
func (m *maker) roll(c *config.Leased) []*engine.Reservation {
	list := make([]*engine.Reservation, 0, len(c.Reservations))
	for i := range c.Reservations {
		r := &c.Reservations[i]
		id := fmt.Sprintf("config-%d", i+1)
		list = append(list, &engine.Reservation{
			ID: id, Kind: identifierKinds[r.Identifier.Kind], Value: string(r.Identifier.Value), Subnet: r.Subnet,
			IP: engine.IPOf(r.Address), Hostname: r.Hostname, FromConfig: true, Details: details(m.level("reservation "+id), r),
		})
	}
	return list
}

func details(at level, r *config.Reservation) *engine.Details {
	d := &engine.Details{
		Options: options(at, r.Options), Boot: bootOf(at, r.Boot), Netboot: netboots[r.Netboot], Classes: r.Classes, Extra: r.Extra,
	}
	if d.Empty() {
		return nil
	}
	return d
}
