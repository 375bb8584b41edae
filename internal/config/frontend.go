package config

import "net/netip"

// Frontend is the section of `rollcall frontend`.
type Frontend struct {
	// Name is what leased calls this frontend in logs and events. Empty: the name of the host.
	Name string
	// Links are the interfaces to serve; at least one, each once.
	Links []Link
	// Local says whether clients that ask without a relay are answered.
	Local Local
	// Relays says which relay agents are answered.
	Relays Relays
	// BulkLeaseQuery is whether bulk leasequeries are taken, on TCP port 67 (RFC 6926). Default: if the same file has a section for
	// leased that lets somebody ask ([LeaseQuery.Allow]).
	BulkLeaseQuery bool
	// PXEPort is the UDP port of the boot server (proxyDHCP): 4011, the only one that firmware asks on, or 0 for none.
	PXEPort uint16
	// Assets are the files that are served to machines that boot from the network. Nil: none.
	Assets *Assets
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
	// VLANs are the 802.1Q segments of the interface that are served besides untagged frames. Answers carry the tags of what
	// they answer; with two tags the outer one counts. Only of a raw link, sorted, no VID twice.
	VLANs []VLANs
	// Tags, if any, are put on every answer of the link instead, outer first; at most two. Only of a raw link.
	Tags []Tag
}

// VLANs is a range of VIDs from 1 to 4094, its ends included.
type VLANs struct{ First, Last uint16 }

// Tag is an 802.1Q tag.
type Tag struct {
	// TPID is 0x8100 (the default) or 0x88a8.
	TPID uint16
	// VID is 0 to 4094; with 0 the tag carries a priority alone.
	VID uint16
	// PCP is the priority, 0 to 7; DEI marks what may be dropped first.
	PCP uint8
	DEI bool
}

// Mode is the kind of socket that serves a link.
type Mode string

// The modes of a link.
const (
	ModeRaw  Mode = "raw"  // AF_PACKET, for clients on the link itself; the default
	ModeUDP  Mode = "udp"  // plain UDP, for links that only face relays
	ModeAuto Mode = "auto" // raw, or udp where raw is not possible
)

// Local says whether clients that ask without a relay are answered.
type Local struct {
	// Accept is true by default. What a client sends to the server alone, from an address that it has, is answered either way.
	Accept bool
}

// Relays says which relay agents are answered.
type Relays struct {
	// Accept is whether relayed messages are answered at all. Default true.
	Accept bool
	// Allow holds the addresses that giaddr must be one of; a single address is a /32. Empty: any relay whose address
	// selects a subnet.
	Allow []netip.Prefix
}
