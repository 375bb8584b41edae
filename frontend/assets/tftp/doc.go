// Package tftp serves files by TFTP (RFC 1350), read only, with the options blksize (RFC 2348) and tsize (RFC 2349).
//
// The protocol itself is the work of github.com/pin/tftp. What is known of it: it answers every refusal with error code 1, sends one
// block at a time (no windowsize, RFC 7440), tells an error to a client that broke off, which is one datagram too many, and makes blocks
// that are four octets too long for the frames of a link with an MTU below 1500 if the client asks for as much.
package tftp
