package boot

import (
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
	// Hardware is chaddr, of hlen octets.
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
	// Hardware is chaddr, of hlen octets.
	Hardware []byte
	Class    Class
	// VendorPrefix is the configured vendor class that made it ClassPXE, "" where that was PXEClient.
	VendorPrefix string
	// HasArch: Arch is the architecture it says, the first one that is registered (RFC 4578 §2.1 allows a list).
	HasArch  bool
	Arch     uint16
	Firmware arch.Firmware
	// ForeignArch: none of the architectures that it says is registered.
	ForeignArch bool
	// ByHTTP: it fetches by HTTP: by its class or, of U-Boot, by its architecture. What calls itself PXEClient fetches by TFTP.
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
	// Quirk is the kind of firmware that it was recognised as, or that the configuration says; QuirkNone for none.
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

func (c *Client) notes() (n Notes) {
	for _, x := range [...]struct {
		says bool
		note Notes
	}{
		{c.MalformedArch, NoteMalformedArch},
		{c.MalformedUUID, NoteMalformedUUID},
		{c.MalformedItem, NoteMalformedItem},
		{c.ArchFromClass, NoteArchFromClass},
		{c.ForeignArch, NoteForeignArch},
	} {
		if x.says {
			n |= x.note
		}
	}
	return n
}
