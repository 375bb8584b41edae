// Package bulk serves bulk leasequeries (RFC 6926): requestors connect to TCP port 67, ask leased by way of this frontend for what it
// knows of many leases, and get one DHCP message for each, behind its length in two octets.
//
// Who may ask is leased's to say. What a connection may take is said here: how many there are in all and from one address, how large a
// query is, how long a query may take to arrive and an answer to be taken. One connection has one query under way; more wait in its
// socket. A connection for which leased has not answered a query yet lasts seconds, whatever comes over it, so that strangers cannot
// sit in the places of others.
//
// Whatever comes is answered, or closes the connection under a [Reason] that is counted. Nothing here holds up packets: connections
// have goroutines of their own, and leased sends no faster than the requestor reads.
package bulk
