// Package assets serves files, read-only, to machines that boot from the network.
//
//	TFTP ──▶ tftp ──┐             ┌──▶ directory    files, and no way out of it
//	                ├──▶ lookup ──┤
//	HTTP ──▶ web ───┘             └──▶ script ──▶ leased    what is made for one machine
//	          │
//	          └──▶ ledger    places, metrics; every transfer becomes a report to leased
//
// This package is wiring: it opens the directory and the sockets, tries again what cannot be had yet, and says in readiness what is
// missing. Nothing of it is in the way of DHCP, and leased is in the way of no file: only scripts need an answer of it.
package assets
