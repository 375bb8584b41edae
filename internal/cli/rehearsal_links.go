package cli

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"rollcall/internal/cli/recorded"
	"rollcall/internal/config"
	"rollcall/leased/engine"
)

// rehearsalLinks are the links that recorded messages arrive on: those of the capture, by the names of the configuration.
type rehearsalLinks struct {
	frontend *engine.Frontend
	given    string // by --link
	known    []string
	ips      []engine.IP
	byName   map[string]*engine.Link
	// assumed says which addresses they have, "" where somebody has said it.
	assumed string
}

// defaultLink is the name of a link that nobody has named.
const defaultLink = "eth0"

func newRehearsalLinks(cfg *config.Config, r *recorded.Recording, given string, addresses []string) (*rehearsalLinks, error) {
	l := &rehearsalLinks{frontend: &engine.Frontend{Name: "capture"}, given: given, byName: map[string]*engine.Link{}}
	if f := cfg.Frontend; f != nil {
		if f.Name != "" {
			l.frontend.Name = f.Name
		}
		for _, link := range f.Links {
			l.known = append(l.known, link.Interface)
		}
		if f.Assets != nil {
			l.frontend.TFTP, l.frontend.HTTPPort = len(f.Assets.TFTP) > 0, httpPort(f.Assets)
		}
	}
	for _, text := range addresses {
		a, err := netip.ParseAddr(text)
		if err != nil || !a.Is4() {
			return nil, usagef("--address %q: write an IPv4 address such as 10.20.0.1", text)
		}
		l.ips = append(l.ips, engine.IPOf(a))
	}
	if l.ips == nil {
		l.assume(cfg, r.Servers)
	}
	// All are there from the beginning: their addresses are given to no client.
	for i := range r.Messages {
		l.of(&r.Messages[i])
	}
	if len(l.frontend.Links) == 0 {
		l.add(defaultLink)
	}
	return l, nil
}

// assume takes the addresses of the servers in the capture; where there are none, the first one that a router may have.
func (l *rehearsalLinks) assume(cfg *config.Config, servers []netip.Addr) {
	for _, a := range servers {
		l.ips = append(l.ips, engine.IPOf(a))
	}
	if l.ips != nil {
		return
	}
	for _, s := range cfg.Leased.Subnets {
		first := engine.IPOf(s.Prefix.Masked().Addr()) + 1
		l.ips = []engine.IP{first}
		l.assumed = fmt.Sprintf("no server is seen in the capture; the address of this one is taken to be %v (--address)", first)
		return
	}
}

// httpPort is the port of the first address at which files are served, 0 for none.
func httpPort(a *config.Assets) uint16 {
	for _, at := range a.HTTP {
		if _, text, ok := strings.Cut(at, ":"); ok {
			if n, err := strconv.ParseUint(text[strings.LastIndexByte(text, ':')+1:], 10, 16); err == nil {
				return uint16(n)
			}
		}
	}
	return 0
}

// of returns the link that a message arrived on. What was caught on eth1.100 is of VLAN 100 where the configuration knows eth1 alone.
func (l *rehearsalLinks) of(m *recorded.Message) *engine.Link {
	name := m.Interface
	switch base, vid, tagged := strings.Cut(name, "."); {
	case l.given != "":
		name = l.given
	case slices.Contains(l.known, name):
	case tagged && slices.Contains(l.known, base):
		if n, err := strconv.ParseUint(vid, 10, 12); err == nil && m.Query.VLAN <= math.MaxUint16 {
			m.Query.VLAN = m.Query.VLAN<<16 | uint32(n)
		}
		name, m.Interface = base, base
	case len(l.known) > 0:
		name = l.known[0]
	case name == "":
		name = defaultLink
	}
	if link := l.byName[name]; link != nil {
		return link
	}
	return l.add(name)
}

func (l *rehearsalLinks) add(name string) *engine.Link {
	link := &engine.Link{Frontend: l.frontend, Name: name, IPs: l.ips, Up: true}
	l.frontend.Links = append(l.frontend.Links, link)
	l.byName[name] = link
	return link
}
