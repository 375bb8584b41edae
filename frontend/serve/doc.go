// Package serve carries queries from the links of a frontend to leased and
// answers back: read, parse, gather, stream, encode, write.
//
// # A query's way
//
// One goroutine for each link reads batches and parses in place. What passes
// the checks that need no state takes a slot of a fixed table and waits. While
// one message to leased is being sent, the next gathers; and from a certain
// load on a link is read at intervals. An answer finds its
// slot again by id, is encoded from what the slot kept, and leaves with the
// others of its batch. Nothing is remembered that a restart may not lose.
//
// # Overload
//
// Everything is bounded: the slots, and how many of them are unanswered at
// leased, so that queries wait here, where they can be chosen from. When no
// slot is free, the DISCOVER that has waited longest gives way, and only where
// none waits a REQUEST: a client half way through costs more to lose than one
// that has not begun. What has waited longer than a client may still care is
// not sent. So at any load the frontend answers at the best rate leased can
// carry, and [Reason] says what became of the rest.
//
// # Other servers
//
// What other servers tell clients by broadcast never becomes a query. It is
// read for who they are, and [Sightings] hears of it: of each server and client
// at most once in a while, and never of more than it can bear.
//
// # Failure
//
// When the stream to leased breaks, all that waits or is unanswered is
// forgotten, packets are counted and dropped, readiness says why, and the
// stream is opened again with backoff. Clients send again; decisions are
// idempotent. Hostile input and replies the kernel refuses are counted under a
// reason. No error leaves the package but those of links that died.
//
// # Concurrency
//
// [Server] is safe for concurrent use. Each slot is owned by one goroutine at a
// time, by way of the table: a link's reader fills it, the session's sender
// turns it into a query, its receiver into a reply.
package serve
