// Package client is a second load generator, for what perfdhcp cannot do: it renews
// without beginning anything, and it knows the delay of every single answer.
//
// Like perfdhcp it plays a relay agent with many clients behind it, sends whether or
// not the server keeps up, and takes an answer that comes later than [Patience] for
// none. Unlike perfdhcp it never sends much at once: a run that could not be on time
// takes longer. Its own socket has room for thousands of answers, so that
// what is missing is the server's doing.
//
// A [Client] is used by one goroutine.
package client
