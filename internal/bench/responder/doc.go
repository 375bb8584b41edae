// Package responder is the top of the scale: a DHCP server that costs almost
// nothing. It answers every DISCOVER with an OFFER and every other message with an
// ACK, with an address that follows from the client's hardware address by arithmetic
// and a fixed set of options. There is no lease, no check and no disk, so what it
// reaches is what the load generator and the kernel of a machine can do.
package responder
