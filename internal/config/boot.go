package config

import (
	"net/netip"
	"time"

	"rollcall/internal/arch"
)

// Said is what a level says of a key. The zero Said says nothing: what is said further out holds.
type Said[T any] struct {
	Value T
	// Set is whether the level speaks of it, if only to say that there is none.
	Set bool
	// Pos is where the key is.
	Pos Pos
}

// Boot is what a level says of booting from the network. Each key is inherited by itself, and Files and HTTP firmware by firmware. Names
// have been checked by package bootname and may have placeholders; "" is none.
type Boot struct {
	// Role, VendorClasses and PXEPortMode are said of networks: by [Leased], shared networks and subnets only.
	Role Said[BootRole]
	// Server is siaddr; 0.0.0.0: none.
	Server Said[netip.Addr]
	// ServerName is sname.
	ServerName Said[string]
	// File is the path for all firmware that boots by TFTP.
	File Said[string]
	// Files and HTTP are by kind of firmware, each once, in the order of the file: paths for TFTP, and URLs for UEFI HTTP boot.
	Files, HTTP []FirmwareFile
	// IPXE is what iPXE gets, a URL or a path.
	IPXE  Said[string]
	Style Said[Style]
	// Menu is nil for none.
	Menu Said[*Menu]
	// Delay is how long replies are held back, 0 to 10 s.
	Delay Said[time.Duration]
	Quirk Said[Quirk]
	// VendorClasses are what a vendor class (option 60) may begin with to be taken for PXEClient. At most [MaxVendorClasses].
	VendorClasses Said[[]string]
	// NoProxyWait is whether iPXE is told not to wait for a proxyDHCP server.
	NoProxyWait Said[bool]
	PXEPortMode Said[PXEPortMode]
}

// FirmwareFile is what firmware of one kind fetches.
type FirmwareFile struct {
	Firmware arch.Firmware
	Name     string
	// Pos is where the firmware is named.
	Pos Pos
}

// MaxVendorClasses is how many vendor classes may count as PXEClient at a level.
const MaxVendorClasses = 32

// BootRole says whose the addresses are.
type BootRole string

// The roles.
const (
	RoleCombined BootRole = "combined" // this server gives them; the default
	RoleProxy    BootRole = "proxy"    // another server does (PXE 2.1 proxyDHCP)
)

// Style is the shape of replies to PXE firmware.
type Style string

// The styles.
const (
	StylePlain Style = "plain" // without options 60 and 43; the default
	StylePXE   Style = "pxe"   // with them
)

// Quirk is a kind of firmware that is treated in its own way.
type Quirk string

// The quirks.
const (
	QuirkAuto        Quirk = "auto" // by what the machine is recognised by; the default
	QuirkNone        Quirk = "none"
	QuirkRaspberryPi Quirk = "raspberry-pi"
	QuirkIntel       Quirk = "intel"
	QuirkDell        Quirk = "dell"
	QuirkAmpere      Quirk = "ampere"
)

// PXEPortMode says what is answered on the PXE port.
type PXEPortMode string

// The modes.
const (
	PXEPortPXE  PXEPortMode = "pxe"  // where to boot from, and no addresses; the default
	PXEPortFull PXEPortMode = "full" // all that is answered on port 67
)

// Netboot says whether a machine with a reservation boots from the network.
type Netboot string

// The intents.
const (
	NetbootAlways Netboot = "always" // the default
	NetbootOnce   Netboot = "once"   // until it has told that it is done
	NetbootNever  Netboot = "never"
	NetbootLocal  Netboot = "local" // it is told to boot from its disk
)

// Menu is a PXE boot menu.
type Menu struct {
	// Prompt is shown above it, or while it waits for the key that shows it.
	Prompt string
	// Timeout is in seconds, after which the first item is taken; bootname.MenuWaits is never.
	Timeout uint8
	// Items in order, at least one, of different types.
	Items []MenuItem
}

// MenuItem is a line of a menu.
type MenuItem struct {
	// Type is the boot server type; 0 boots from the local disk.
	Type uint16
	Text string
	// File is what it boots; empty for type 0 alone.
	File string
	// Server has the file. Invalid: that of the level.
	Server netip.Addr
}
