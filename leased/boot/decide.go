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
	server := d.l.server(d.p.Address)
	file := nearest(d.l, func(s *Settings) *Value[string] { return &s.File })
	name := d.expand(file.V, server)
	if name == "" || len(name) > bootname.MaxFile {
		d.a.Next, d.a.ServerName = d.l.server(netip.Addr{}), d.l.serverName()
		return
	}
	d.a.Stage, d.a.Rule, d.a.From = StageFile, "boot."+keyFile, file.From
	d.told(name, server)
}

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
		d.a.Rule, d.a.From = "boot."+keyMenu, d.l.menu(d.c).From
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
