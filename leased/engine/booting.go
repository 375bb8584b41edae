package engine

import "rollcall/leased/boot"

// Booting is what a decision says about network boot, of a machine that boots.
type Booting struct {
	// Client is the machine. Its octets are those of the query.
	Client boot.Client
	Answer boot.Answer
}

// BootInfo is what a boot event tells, for people and registration systems.
type BootInfo struct {
	// Firmware is its name, such as uefi-x64; "" where the machine does not say.
	Firmware string
	// File is what the machine was told to fetch, "" for nothing; Server is siaddr, "" for none.
	File, Server string
	// Stage is how far it gets with that: file, menu, port, script, local or diagnostic.
	Stage string
	// UUID is in lower case with dashes, "" for none.
	UUID string
	IPXE bool
	// Rule is the key that decided and where it stands.
	Rule string
	// Port is the UDP port that it asked on.
	Port uint16
}

// BootState is what must be remembered of the boots of a machine.
type BootState struct {
	HW HW
	// Done is when it told that it was done, in UTC unix seconds; 0: it has not.
	Done int64
}
