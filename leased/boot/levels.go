package boot

import (
	"net/netip"
	"time"

	"rollcall/internal/arch"
)

// Levels are what holds for a machine, the nearest first: its reservation, its classes, and last the place where it is (pool, subnet,
// shared network and what is for all, merged). nil entries say nothing; the last entry is that of the place even where it is nil.
type Levels []*Settings

// Role returns whose the addresses are.
func (l Levels) Role() Role {
	for _, s := range l {
		if s != nil && s.Role.Set {
			return s.Role.V
		}
	}
	return Combined
}

// PortMode returns what is served on port 4011.
func (l Levels) PortMode() PortMode {
	for _, s := range l {
		if s != nil && s.PortMode.Set {
			return s.PortMode.V
		}
	}
	return PortPXE
}

// VendorClasses returns what counts as PXEClient beside it.
func (l Levels) VendorClasses() []string {
	for _, s := range l {
		if s != nil && s.VendorClasses.Set {
			return s.VendorClasses.V
		}
	}
	return nil
}

func (l Levels) quirk() Quirk {
	for _, s := range l {
		if s != nil && s.Quirk.Set {
			return s.Quirk.V
		}
	}
	return QuirkAuto
}

func (l Levels) style() Style {
	for _, s := range l {
		if s != nil && s.Style.Set {
			return s.Style.V
		}
	}
	return Plain
}

// longestDelay bounds how long a reply is held back, whatever is configured: firmware gives up after seconds.
const longestDelay = 10 * time.Second

func (l Levels) delay() time.Duration {
	for _, s := range l {
		if s != nil && s.Delay.Set {
			return min(max(s.Delay.V, 0), longestDelay)
		}
	}
	return 0
}

func (l Levels) noProxyWait() bool {
	for _, s := range l {
		if s != nil && s.NoProxyWait.Set {
			return s.NoProxyWait.V
		}
	}
	return true
}

// server returns siaddr: what is configured, the server's own address where nothing is, the zero Addr where 0.0.0.0 is.
func (l Levels) server(own netip.Addr) netip.Addr {
	for _, s := range l {
		if s != nil && s.Server.Set {
			switch {
			case s.Server.V.IsUnspecified():
				return netip.Addr{}
			case s.Server.V.IsValid():
				return s.Server.V
			}
			return own
		}
	}
	return own
}

func (l Levels) serverName() string {
	for _, s := range l {
		if s != nil && s.ServerName.Set {
			return s.ServerName.V
		}
	}
	return ""
}

func (l Levels) menu() Value[*Menu] {
	for _, s := range l {
		if s != nil && s.Menu.Set {
			return s.Menu
		}
	}
	return Value[*Menu]{}
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
		if s != nil && (s.File.Set || len(s.Files) > 0 || len(s.HTTP) > 0 || s.IPXE.Set || s.Menu.Set && s.Menu.V != nil || s.Role.V == Proxy) {
			return true
		}
	}
	return false
}
