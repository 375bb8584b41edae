package boot

import (
	"net/netip"
	"strings"

	"rollcall/internal/arch"
	"rollcall/internal/bootname"
)

// WithoutAddress reports whether a message is answered, if at all, without an address and a lease: where another server gives them, on
// the PXE port, and where it asks for a boot server.
func WithoutAddress(c *Client, l Levels, p *Place) bool {
	return l.Role() == Proxy || p.Port == PXEPort && l.PortMode() == PortPXE || c.AsksBootServer(p.Kind)
}

// Decide returns what the machine is told about booting. It depends on nothing but what it is given, so that OFFER and ACK of an
// exchange say the same.
func Decide(c *Client, l Levels, p *Place) Answer {
	d := decider{c: c, l: l, p: p, proxy: l.Role() == Proxy}
	d.onPort = p.Port == PXEPort && (d.proxy || l.PortMode() == PortPXE)
	d.bare = WithoutAddress(c, l, p)
	if !c.Boots() || p.Kind == KindBOOTP {
		d.ordinary()
		return d.a
	}
	d.quirk = &traits[c.Quirk]
	d.a.Notes = c.notes()
	d.decide()
	if !d.a.Silent {
		d.a.Delay = l.delay()
		d.a.Broadcast = p.Port != PXEPort && (d.quirk.broadcast || d.proxy && p.Kind == KindDiscover)
	}
	return d.a
}

// decider makes one answer.
type decider struct {
	c     *Client
	l     Levels
	p     *Place
	quirk *quirk
	// proxy: another server gives the addresses. onPort: it came to the PXE port, where nothing but boot files are given. bare: the
	// answer is one without an address.
	proxy, onPort, bare bool

	a Answer
}

// ordinary answers who does not boot by PXE: it is told the header fields that are configured, whatever they are to it.
func (d *decider) ordinary() {
	if d.bare {
		d.refuse(NotABootClient)
		return
	}
	d.a.Next, d.a.ServerName = d.configuredServer(), d.l.serverName()
	for _, s := range d.l {
		if s != nil && s.File.Set {
			if name := d.expand(s.File.V, d.l.server(d.p.Address)); len(name) <= bootname.MaxFile {
				d.a.Name, d.a.File, d.a.Rule, d.a.From = name, name, "boot.file", s.File.From
			}
			break
		}
	}
	if d.a.File != "" {
		d.a.Stage, d.a.Next = StageFile, d.l.server(d.p.Address)
	}
}

// configuredServer returns siaddr where one is configured, the zero Addr otherwise.
func (d *decider) configuredServer() netip.Addr { return d.l.server(netip.Addr{}) }

func (d *decider) decide() {
	c, p := d.c, d.p
	asks := c.AsksBootServer(p.Kind)
	switch {
	case d.onPort && (c.Class == ClassHTTP || c.Class == ClassUBoot) && !c.IPXE:
		d.refuse(NotABootClient)
	case d.proxy && !d.onPort && p.Kind != KindDiscover && !asks:
		d.refuse(AddressServers)
	case p.Netboot == Never:
		d.a.Rule = keyNetboot
		d.refuse(NetbootNever)
	case p.Netboot == Local:
		d.local(NetbootLocal)
	case p.Netboot == Once && p.Done:
		d.local(NetbootDone)
	case asks:
		d.bootServer()
	case !d.bare && !d.l.any():
		d.ordinary() // nobody means machines to boot from here
	case p.Looping:
		d.loop()
	case c.IPXE:
		d.script()
	case c.ByHTTP:
		d.http()
	case d.menuOf() != nil:
		d.a.Rule, d.a.From = "boot."+keyMenu, d.l.menu().From
		d.menu(d.menuOf())
	default:
		d.file()
	}
}

// refuse tells the machine nothing. Where nothing but booting is to be told, nothing is said.
func (d *decider) refuse(r Reason) {
	d.a.Stage, d.a.Reason, d.a.Silent = StageNone, r, d.bare
}

// local lets the machine boot from its disk.
func (d *decider) local(r Reason) {
	d.a.Rule = keyNetboot
	d.refuse(r)
	switch {
	case d.c.AsksBootServer(d.p.Kind):
	case d.c.IPXE:
		d.own("local.ipxe", StageLocal)
	case d.c.Class == ClassPXE && d.marked() && d.quirk.menu == "":
		d.a.Silent = false
		d.menu(&localMenu)
		d.a.Stage = StageLocal
	}
}

