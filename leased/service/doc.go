// Package service serves leased's gRPC API: one file for each service of proto/leased/v1, and nothing in them but translation
// between messages and the domain. What is decided is decided in leased/engine, on the goroutine of leased/keeper; what is
// listed in bulk is read from leased/store, so that a long list holds up no packet.
//
// Errors are faults with a reason and the offending field; internal/rpc puts them on the wire.
package service
