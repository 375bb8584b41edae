package boot

import "net/netip"

// Place is what else decides: where the message is answered from, and for whom.
type Place struct {
	// Address is the server's own address there (option 54), and what siaddr is unless something else is configured.
	Address netip.Addr
	// Port is the UDP port that the message came to, 67 or 4011.
	Port uint16
	// Kind of message: see MessageKind.
	Kind MessageKind
	// IP, Hostname and Subnet are of the machine, for the placeholders of names; what is not known is zero.
	IP       netip.Addr
	Hostname string
	Subnet   string
	// HTTPPort is the port of the frontend's own HTTP server, 0 for none; TFTP whether it serves that too. What leased makes up
	// itself (scripts that say why) is fetched from there.
	HTTPPort uint16
	TFTP     bool
	// Netboot is what the operator intends; Done, with Once, that the machine has told that it is done.
	Netboot Netboot
	Done    bool
	// Looping: it was handed its first stage again and again, and came no further.
	Looping bool
}

// PXEPort is the UDP port of boot servers (PXE 2.1).
const PXEPort = 4011

// MessageKind is what the message is, as far as booting goes.
type MessageKind uint8

// The kinds.
const (
	KindDiscover MessageKind = iota
	KindRequest
	KindInform
	KindBOOTP
)