// localMenu boots from the disk at once.
var localMenu = Menu{Prompt: "Local disk", Items: []MenuItem{{Text: "Local disk"}}}

// loop stops a machine that fetches its first stage again and again.
func (d *decider) loop() {
	d.refuse(BootLoop)
	if d.c.IPXE {
		d.own("why.ipxe", StageDiagnostic)
	}
}

// own tells iPXE to fetch a script that leased makes up, if a frontend serves it in a way that this build of iPXE knows.
func (d *decider) own(script string, stage Stage) {
	const dir = "/rollcall/"
	var url string
	switch p := d.p; {
	case p.HTTPPort != 0 && (!d.c.KnownFeatures || d.c.Speaks&FeatureHTTP != 0):
		url = "http://" + netip.AddrPortFrom(p.Address, p.HTTPPort).String() + dir + script
	case p.TFTP:
		url = "tftp://" + p.Address.String() + dir + script
	default:
		return
	}
	d.a.Silent, d.a.Stage = false, stage
	d.told(url, d.l.server(d.p.Address))
	d.forIPXE()
}

// script tells iPXE what to fetch.
func (d *decider) script() {
	s := d.l.script()
	name, server, ok := d.nameOf(&s, NoScript)
	switch {
	case !ok:
	case isIPXEItself(name):
		d.refuse(IPXEItself)
	case d.lacks("http://", FeatureHTTP, name), d.lacks("https://", FeatureHTTPS, name):
		d.refuse(NoHTTPInIPXE)
	default:
		d.a.Stage = StageScript
		d.told(name, server)
		d.forIPXE()
	}
}

// lacks reports whether a URL is of a scheme that this build of iPXE is known not to have.
func (d *decider) lacks(scheme string, f Features, name string) bool {
	return d.c.KnownFeatures && d.c.Speaks&f == 0 && hasPrefixFold(name, scheme)
}

// http tells firmware what to fetch by HTTP: a URL, and nothing else will do.
func (d *decider) http() {
	s := d.l.url(d.c)
	name, server, ok := d.nameOf(&s, NoURLForArch)
	switch {
	case !ok:
	case !hasPrefixFold(name, "http://") && !hasPrefixFold(name, "https://"):
		d.refuse(UnusableName)
	default:
		d.a.Stage = StageFile
		d.told(name, server)
		d.options(d.c.Class == ClassHTTP, nil)
	}
}

// file tells firmware what to fetch by TFTP.
func (d *decider) file() {
	s := d.l.file(d.c)
	name, server, ok := d.nameOf(&s, NoFileForArch)
	switch {
	case !ok:
	case strings.Contains(name, "://"):
		d.refuse(UnusableName)
	case d.proxy && !d.onPort && d.toPort():
		// Some UEFI ignores an offer that wants to spare it the way to port 4011. iPXE, and whoever else does not go there, finds the
		// name here already.
		d.a.Stage = StagePort
		d.told(name, d.p.Address)
		d.options(true, nil)
	default:
		d.a.Stage = StageFile
		d.told(name, server)
		marked := d.c.Class != ClassUBoot && (d.bare || d.marked())
		d.options(marked, d.encapsulate(marked))
	}
}

// toPort reports whether the firmware is one that a proxy sends on to port 4011.
func (d *decider) toPort() bool {
	return d.c.Class == ClassPXE && d.c.HasArch && d.c.Firmware >= arch.X86 && !(d.quirk.forced && d.quirk.style == PXE)
}

// marked reports whether a reply with an address says by options 60 and 43 that it is one of PXE.
func (d *decider) marked() bool {
	if d.quirk.forced {
		return d.quirk.style == PXE
	}
	return d.l.style() == PXE
}

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

// isIPXEItself reports whether a file is iPXE, by the names that it has everywhere.
func isIPXEItself(name string) bool {
	base := name[strings.LastIndexByte(name, '/')+1:]
	base, _, _ = strings.Cut(base, "?")
	stem, suffix, _ := strings.Cut(strings.ToLower(base), ".")
	switch suffix {
	case "kpxe", "kkpxe", "kkkpxe":
		return true
	case "efi", "pxe", "lkrn":
		return strings.Contains(stem, "ipxe") || strings.HasPrefix(stem, "snponly") || strings.HasPrefix(stem, "undionly")
	}
	return false
}
