// Package option is the table of DHCP options: which code has which name,
// what type its value is, how an operator writes that value and which bytes
// go on the wire. The configuration, leased and the frontends all speak through
// it, so that an option is spelled the same everywhere.
//
// It also owns [List], the form in which the options of one message travel
// between frontend and leased: joined (RFC 3396), in order, without padding.
//
// The package never decides whether an option is sent. [Def.Reserved] says
// which options an operator may not set, because the server computes them;
// enforcing that is the caller's business, since the server itself encodes
// them too.
//
// The tables are read-only after initialisation; everything here is a pure
// function and safe for concurrent use. Values from the network are never
// trusted: [Def.Text] shows what it cannot read as hex, and a truncated [List]
// simply ends. Only [Def.Encode] fails, with a [ValueError].
//
// Sources: RFC 2132, RFC 3397 (119), RFC 3442 (121), RFC 3046 (82), RFC 3004
// (77) and the IANA registry "BOOTP Vendor Extensions and DHCP Options".
package option
