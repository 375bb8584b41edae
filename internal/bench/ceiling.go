package main

import (
	"rollcall/internal/bench/perfdhcp"
	"rollcall/internal/bench/responder"
)

// ceilingFlag makes this program the ceiling, in a process of its own as the other
// servers are.
const ceilingFlag = "-ceiling"

// serveCeiling answers what perfdhcp asks, with the options that the other servers
// send.
func serveCeiling() error {
	book := &responder.Book{
		First: small.first, Clients: clients, FirstMAC: perfdhcp.FirstMAC & 0xffffffff,
		Options: []byte{
			54, 4, 10, 77, 0, 1, // server identifier
			51, 4, 0, 0, 14, 16, // lease time
			1, 4, 255, 255, 0, 0, // subnet mask
			3, 4, 10, 77, 0, 1, // routers
			6, 4, 10, 77, 0, 1, // name servers
			255,
		},
	}
	return book.Serve()
}
