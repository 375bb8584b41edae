// Package fault is how one rollcall service tells a caller what went wrong: a code that says what to do about it, a reason that
// programs can compare, the request field at fault and a sentence for people.
//
// It knows no gRPC; internal/rpc maps it to the wire and back, so a fault made in leased arrives in the command line equal in
// everything but its cause. Msg, Reason, Field and Meta cross the wire and are written for the caller. The wrapped cause
// never does; it is for the log of the service that made the fault.
//
// Outcomes of the DHCP protocol (a NAK, a drop) are values of the engine, never faults.
//
// A fault may be kept in a variable and shared: the methods that add to it return a changed copy.
package fault
