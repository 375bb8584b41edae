package engine

import (
	"net/netip"
	"slices"
	"strings"

	"rollcall/internal/option"
	"rollcall/leased/boot"
)

// Plan is the configuration as the rules need it. It is made by NewPlan and never changed after; a reload makes a new one.
type Plan struct {
	// Networks and Subnets in the order of the configuration.
	Networks []*Network
	Subnets  []*Subnet
	// Classes in the order of the configuration, at most MaxClasses: of several with the same option the first one wins.
	Classes []*Class
	// Roll holds the reservations of the configuration file.
	Roll []*Reservation
	// Stages are those at which a policy wants to be heard. It is set before the plan is put in force.
	Stages Stages
	// Names are the names of options.
	Names *option.Names
	// Limits and switches.
	Settings

	byRef                    map[string]*Subnet
	byLink                   map[string]*Network
	byPool                   map[string]*Pool // by name and by range
	sorted                   []*Subnet        // by first address, for SubnetOf
	pools                    []*Pool          // all, by first address, for PoolOf
	subnetFirsts, poolFirsts firsts           // of sorted and of pools

	keeping []*Pool // those that keep addresses for whoever had them last
	twins   bool    // some subnets have the same prefix and differ in their serial

	classIndex map[string]uint8
	sieve      sieve
	serverIDs  map[IP]bool // those of subnets

	vendorClasses []string // that count as those of machines that boot, of all subnets
}

// Settings are the limits and switches that hold for all subnets. Times are in seconds.
type Settings struct {
	// Authoritative: answer requests for unknown leases with a NAK rather than with silence.
	Authoritative bool
	// OfferTime is how long an offered address is held.
	OfferTime int64
	// Probe: ask by ARP before an address is offered for the first time.
	Probe bool
	// QuarantineTime is the first quarantine of an address, doubling up to QuarantineMax.
	QuarantineTime, QuarantineMax int64
	// QuarantinePerClient bounds the addresses one client may have set aside by declining them.
	QuarantinePerClient int
	// FloodActions is the size of each client's bucket, 0 for no limit; FloodRefill the milliseconds until one action
	// comes back; FloodSuspend how long a client with an empty bucket is ignored.
	FloodActions int
	FloodRefill  int64
	FloodSuspend int64
	// UnservedFor is how long an unknown machine that nothing serves is ignored without another look, 0 for not at all.
	UnservedFor int64
	// UnknownRepeat is the time after which client.unknown is told again of the same machine.
	UnknownRepeat int64
	// RenewedEvents: tell lease.renewed.
	RenewedEvents bool
	// RapidCommit: grant at once to a client that asks for it (RFC 4039).
	RapidCommit bool
	// BOOTP: serve clients that speak no DHCP (RFC 1534), without end.
	BOOTP bool
	// OmitClientID: do not return the client identifier, for clients from before RFC 6842.
	OmitClientID bool
	// NAKRenewals: refuse every renewal, so that all clients begin anew, as before a renumbering.
	NAKRenewals bool
	// LeasesPerClient and LeasesPerCircuit bound the leases from pools that one hardware address and one relay circuit may have
	// at a time; 0 for no limit.
	LeasesPerClient, LeasesPerCircuit int
	// LeaseQuery are the relays and requestors that may ask about leases (RFC 4388 §5, RFC 6926); none: nobody.
	LeaseQuery []Range
}

// Network is a shared network: the subnets on one link.
type Network struct {
	Name    string
	Subnets []*Subnet
	// IgnoreLinkSelection: relays say by giaddr alone where a client is, whatever link they name (82/5).
	IgnoreLinkSelection bool

	index   int
	guarded bool // some of its pools are for members of classes only
	v6Only  bool // some of its addresses have option 108
}

// String lists the network's name and its subnets.
func (n *Network) String() string {
	names := make([]string, len(n.Subnets))
	for i, s := range n.Subnets {
		names[i] = s.Ref
	}
	return n.Name + ": " + strings.Join(names, ", ")
}

