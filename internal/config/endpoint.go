package config

import "rollcall/internal/rpc"

// What a configuration says of gRPC is what internal/rpc takes: an endpoint such as unix:///run/rollcall/leased.sock or
// tcp://host:port, and the mutual TLS that every TCP endpoint needs, listening or calling.
type (
	Endpoint = rpc.Endpoint
	TLS      = rpc.TLS
	Role     = rpc.Role
)
