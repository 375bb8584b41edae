package boot

import (
	"net/netip"
	"time"

	"rollcall/internal/arch"
)

// Levels are what holds for a machine, the nearest first: its reservation, its classes, and last the place where it is (pool, subnet,
// shared network and what is for all, merged). nil entries say nothing; the last entry is that of the place even where it is nil.
type Levels []*Settings

// nearest returns what the nearest level says of a key; the zero Value where none does.
func nearest[T any](l Levels, key func(*Settings) *Value[T]) Value[T] {
	for _, s := range l {
		if s != nil {
			if v := key(s); v.Set {
				return *v
			}
		}
	}
	return Value[T]{}
}

// Role returns whose the addresses are.
func (l Levels) Role() Role {
	return nearest(l, func(s *Settings) *Value[Role] { return &s.Role }).V
}

// PortMode returns what is served on port 4011.
func (l Levels) PortMode() PortMode {
	return nearest(l, func(s *Settings) *Value[PortMode] { return &s.PortMode }).V
}

// VendorClasses returns what counts as PXEClient beside it.
func (l Levels) VendorClasses() []string {
	return nearest(l, func(s *Settings) *Value[[]string] { return &s.VendorClasses }).V
}

func (l Levels) quirk() Quirk {
	return nearest(l, func(s *Settings) *Value[Quirk] { return &s.Quirk }).V
}

func (l Levels) style() Style {
	return nearest(l, func(s *Settings) *Value[Style] { return &s.Style }).V
}

func (l Levels) serverName() string {
	return nearest(l, func(s *Settings) *Value[string] { return &s.ServerName }).V
}

// menu returns the menu of the machine. The file that a reservation or a class has for it counts before a menu that is said further out:
// who writes it there means this machine.
func (l Levels) menu(c *Client) Value[*Menu] {
	for i, s := range l {
		switch {
		case s == nil:
		case s.Menu.Set:
			return s.Menu
		case i < len(l)-1 && (s.File.V != "" || forFirmware(s.Files, c) != nil):
			return Value[*Menu]{}
		}
	}
	return Value[*Menu]{}
}

// longestDelay bounds how long a reply is held back, whatever is configured: firmware gives up after seconds.
const longestDelay = 10 * time.Second

func (l Levels) delay() time.Duration {
	return min(max(nearest(l, func(s *Settings) *Value[time.Duration] { return &s.Delay }).V, 0), longestDelay)
}

func (l Levels) noProxyWait() bool {
	v := nearest(l, func(s *Settings) *Value[bool] { return &s.NoProxyWait })
	return !v.Set || v.V
}

// server returns siaddr: what is configured, the server's own address where nothing is, the zero Addr where 0.0.0.0 is.
func (l Levels) server(own netip.Addr) netip.Addr {
	switch v := nearest(l, func(s *Settings) *Value[netip.Addr] { return &s.Server }).V; {
	case !v.IsValid():
		return own
	case v.IsUnspecified():
		return netip.Addr{}
	default:
		return v
	}
}

// said is a name that some level says.
type said struct {
	name, from string
	// key is that of the configuration, below boot; of is the firmware that it is for, of keys that have several.
	key string
	of  arch.Firmware
	// found: a level says it, be it that there is none.
	found bool
}

// The keys of names.
const (
	keyFile  = "file"
	keyFiles = "files"
	keyHTTP  = "http"
	keyIPXE  = "ipxe"
	keyMenu  = "menu"

	keyNetboot = "netboot" // of reservations, not below boot
)

// rule returns the key in full.
func (s *said) rule() string {
	switch s.key {
	case "":
		return ""
	case keyFiles, keyHTTP:
		return "boot." + s.key + "." + s.of.String()
	}
	return "boot." + s.key
}

// file returns what firmware fetches by TFTP. The nearest level decides that says anything; there, what is for the firmware comes before
// what is for all.
func (l Levels) file(c *Client) said {
	for _, s := range l {
		if s == nil {
			continue
		}
		if f := forFirmware(s.Files, c); f != nil {
			return said{f.V, f.From, keyFiles, c.Firmware, true}
		}
		if s.File.Set {
			return said{s.File.V, s.File.From, keyFile, 0, true}
		}
	}
	if !c.HasArch {
		return said{key: keyFile}
	}
	return said{key: keyFiles, of: c.Firmware}
}

// url returns what firmware fetches by HTTP.
func (l Levels) url(c *Client) said {
	for _, s := range l {
		if s == nil {
			continue
		}
		if f := forFirmware(s.HTTP, c); f != nil {
			return said{f.V, f.From, keyHTTP, c.Firmware, true}
		}
	}
	if !c.HasArch {
		return said{}
	}
	return said{key: keyHTTP, of: c.Firmware}
}

func forFirmware(files []FirmwareFile, c *Client) *FirmwareFile {
	if !c.HasArch {
		return nil
	}
	for i := range files {
		if files[i].Firmware == c.Firmware && files[i].Set {
			return &files[i]
		}
	}
	return nil
}

// script returns what iPXE fetches. Where no level says it, the file of a reservation or of a class is for iPXE too: who writes it there
// means this machine, whatever it is at the moment.
func (l Levels) script() said {
	for _, s := range l {
		if s != nil && s.IPXE.Set {
			return said{s.IPXE.V, s.IPXE.From, keyIPXE, 0, true}
		}
	}
	for _, s := range l[:max(len(l)-1, 0)] {
		if s != nil && s.File.Set {
			return said{s.File.V, s.File.From, keyFile, 0, true}
		}
	}
	return said{key: keyIPXE}
}

// any reports whether something to boot is configured at all.
func (l Levels) any() bool {
	for _, s := range l {
		if s != nil && (s.File.Set || len(s.Files) > 0 || len(s.HTTP) > 0 || s.IPXE.Set || s.Menu.V != nil) {
			return true
		}
	}
	return false
}