// Subnet is a prefix with its options, lease times and pools.
type Subnet struct {
	// Ref is name, or name/serial.
	Ref     string
	Prefix  netip.Prefix
	Network *Network
	// Links are interfaces that the subnet is on, besides those with an address in it.
	Links []string
	// ByHardware: clients are told apart by hardware address alone.
	ByHardware bool
	// ServerID is the server identifier (54) of the subnet, 0 for the address of the link.
	ServerID IP
	// Classes are the names of the classes whose members its pools are for; none: for all.
	Classes []string
	// Scope is for addresses that are not from a pool.
	Scope Scope
	Pools []*Pool

	first, last, mask IP
	guard             bitmap // of Classes
	guarded           bool
	proxy             bool // another server gives the addresses
}

// Bounds returns the first and the last address of the prefix.
func (s *Subnet) Bounds() (first, last IP) { return s.first, s.last }

// Contains reports whether ip is in the subnet.
func (s *Subnet) Contains(ip IP) bool { return ip >= s.first && ip <= s.last }

// Assignable reports whether ip may belong to a host: in the subnet and neither network nor broadcast address.
func (s *Subnet) Assignable(ip IP) bool {
	if !s.Contains(ip) {
		return false
	}
	return s.Prefix.Bits() >= 31 || ip != s.first && ip != s.last
}

// fullPort reports whether all of DHCP is served on the PXE port.
func (s *Subnet) fullPort() bool {
	return s.Scope.Boot != nil && s.Scope.Boot.PortMode.V == boot.PortFull
}

// PoolFor says which clients a pool serves.
type PoolFor uint8

// Whom a pool serves.
const (
	ForAny PoolFor = iota
	ForKnown
	ForUnknown
)

// String returns the word of the configuration.
func (f PoolFor) String() string { return [...]string{"any", "known", "unknown"}[f] }

func (f PoolFor) serves(known bool) bool {
	return f == ForAny || known == (f == ForKnown)
}

// Pool is a dynamic range inside a subnet.
type Pool struct {
	// Name is what policies and lookups call it; "" for none, then its Range does. Names are unique.
	Name        string
	Subnet      *Subnet
	First, Last IP
	For         PoolFor
	// Classes are the names of the classes whose members it is for; none: for all.
	Classes []string
	// Exclude are addresses in it that only reservations give out; ExcludeEnds adds those that end in 0 and 255.
	Exclude     []Range
	ExcludeEnds bool
	// Hostname is the name pattern, "" for none; {ip} stands for the address with dashes.
	Hostname string
	// Scan: look for hosts by ARP at start.
	Scan bool
	// Scope is for its addresses. Left out, it is that of the subnet.
	Scope Scope

	index   int
	guard   bitmap // of Classes
	guarded bool
}

// Contains reports whether ip is in the pool.
func (p *Pool) Contains(ip IP) bool { return ip >= p.First && ip <= p.Last }

// Size returns the number of addresses.
func (p *Pool) Size() int { return int(p.Last-p.First) + 1 }

// Range returns first and last address as text.
func (p *Pool) Range() string { return p.First.String() + "-" + p.Last.String() }

// appendHostname appends the name that the pattern gives ip, if there is a pattern.
func (p *Pool) appendHostname(b []byte, ip IP) []byte {
	const address = "{ip}"
	for rest, more := p.Hostname, true; more; {
		var before string
		before, rest, more = strings.Cut(rest, address)
		if b = append(b, before...); more {
			from := len(b)
			b = ip.appendText(b)
			for i := from; i < len(b); i++ {
				if b[i] == '.' {
					b[i] = '-'
				}
			}
		}
	}
	return b
}

// Parts are what a Plan is made of.
type Parts struct {
	Settings
	// Subnets with their Network and Pools filled in, every Pool with its Subnet.
	Subnets []*Subnet
	Classes []*Class
	Roll    []*Reservation
	// Names may be nil: the standard ones.
	Names *option.Names
}

