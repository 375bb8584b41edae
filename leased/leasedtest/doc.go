// Package leasedtest runs a whole leased for tests and talks to it as its callers do: real gRPC clients on a unix socket.
//
// It holds no expectations of its own but one: every query of a frontend is answered exactly once. Whatever goes wrong ends the
// test, and so does whatever takes longer than [Patience]. Nothing here needs a privilege or a network.
package leasedtest
