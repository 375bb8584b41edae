// Package boot says what a machine that boots from the network is told to fetch, and why where it is told nothing. It is pure: it
// looks at what a message says (Client) and at what the configuration says at each level (Settings), and returns what goes into
// the reply (Answer).
//
// The wire is that of PXE 2.1, RFC 4578 (options 93, 94, 97), RFC 3004 (77) and UEFI HTTP boot, and of what firmware really does
// where that differs.
package boot