// NewPlan connects the parts, which belong to it from now on. Prefixes and pools must not overlap, names must differ and classes
// that are named must exist; the configuration has seen to it.
func NewPlan(parts Parts) *Plan {
	p := &Plan{
		Subnets: parts.Subnets, Classes: parts.Classes, Roll: parts.Roll, Names: parts.Names, Settings: parts.Settings,
		byRef: map[string]*Subnet{}, byLink: map[string]*Network{}, byPool: map[string]*Pool{}, serverIDs: map[IP]bool{},
	}
	if p.Names == nil {
		p.Names = option.Standard()
	}
	p.sortClasses()
	for _, s := range p.Subnets {
		if n := s.Network; n.Subnets == nil {
			n.index = len(p.Networks)
			p.Networks = append(p.Networks, n)
		}
		s.Network.Subnets = append(s.Network.Subnets, s)
		s.mask = mask(s.Prefix.Bits())
		s.first = IPOf(s.Prefix.Addr()) & s.mask
		s.last = s.first | ^s.mask
		s.guard, s.guarded = p.guard(s.Classes)
		if s.ServerID != 0 {
			p.serverIDs[s.ServerID] = true
		}
		if b := s.Scope.Boot; b != nil {
			s.proxy = b.Role.V == boot.Proxy
			for _, class := range b.VendorClasses.V {
				if !slices.Contains(p.vendorClasses, class) {
					p.vendorClasses = append(p.vendorClasses, class)
				}
			}
		}
		p.byRef[s.Ref] = s
		s.Network.v6Only = s.Network.v6Only || s.Scope.Options.find(option.IPv6OnlyPreferred) != nil
		for _, l := range s.Links {
			p.byLink[l] = s.Network
		}
		for _, pool := range s.Pools {
			pool.guard, pool.guarded = p.guard(pool.Classes)
			if p.byPool[pool.Range()] = pool; pool.Name != "" {
				p.byPool[pool.Name] = pool
			}
			s.Network.guarded = s.Network.guarded || s.guarded || pool.guarded
			if pool.Scope.Times.Time == 0 {
				pool.Scope = s.Scope
			}
			s.Network.v6Only = s.Network.v6Only || pool.Scope.Options.find(option.IPv6OnlyPreferred) != nil
		}
		p.pools = append(p.pools, s.Pools...)
	}
	p.sorted = slices.Clone(p.Subnets)
	slices.SortStableFunc(p.sorted, func(a, b *Subnet) int { return compare(a.first, b.first) })
	slices.SortFunc(p.pools, func(a, b *Pool) int { return compare(a.First, b.First) })
	for i, pool := range p.pools {
		pool.index = i
		p.poolFirsts = append(p.poolFirsts, pool.First)
		if pool.Scope.Times.Affinity > 0 {
			p.keeping = append(p.keeping, pool)
		}
	}
	for _, s := range p.sorted {
		p.subnetFirsts = append(p.subnetFirsts, s.first)
	}
	for i := 1; i < len(p.sorted); i++ {
		p.twins = p.twins || p.sorted[i].first == p.sorted[i-1].first
	}
	return p
}

func compare(a, b IP) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Subnet returns the subnet named name or name/serial, or nil.
func (p *Plan) Subnet(ref string) *Subnet { return p.byRef[ref] }

// PoolNamed returns the pool with a name, or with a range as Pool.Range has it; nil for none.
func (p *Plan) PoolNamed(name string) *Pool { return p.byPool[name] }

// SubnetOf returns the subnet that contains ip, or nil. Of subnets that differ in their serial alone it is the one with the
// pool that contains ip, else the first one.
func (p *Plan) SubnetOf(ip IP) *Subnet {
	if p.twins {
		if pool := p.PoolOf(ip); pool != nil {
			return pool.Subnet
		}
	}
	i := p.subnetFirsts.last(ip)
	for p.twins && i > 0 && p.sorted[i-1].first == p.sorted[i].first {
		i--
	}
	if i < 0 || !p.sorted[i].Contains(ip) {
		return nil
	}
	return p.sorted[i]
}

// PoolOf returns the pool that contains ip, or nil.
func (p *Plan) PoolOf(ip IP) *Pool {
	i := p.poolFirsts.last(ip)
	if i < 0 || !p.pools[i].Contains(ip) {
		return nil
	}
	return p.pools[i]
}

// firsts are addresses in their order, apart from what begins there: every message looks for its own several times, and so touches
// little memory.
type firsts []IP

// last returns the index of the last one that is not beyond ip, -1 if there is none. It has no branch for the processor to guess:
// with a thousand subnets every second guess would be wrong.
func (f firsts) last(ip IP) int {
	if len(f) == 0 || f[0] > ip {
		return -1
	}
	at := 0
	for n := len(f); n > 1; {
		half := n / 2
		beyond := int((int64(ip) - int64(f[at+half])) >> 63) // all ones if it is, else 0
		at += half &^ beyond
		n -= half
	}
	return at
}
