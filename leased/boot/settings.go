package boot

import (
	"net/netip"
	"slices"
	"time"

	"rollcall/internal/arch"
)

// Value is what one level says of a key, and who says it. The zero Value says nothing, and what is said further out holds.
type Value[T any] struct {
	V T
	// From names the level, and the place in the file where there is one: "global (rollcall.yaml:12)", "reservation 7".
	From string
	// Set: it is said, be it that there is none.
	Set bool
}

// Says returns a Value.
func Says[T any](v T, from string) Value[T] { return Value[T]{V: v, From: from, Set: true} }

// Role is whose the addresses are.
type Role uint8

// The roles.
const (
	// Combined: addresses and boot files come from here. The default.
	Combined Role = iota
	// Proxy: another server gives the addresses (PXE 2.1 proxyDHCP).
	Proxy
)

// Style is the shape of the reply to PXE firmware.
type Style uint8

// The styles.
const (
	// Plain: siaddr, file and 67, without 60 and 43, as most servers do it. The default.
	Plain Style = iota
	// PXE: with 60 and 43, which wins against a foreign proxy.
	PXE
)

// PortMode is what is served on port 4011.
type PortMode uint8

// The modes.
const (
	// PortPXE: boot files only, never an address. The default.
	PortPXE PortMode = iota
	// PortFull: all that is served on 67.
	PortFull
)

// Quirk is a kind of firmware with a mind of its own.
type Quirk uint8

// The quirks.
const (
	// QuirkAuto: whichever the machine is recognised by. The default.
	QuirkAuto Quirk = iota
	QuirkNone
	QuirkRaspberryPi
	QuirkIntel
	QuirkDell
	QuirkAmpere
)

// Netboot is what the operator intends with a machine.
type Netboot uint8

// The intents.
const (
	// Always: it boots from the network. The default.
	Always Netboot = iota
	// Never: it gets an address and nothing to boot from.
	Never
	// Once: Always until it has told that it is done, then Local.
	Once
	// Local: it is told to boot from its disk.
	Local
)

// Settings are what one level says, or several laid over each other. They are never changed once a plan has them.
type Settings struct {
	Role Value[Role]
	// Server is siaddr. The zero Addr: the answering address. 0.0.0.0: none.
	Server Value[netip.Addr]
	// ServerName is sname, at most 63 octets.
	ServerName Value[string]
	// File answers every architecture at its level. At most 127 octets; "" for none.
	File Value[string]
	// Files and HTTP are by firmware, what it fetches by TFTP (a path of at most 254 octets) and by HTTP (a URL, as long). Each
	// firmware at most once; "" for none.
	Files, HTTP []FirmwareFile
	// IPXE is what iPXE itself gets: a URL or a path, of at most 254 octets.
	IPXE  Value[string]
	Style Value[Style]
	// Menu is nil for none.
	Menu Value[*Menu]
	// Delay is how long the reply is held back, at most 10 s.
	Delay Value[time.Duration]
	Quirk Value[Quirk]
	// VendorClasses are what option 60 of a machine may begin with, that is treated as PXEClient beside it.
	VendorClasses Value[[]string]
	// NoProxyWait tells iPXE not to wait for a proxy (175.176). Default true.
	NoProxyWait Value[bool]
	PortMode    Value[PortMode]
}

// FirmwareFile is the file of one kind of firmware.
type FirmwareFile struct {
	Firmware arch.Firmware
	Value[string]
}

// Menu is a PXE boot menu (PXE 2.1, sub-options 8, 9 and 10 of option 43).
type Menu struct {
	Prompt string
	// Timeout is in whole seconds, 0 to 255: 0 takes the first item at once, 255 shows the menu until somebody chooses.
	Timeout uint8
	// Items in order, 1 to 24.
	Items []MenuItem
}

// MenuItem is one line of a menu.
type MenuItem struct {
	// Type is the boot server type, 0 for booting from the local disk.
	Type uint16
	Text string
	// File is what it boots, "" where Type is 0.
	File string
	// Server has it; the zero Addr for that of the settings.
	Server netip.Addr
}

// Over returns s with what it leaves open taken from outer. Either may be nil. The files of several levels are laid over each other
// one by one; the files further out count for nothing where s has one for every firmware.
func (s *Settings) Over(outer *Settings) *Settings {
	switch {
	case s == nil:
		return outer
	case outer == nil:
		return s
	}
	merged := *s
	merged.Role = s.Role.over(outer.Role)
	merged.Server = s.Server.over(outer.Server)
	merged.ServerName = s.ServerName.over(outer.ServerName)
	merged.File = s.File.over(outer.File)
	if !s.File.Set {
		merged.Files = filesOver(s.Files, outer.Files)
	}
	merged.HTTP = filesOver(s.HTTP, outer.HTTP)
	merged.IPXE = s.IPXE.over(outer.IPXE)
	merged.Style = s.Style.over(outer.Style)
	merged.Menu = s.Menu.over(outer.Menu)
	merged.Delay = s.Delay.over(outer.Delay)
	merged.Quirk = s.Quirk.over(outer.Quirk)
	merged.VendorClasses = s.VendorClasses.over(outer.VendorClasses)
	merged.NoProxyWait = s.NoProxyWait.over(outer.NoProxyWait)
	merged.PortMode = s.PortMode.over(outer.PortMode)
	return &merged
}

// Empty reports whether nothing is said.
func (s *Settings) Empty() bool {
	return !s.Role.Set && !s.Server.Set && !s.ServerName.Set && !s.File.Set && len(s.Files) == 0 && len(s.HTTP) == 0 && !s.IPXE.Set &&
		!s.Style.Set && !s.Menu.Set && !s.Delay.Set && !s.Quirk.Set && !s.VendorClasses.Set && !s.NoProxyWait.Set && !s.PortMode.Set
}

func (v Value[T]) over(outer Value[T]) Value[T] {
	if v.Set {
		return v
	}
	return outer
}

func filesOver(inner, outer []FirmwareFile) []FirmwareFile {
	all := slices.Clone(inner)
	for _, f := range outer {
		if !slices.ContainsFunc(inner, func(have FirmwareFile) bool { return have.Firmware == f.Firmware }) {
			all = append(all, f)
		}
	}
	return all
}

// SaidBy makes from the level that everything in s comes from. Only who has just made s may call it.
func (s *Settings) SaidBy(from string) {
	for _, at := range [...]*string{
		&s.Role.From, &s.Server.From, &s.ServerName.From, &s.File.From, &s.IPXE.From, &s.Style.From, &s.Menu.From, &s.Delay.From,
		&s.Quirk.From, &s.VendorClasses.From, &s.NoProxyWait.From, &s.PortMode.From,
	} {
		*at = from
	}
	for _, files := range [...][]FirmwareFile{s.Files, s.HTTP} {
		for i := range files {
			files[i].From = from
		}
	}
}
