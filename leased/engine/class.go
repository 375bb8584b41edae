package engine

import (
	"rollcall/internal/option"
	"rollcall/leased/boot"
)

// MaxClasses is the largest number of classes of a Plan.
const MaxClasses = 256

// Class is a kind of machine, by what it sends.
type Class struct {
	Name string
	// Match are the conditions, which all must hold. Without any, only reservations make a machine a member.
	Match []Condition
	// Drop: members get no answer.
	Drop bool
	// Options and Boot hold for members; Boot is nil for nothing.
	Options Options
	Boot    *boot.Settings

	index uint8
}

// Source is what a condition looks at.
type Source uint8

// What conditions look at.
const (
	MatchVendorClass  Source = iota + 1 // option 60
	MatchUserClass                      // option 77, any of its texts (RFC 3004)
	MatchHardware                       // chaddr, as text with colons
	MatchClientID                       // option 61
	MatchDUID                           // the DUID in option 61 (RFC 4361)
	MatchCircuitID                      // 82/1
	MatchRemoteID                       // 82/2
	MatchSubscriberID                   // 82/6 (RFC 3993)
	MatchLink                           // the interface it came in on, or the tagged segment there
	MatchOption                         // option Def: its octets, or its value in words; without Globs and Words, that it is there
	MatchArch                           // option 93, any of its numbers (RFC 4578 §2.1)
	MatchRelay                          // giaddr
	MatchRequested                      // option 55 has all of Codes
	MatchKnown                          // has a reservation, or has none
)

// Condition is one thing that members of a class have in common.
type Condition struct {
	Source Source
	// Def is the option of MatchOption; Codes are those of MatchRequested.
	Def   option.Def
	Codes []option.Code
	// Globs are for what is compared as it came, Words for the value of an option as option.Def.Text has it: one of all must match.
	Globs, Words []Glob
	// Numbers are for MatchArch: one of them must be among the client's.
	Numbers []uint16
	// Ranges are for MatchRelay: giaddr must be in one of them.
	Ranges []Range
	// Known is for MatchKnown.
	Known bool

	octets, texts []Glob // of MatchHardware: what Globs come to, compared with the octets or with their text
}

// Range is addresses from First to Last.
type Range struct{ First, Last IP }

// Contains reports whether ip is in the range.
func (r Range) Contains(ip IP) bool { return ip >= r.First && ip <= r.Last }
