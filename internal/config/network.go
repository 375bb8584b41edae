package config

import "net/netip"

// SharedNetwork is what is said of a shared network beyond the subnets that name it.
type SharedNetwork struct {
	// Name is the SharedNetwork of at least one subnet.
	Name string
	// LinkSelection says what a relay's link selection counts for.
	LinkSelection LinkSelection
	// ServerID is what the server calls itself (option 54) in subnets that do not say otherwise. Invalid: inherited, which is
	// the address of the link.
	ServerID netip.Addr
	// Lease holds the times of its subnets, inherited ones included. They have already been written into the subnets.
	Lease LeaseTimes
	Level
	// Pos is where the network is named.
	Pos Pos
}

// LinkSelection says whether the link selection sub-option of a relay (RFC 3527) chooses the subnet.
type LinkSelection string

// What is done with link selection.
const (
	LinkHonour LinkSelection = "honour" // it chooses; the default
	LinkIgnore LinkSelection = "ignore" // giaddr chooses all the same
)
