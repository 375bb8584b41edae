// Package option is the table of DHCP options: which code has which name,
// what type its value is, how an operator writes that value and which bytes
// go on the wire. The configuration, leased and the frontends all speak through
// it, so that an option is spelled the same everywhere.
//
// [Names] is what one configuration knows: the standard table and the options
// and sub-options its operator defines. Options made of sub-options are written
// as mappings, or on one line as [Def.Text] shows them.
//
// The package also reads, without copying, what clients and relays send in
// parts: sub-options, user classes, enterprises, the client's domain name. And
// it owns [List], the form in which the options of one message travel between
// frontend and leased: joined (RFC 3396), in order, without padding.
//
// The package never decides whether an option is sent. [Def.Reserved] says
// which options an operator may not set, because the server computes them;
// enforcing that is the caller's business, since the server itself encodes
// them too.
//
// The tables are read-only after initialisation; everything here is a pure
// function and safe for concurrent use. Values from the network are never
// trusted: [Def.Text] shows what it cannot read as hex, and a truncated [List]
// simply ends. Only encoding fails, with a [ValueError], and [Names.Define],
// with a [DefinitionError].
//
// Sources: RFC 2132, the IANA registry "BOOTP Vendor Extensions and DHCP
// Options", and the RFCs that the codes name.
package option
