package config

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"rollcall/internal/bootname"
)

// readBoot reads what a level says of booting, nil for nothing; network is whether the level is a network, or all of them.
func readBoot(v value, network bool) *Boot {
	if !v.present() {
		return nil
	}
	m := v.mapping()
	b := &Boot{
		Server:      said(m, "server", func(v value) netip.Addr { return read(v, netip.Addr{}, parseBootServer) }),
		ServerName:  said(m, "server_name", nameOf(bootname.ServerName)),
		File:        said(m, "file", nameOf(bootname.File)),
		Files:       readFirmwareFiles(m.get("files"), bootname.Path),
		HTTP:        readFirmwareFiles(m.get("http"), bootname.URL),
		IPXE:        said(m, "ipxe", nameOf(bootname.Script)),
		Style:       said(m, "style", func(v value) Style { return oneOf(v, StylePlain, StylePXE) }),
		Menu:        readMenu(m),
		Delay:       said(m, "delay", func(v value) time.Duration { return v.duration(0, 0, 10*time.Second) }),
		NoProxyWait: said(m, "no_proxy_wait", func(v value) bool { return v.bool(true) }),
		Quirk: said(m, "quirk", func(v value) Quirk {
			return oneOf(v, QuirkAuto, QuirkNone, QuirkRaspberryPi, QuirkIntel, QuirkDell, QuirkAmpere)
		}),
	}
	if network {
		b.Role = said(m, "role", func(v value) BootRole { return oneOf(v, RoleCombined, RoleProxy) })
		b.VendorClasses = said(m, "vendor_classes", readVendorClasses)
		b.PXEPortMode = said(m, "pxe_port_mode", func(v value) PXEPortMode { return oneOf(v, PXEPortPXE, PXEPortFull) })
	} else {
		m.refuse("say it for all in leased.boot, for a shared network or for a subnet", "role", "vendor_classes", "pxe_port_mode")
	}
	m.done()
	return b
}

// said reads a key that may be left out, in which case the level says nothing of it.
func said[T any](m *mapping, key string, read func(value) T) Said[T] {
	v := m.get(key)
	if v.node == nil {
		return Said[T]{}
	}
	return Said[T]{Value: read(v), Set: true, Pos: m.entries[key].pos}
}

// nameOf returns the reader of a name that package bootname checks.
func nameOf(check func(string) *bootname.Fault) func(value) string {
	return func(v value) string { return read(v, "", checked(check)) }
}

func checked(check func(string) *bootname.Fault) func(string) (string, *problem) {
	return func(s string) (string, *problem) {
		if f := check(s); f != nil {
			return "", &problem{f.Problem, f.Remedy}
		}
		return s, nil
	}
}

// parseBootServer reads siaddr; an empty one is none.
func parseBootServer(s string) (netip.Addr, *problem) {
	if s == "" {
		return netip.IPv4Unspecified(), nil
	}
	a, p := parseHost(s)
	if p != nil {
		p.hint += `; names are not looked up, and "" is none`
	}
	return a, p
}

// readFirmwareFiles reads a mapping of kinds of firmware to names, in the order of the file.
func readFirmwareFiles(v value, check func(string) *bootname.Fault) []FirmwareFile {
	m := v.mapping()
	var list []FirmwareFile
	for _, name := range m.byPlace() {
		at := m.entries[name].pos
		f, p := parseFirmware(name)
		if p != nil {
			v.doc.addAt(at, p.hint, "%s: %s", v.label, p.msg)
		} else {
			list = append(list, FirmwareFile{Firmware: f, Name: read(m.get(name), "", checked(check)), Pos: at})
		}
	}
	return list
}

func readVendorClasses(v value) []string {
	items := v.items()
	if len(items) > MaxVendorClasses {
		v.fail("leave some out", "there are %d vendor classes; %d is the most", len(items), MaxVendorClasses)
	}
	var list []string
	for _, item := range items {
		class := read(item, "", parseVendorClass)
		switch {
		case class == "":
		case slices.Contains(list, class):
			item.fail("remove one of them", "%s is given twice", class)
		default:
			list = append(list, class)
		}
	}
	return list
}

// parseVendorClass reads what option 60 of a machine may begin with, beside the words that count anyway.
func parseVendorClass(s string) (string, *problem) {
	const example = "write what it begins with, such as HW-Client"
	switch {
	case s == "" || len(s) > 255:
		return "", &problem{fmt.Sprintf("a vendor class has 1 to 255 characters, this one %d", len(s)), example}
	case strings.HasPrefix(s, "PXEClient"), strings.HasPrefix(s, "HTTPClient"), strings.HasPrefix(s, "U-Boot"):
		return "", &problem{fmt.Sprintf("%q is known as what it is", s), "remove it"}
	case strings.ContainsAny(s, "*?"):
		return "", &problem{fmt.Sprintf("%q has a wildcard, and whatever begins so counts", s), example}
	}
	return s, nil
}
