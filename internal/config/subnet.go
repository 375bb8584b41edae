package config

import (
	"net/netip"
	"strconv"
)

// Subnet is one network with the addresses, options and lease times of its clients.
type Subnet struct {
	// Name and Serial together are unique. Name consists of letters, digits, dots, dashes and underscores.
	Name   string
	Serial uint32
	// Prefix is IPv4, without host bits.
	Prefix netip.Prefix
	// SharedNetwork is the name of the link that this subnet is on together with others. Default: Name.
	SharedNetwork string
	// Links are the interfaces that this subnet is on, besides those that have an address in it.
	Links []string
	// Identity says what tells its clients apart.
	Identity Identity
	// Classes are those whose members are served from its pools. Empty: all machines.
	Classes []string
	// ExcludeEnds is whether addresses that end in .0 or .255 are left out of its pools, because old systems take them for
	// those of a network. Default false.
	ExcludeEnds bool
	// ServerID is what the server calls itself here (option 54). Invalid: inherited.
	ServerID netip.Addr
	// Lease holds the times in force here, inherited ones included.
	Lease LeaseTimes
	// Level is what is said here only.
	Level
	// Pools do not overlap with each other or with those of other subnets.
	Pools []Pool
	// Pos is where the subnet is named.
	Pos Pos
}

// Ref returns the subnet as reservations and commands name it: "hall", or "hall/1" when the serial is not 0.
func (s Subnet) Ref() string { return ref(s.Name, s.Serial) }

func ref(name string, serial uint32) string {
	if serial == 0 {
		return name
	}
	return name + "/" + strconv.FormatUint(uint64(serial), 10)
}

// Identity says what tells the clients of a subnet apart.
type Identity string

// The identities.
const (
	// IdentityClientID is the client identifier (option 61) if there is one, else the hardware address (RFC 2131 §2).
	// The default.
	IdentityClientID Identity = "client-id"
	// IdentityHardware is the hardware address always: for machines whose boot stages send different identifiers.
	IdentityHardware Identity = "hardware"
)

// Pool is a range of addresses for machines without an address of their own.
type Pool struct {
	// Name is what policies and registration systems call it: of the letters of a subnet's, at least one of them no digit, and unique;
	// neither "ignore" nor "nak". Empty: they name its range.
	Name string
	// First and Last are both part of the pool. They are at most 2^24 addresses, none of them the network or broadcast
	// address of the subnet.
	First, Last netip.Addr
	// Exclude holds the addresses in it that nobody gets without a reservation, in rising order and apart from each other. At
	// least one address is left.
	Exclude []Range
	// For says which machines are served from it.
	For PoolFor
	// Classes are those whose members are served from it, among those of the subnet. Empty: all machines.
	Classes []string
	// Hostname is the host name of a machine that leases from here, with {ip} for its address. Empty: none.
	Hostname string
	// Scan is whether the pool is swept by ARP for addresses already in use. Default false.
	Scan bool
	// Lease holds the times in force here, inherited ones included.
	Lease LeaseTimes
	// Level is what is said here only. It holds for addresses given from the pool, and not for an address in it that is
	// reserved for the machine.
	Level
	// Pos is where the range is given, NamePos where the name is.
	Pos, NamePos Pos
}

// PoolFor says which machines a pool serves.
type PoolFor string

// The machines of a pool. A machine is known when a reservation matches it in the shared network.
const (
	ForAny     PoolFor = "any" // the default
	ForKnown   PoolFor = "known"
	ForUnknown PoolFor = "unknown"
)
