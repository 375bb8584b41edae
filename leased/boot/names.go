package boot

import (
	"net/netip"
	"strings"

	"rollcall/internal/bootname"
)

// nameOf returns what a level says, with what is known of the machine filled in, and the server that has it. Where there is nothing, it
// refuses; otherwise says that the level says nothing.
func (d *decider) nameOf(s *said, otherwise Reason) (name string, server netip.Addr, ok bool) {
	d.a.Rule, d.a.From = s.rule(), s.from
	if s.name == "" {
		switch {
		case s.found || d.c.IPXE:
			d.refuse(otherwise)
		case d.c.MalformedArch:
			d.refuse(MalformedArch)
		case !d.c.ByHTTP && (!d.c.HasArch || d.c.ForeignArch):
			d.refuse(NoArch)
		default:
			d.refuse(otherwise)
		}
		return "", netip.Addr{}, false
	}
	server = d.l.server(d.p.Address)
	if name = d.expand(s.name, server); name == "" || len(name) > bootname.MaxName || d.p.HTTPPort == 0 && strings.HasPrefix(s.name, "{http}") {
		d.refuse(UnusableName)
		return "", netip.Addr{}, false
	}
	return name, server, true
}

// expand fills in what is known of the machine.
func (d *decider) expand(name string, server netip.Addr) string {
	if !strings.Contains(name, "{") {
		return name
	}
	m := bootname.Machine{
		Hardware: d.c.Hardware, IP: d.p.IP, Server: server, UUID: d.c.UUID, Hostname: d.p.Hostname, Subnet: d.p.Subnet,
		HTTP: netip.AddrPortFrom(d.p.Address, d.p.HTTPPort),
	}
	if d.c.HasArch {
		m.Arch = d.c.Firmware.String()
	}
	return bootname.Expand(name, &m)
}

// told writes down what to fetch, and from which server.
func (d *decider) told(name string, server netip.Addr) {
	d.a.Name, d.a.Next, d.a.ServerName = name, server, d.l.serverName()
	if len(name) <= bootname.MaxFile {
		d.a.File = name
	}
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// isIPXEItself reports whether a file is iPXE, by the names that its builds have everywhere. What else may have iPXE in it is left to
// the operator: some of it is made to be loaded by iPXE.
func isIPXEItself(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	base, _, _ = strings.Cut(strings.ToLower(base), "?")
	stem, _, _ := strings.Cut(base, ".")
	switch base[strings.LastIndexByte(base, '.')+1:] {
	case "efi", "pxe", "kpxe", "kkpxe", "kkkpxe", "lkrn":
		return strings.Contains(stem, "ipxe") || strings.HasPrefix(stem, "snponly") || strings.HasPrefix(stem, "undionly")
	}
	return false
}
