package config

import (
	"net/netip"

	"rollcall/internal/option"
)

// Class is a kind of machine.
type Class struct {
	// Name is unique.
	Name string
	// Match must hold as a whole for a machine to be a member. Empty: members are those whose reservation names the class.
	Match []Criterion
	// Drop is whether members are not answered at all. Level is empty then. Default false.
	Drop bool
	Level
	// Pos is where the class is named.
	Pos Pos
}

// Criterion is one thing that has to hold. Exactly one of the fields after Key and Option says what, by the key.
type Criterion struct {
	Key MatchKey
	// Option is the option looked at by [MatchOption].
	Option option.Def
	// Any is for all keys that look at text or bytes: one of these has to match. Empty for [MatchOption]: the option only
	// has to be there.
	Any []Pattern
	// Archs is for [MatchArch]: one of these has to be among the client's.
	Archs []uint16
	// Prefixes is for [MatchGiaddr]: one of these has to contain giaddr.
	Prefixes []netip.Prefix
	// Requested is for [MatchRequested]: all of these have to be in the client's list.
	Requested []option.Code
	// Known is for [MatchKnown]: what the machine has to be.
	Known bool
	// Pos is where the key is.
	Pos Pos
}

// MatchKey says what a criterion looks at, named as in the file.
type MatchKey string

// The keys of a match.
const (
	MatchVendorClass  MatchKey = "vendor_class"  // option 60
	MatchUserClass    MatchKey = "user_class"    // option 77: any of its texts, counted as in RFC 3004 or raw
	MatchArch         MatchKey = "arch"          // option 93 (RFC 4578 §2.1)
	MatchHardware     MatchKey = "hardware"      // chaddr in lower case with colons: de:ad:be:ef:00:01
	MatchClientID     MatchKey = "client_id"     // option 61, type byte included
	MatchDUID         MatchKey = "duid"          // DUID inside option 61 of type 255 (RFC 4361 §6.1)
	MatchCircuitID    MatchKey = "circuit_id"    // option 82 suboption 1 (RFC 3046 §3.1)
	MatchRemoteID     MatchKey = "remote_id"     // option 82 suboption 2 (RFC 3046 §3.2)
	MatchSubscriberID MatchKey = "subscriber_id" // option 82 suboption 6 (RFC 3993)
	MatchGiaddr       MatchKey = "giaddr"        // the relay
	MatchLink         MatchKey = "link"          // the link the message came in on: eth1, or eth1.100
	MatchRequested    MatchKey = "requested"     // option 55
	MatchOption       MatchKey = "option"        // any other option; one criterion for each
	MatchKnown        MatchKey = "known"         // whether a reservation matches in the shared network
)

// Pattern says what a text or a string of bytes looks like.
type Pattern struct {
	// Glob is what the text has to match as a whole: * stands for any run of characters, ? for one. For [MatchOption] the
	// text is that of [option.Def.Text]; otherwise it is the bytes themselves.
	Glob string
	// Bytes, if not nil, counts in place of Glob: the value has to be these bytes, or has to begin with them if More is set.
	Bytes []byte
	More  bool
}
