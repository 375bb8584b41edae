// Package e2e holds the end-to-end tests of rollcall, and no code of its own: real processes of the real binary, on real sockets
// in network namespaces, before real clients (dhclient, udhcpc, dhcpcd, dhcrelay).
//
// They need root and run with the build tag netns, as `make test` does; the Debian packages that they need are listed in the
// Makefile. The binary is the one that ROLLCALL_BINARY names; without it, they build one.
//
// Every test has a world: a directory and namespaces of its own, so tests run side by side and leave nothing behind. The clock is
// the real one, so waiting is always for a signal, with a deadline, and never for a time. Where a test fails, its log has the
// tails of the logs of its processes and what was on the wire.
package e2e
