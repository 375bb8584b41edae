// Package value is DHCP as the operator's Starlark sees it: requests, leases, replies, reservations, definitions and events as values
// of the language.
//
// A value computes its attributes when they are read. The values of one call share a [Context], which has their memory and is used
// again for the next message: they are valid during the call, and no script can keep them, as its globals are frozen by then. What an
// attribute returns is immutable, lists and dicts included; to change something, a script assigns to an attribute of the reply, to its
// options, or to the annotations of an event.
//
// Whatever a script assigns is checked where it does so. What passes can be sent: values are of the type of their option (package
// option), no longer than an answer holds, and the codes that frame a message or belong to the server are refused with what to write
// instead. A [Context] remembers the changes, gives them as an [engine.Amendment], and can take those of one hook back as a whole
// ([Context.Mark], [Context.Undo]).
//
// Octets of clients are hostile: they are text to scripts, never part of an error message without being quoted. [Reference] lists all
// that scripts can read, with a sentence each; the same tables dispatch the attributes.
//
// Nothing here does I/O or looks at a clock. A Context belongs to one goroutine at a time; what definition() returns is
// immutable and may be shared.
package value
