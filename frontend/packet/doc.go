// Package packet turns the bytes of a DHCPv4 message into a [Message], a
// [Reply] into bytes, and decides with [ReplyTo] where the reply goes. It is
// pure: no sockets, no clock, no logging, no state between calls.
//
// On the way in, [Message.Parse] is a view: it copies the header and notes
// where each option lies in the caller's buffer, which must stay untouched
// until the next Parse. On the way out, [AppendReply] builds the message from
// nothing, so that no byte of the client can come back to it but those the
// protocol returns: xid, the broadcast bit, giaddr, chaddr, client-id (RFC 6842)
// and relay agent information (RFC 3046). Neither way allocates.
//
// Input is hostile. A message that cannot be used is not an error but a
// [Reason] of a closed set, which the caller counts. A [Message] and a buffer
// belong to one goroutine at a time; the functions are safe for concurrent
// use.
//
// Sources: RFC 2131 (messages, §2, §4.1, Table 3), RFC 2132 §9.3 (overload), RFC
// 3396 (long options), RFC 3046 (relay agent information), RFC 4390 (hlen 0),
// RFC 6842 (client-id in replies), RFC 8357 (relay source port), RFC 4578 (boot
// firmware).
// Messages of BOOTP (RFC 1542) and relays' questions about leases (RFC 4388) are
// read and answered likewise. What other servers on a link say is read only for
// who they are ([Message.ParseForeign]); it never becomes a query.
package packet
