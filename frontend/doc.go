// Package frontend answers DHCP clients and relays on the network: it owns the sockets, the codec and where a reply goes, and
// asks leased for every decision.
//
//	interface ──▶ link ──batch──▶ packet ──▶ serve ──stream──▶ leased
//	          ◀── link ◀──batch── packet ◀── serve ◀──stream──
//
// Bulk leasequeries (RFC 6926) come over TCP to package bulk, and go to leased by calls of their own. Package assets serves
// files to machines that boot from the network, where that is configured. What else happens here leased is told by package report.
//
// This package is wiring only. A frontend remembers nothing that a restart may not lose, so any number of them may serve one
// leased, and each may be killed at any moment.
//
// It needs CAP_NET_RAW (not for links in udp mode) and CAP_NET_BIND_SERVICE, and no file but its gRPC socket, its certificates
// and those that it serves.
// Interfaces may be absent when it starts and come and go while it runs; leased may too. Readiness says what is missing.
package frontend
