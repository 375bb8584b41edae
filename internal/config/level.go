package config

import "rollcall/internal/option"

// Level is what one place in the file says of the content of an answer. The levels of a machine are, the nearest first: its
// reservation, its classes in the order of the file, the pool, the subnet, the shared network, and [Leased] itself. The
// nearest that speaks of an option or of a boot field wins, one by one.
type Level struct {
	// Options in the order of the file, each once.
	Options []Option
	// Boot is nil where nothing is said of booting.
	Boot *Boot
}

// Option is one DHCP option.
type Option struct {
	Def option.Def
	// Value is the encoded value without code and length. Nil: send nothing, whatever an outer level says.
	Value []byte
	// Send says to whom it is sent.
	Send Send
	// Pos is where the option is named.
	Pos Pos
}

// Send says whether an option depends on what the client asks for in its parameter request list (option 55).
type Send string

// The conditions under which an option is sent.
const (
	// SendDefault is: if requested, or if it is subnet mask, routers, domain-name-servers or domain-name, or if the client
	// sent no list.
	SendDefault Send = ""
	// SendRequested is: only if requested, also where it is one of those.
	SendRequested Send = "requested"
	// SendAlways is: also if not requested.
	SendAlways Send = "always"
	// SendNever is: not at all. The value is nil then.
	SendNever Send = "never"
)
