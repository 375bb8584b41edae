// Package link owns the sockets of a frontend: it reads DHCP datagrams from an
// interface in batches, writes replies in batches, and follows interfaces as
// they appear, flap and go away.
//
// # Modes
//
// A raw link reads through one AF_PACKET socket, because a UDP socket cannot
// send to a client that has no address yet (RFC 2131 §4.1) and never sees a
// broadcast when it is bound to an address. Everything is read there, unicast
// from relays and renewing clients included. For each port a UDP socket with a
// filter that refuses everything holds the port, so that the kernel answers
// nobody with ICMP port unreachable and no second server starts unnoticed; the
// same socket sends to relays and renewing clients, through the kernel's
// routes, neighbour table and firewall.
//
// A udp link reads and writes UDP sockets only. It needs no CAP_NET_RAW and
// suits links that face relays. Replies that would need a link-layer address
// go to 255.255.255.255.
//
// # Other servers
//
// A raw link also hands over what other servers broadcast to clients (UDP from
// port 67 or 4011 to 68): who else answers on a segment is what is to be known
// when a machine does not boot. What this host sends itself is not among it.
//
// # Tagged segments
//
// A raw link may serve VLANs of its interface that have no interface of their
// own. Then it reads frames of every type, for the kernel takes the tags out of
// those it hands to a socket for IPv4, and has the tags of each beside it. What
// is sent there are frames, to relays and renewing clients too, for the UDP of
// the kernel knows no tags: to the hardware address that the query came from.
// A tag with VID 0 is a priority and no VLAN: its frame is taken as untagged,
// and so is the reply, also on a link without VLANs.
//
// A network card that filters VLANs by itself (rx-vlan-filter of ethtool) keeps
// frames of VLANs without an interface back unless it is promiscuous, so the
// link makes it that for as long as it is open.
//
// # Ownership and concurrency
//
// A [Conn] has one reader and one writer goroutine; the two may run at the same
// time, and Stats and Close may be called from anywhere. What ReadBatch returns
// points into the conn's fixed arena and is valid until the next ReadBatch. No
// call allocates per packet. A [Watcher] opens and closes conns and runs the
// caller's function on each.
//
// # Failure
//
// Malformed frames are values ([Drop]), never errors. A reply that cannot be
// sent carries its own error and costs its neighbours nothing. An error from
// ReadBatch or WriteBatch means the socket itself has failed; the Watcher then
// closes it and opens another.
//
// # What it never does
//
// It does not parse DHCP, does not choose destinations, and never touches
// routes, neighbours or addresses. UDP checksums of received frames are not
// verified: a frame sent on the same host carries an unfinished one, and
// dropping it would silence virtual machines and containers.
//
// BUG(link): replies to relays and renewing clients leave by the link their
// query arrived on, even where the routing table prefers another interface:
// the sending socket is bound to its link.
package link
