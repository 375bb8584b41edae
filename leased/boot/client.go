package boot

import (
	"net/netip"

	"rollcall/internal/arch"
)

// Message is what a message says about booting, as it came: nil for what it does not say. Its octets belong to the caller.
type Message struct {
	VendorClass  []byte // 60
	Encapsulated []byte // 43
	UserClass    []byte // 77
	Arch         []byte // 93, RFC 4578 §2.1
	NIC          []byte // 94, RFC 4578 §2.2
	UUID         []byte // 97, RFC 4578 §2.3
	Features     []byte // 175, of iPXE
	Requested    []byte // 55
	// Hardware is chaddr.
	Hardware []byte
}

// Class is what kind of network boot a machine is after.
type Class uint8

// The classes.
const (
	// ClassNone: an ordinary client.
	ClassNone Class = iota
	// ClassPXE: option 60 begins with PXEClient, or with what is configured to count as that.
	ClassPXE
	// ClassHTTP: option 60 begins with HTTPClient (UEFI HTTP boot).
	ClassHTTP
	// ClassUBoot: option 60 begins with U-Boot.
	ClassUBoot
)

// Item is the boot server that a machine asks for (43.71 of PXE 2.1).
type Item struct {
	Type, Layer uint16
}

// Client is what a message says of the machine that boots. Its slices are those of the Message.
type Client struct {
	Class Class
	// VendorPrefix is the configured vendor class that made it ClassPXE, "" where that was PXEClient.
	VendorPrefix string
	// HasArch: Arch is the architecture it says, the first one that is registered (RFC 4578 §2.1 allows a list).
	HasArch  bool
	Arch     uint16
	Firmware arch.Firmware
	// ByHTTP: it fetches by HTTP, by its class or by its architecture.
	ByHTTP bool
	// ArchFromClass: Arch is from the text of option 60, for want of 93.
	ArchFromClass bool
	// MalformedArch, MalformedUUID and MalformedItem: options 93, 97, 43 are there and cannot be read. They are taken as absent.
	MalformedArch, MalformedUUID, MalformedItem bool
	// UUID are the 17 octets of option 97, type octet included; nil if absent.
	UUID []byte
	// NIC is the version of UNDI: type, major, minor; HasNIC false if absent.
	NIC    [3]byte
	HasNIC bool
	// IPXE: it is iPXE, by its user class or by option 175.
	IPXE bool
	// Speaks are the protocols and formats that this build of iPXE has; nothing is known (KnownFeatures false) without option 175.
	Speaks        Features
	KnownFeatures bool
	// Item is what it asks a boot server for; HasItem false if it does not.
	Item    Item
	HasItem bool
	// Quirk is the kind of firmware that it was recognised as, QuirkNone for none.
	Quirk Quirk
}

// Boots reports whether the machine wants to boot from the network.
func (c *Client) Boots() bool { return c.Class != ClassNone || c.IPXE || c.Quirk == QuirkRaspberryPi }

// Features are what a build of iPXE can do, as bits.
type Features uint32

// The features that decide what it is given.
const (
	FeatureHTTP Features = 1 << iota
	FeatureHTTPS
	FeatureTFTP
	FeatureEFI
	FeatureMenu
)

// Place is what else decides: where the message is answered from, and for whom.
type Place struct {
	// Address is the server's own address there (option 54), and what siaddr is unless something else is configured.
	Address netip.Addr
	// Port is the UDP port that the message came to.
	Port uint16
	// Kind of message: see MessageKind.
	Kind MessageKind
	// ServerName and the like of the machine, for the placeholders of names.
	IP       netip.Addr
	Hostname string
	Subnet   string
	// HTTPPort is the port of the frontend's own HTTP server, 0 for none; TFTP whether it serves that too. What leased makes up
	// itself (scripts that say why) is fetched from there.
	HTTPPort uint16
	TFTP     bool
	// Netboot is what the operator intends, with Once made into Always or Local.
	Netboot Netboot
	// Looping: it has fetched its first stage again and again.
	Looping bool
}

// MessageKind is what the message is, as far as booting goes.
type MessageKind uint8

// The kinds.
const (
	KindDiscover MessageKind = iota
	KindRequest
	KindInform
	KindBOOTP
)
