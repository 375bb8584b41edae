package config

import "net/netip"

// Frontend is the section of `rollcall frontend`.
type Frontend struct {
	// Name is what leased calls this frontend in logs and events. Empty: the name of the host.
	Name string
	// Links are the interfaces to serve; at least one, each once.
	Links []Link
	// Relays says which relay agents are answered.
	Relays Relays
	// PXEPort is the UDP port of the boot server (proxyDHCP), usually 4011. 0: none.
	PXEPort uint16
	// Leased is where leased is reached. Default: the first unix socket in [Leased.Listen], or unix:///run/rollcall/leased.sock
	// when the file has no section for leased.
	Leased Endpoint
	// Listen is where this frontend's own health and reload are reached. Default unix:///run/rollcall/frontend.sock.
	Listen []Endpoint
	// TLS is nil when every endpoint is a unix socket.
	TLS *TLS
	// ReceiveBuffer is the size in bytes asked of the kernel for each socket. Default 4 MiB, 64 KiB to 1 GiB.
	ReceiveBuffer int
}

// Link is one network interface. It need not exist when the file is read.
type Link struct {
	// Interface is the name of the interface.
	Interface string
	// Mode says which kind of socket serves it.
	Mode Mode
}

// Mode is the kind of socket that serves a link.
type Mode string

// The modes of a link.
const (
	ModeRaw  Mode = "raw"  // AF_PACKET, for clients on the link itself; the default
	ModeUDP  Mode = "udp"  // plain UDP, for links that only face relays
	ModeAuto Mode = "auto" // raw, or udp where raw is not possible
)

// Relays says which relay agents are answered.
type Relays struct {
	// Accept is whether relayed messages are answered at all. Default true.
	Accept bool
	// Allow holds the addresses that giaddr must be one of; a single address is a /32. Empty: any relay whose address
	// selects a subnet.
	Allow []netip.Prefix
}
