package option

import (
	"strconv"
	"strings"

	"rollcall/internal/spelling"
)

// ByCode describes an option of the standard table; see [Names.ByCode].
func ByCode(c Code) Def { return byCode[c] }

// ByName finds an option of the standard table; see [Names.ByName].
func ByName(name string) (Def, bool) { return standard.ByName(name) }

// Suggest is [Names.Suggest] for the standard table.
func Suggest(name string) string { return standard.Suggest(name) }

// Suggest returns the name an operator probably meant by a name that
// [Names.ByName] does not find, or "" when nothing is near.
func (n *Names) Suggest(name string) string {
	name = strings.ToLower(strings.ReplaceAll(name, "_", "-"))
	if c, ok := spoken[name]; ok {
		return n.ByCode(c).Name
	}
	digits := strings.TrimPrefix(name, "option-")
	if d, ok := n.ByName("option-" + digits); ok {
		return d.Name
	}
	if _, err := strconv.Atoi(digits); err == nil {
		return "" // near to nothing but other numbers
	}
	if d, ok := n.ByName(name); ok {
		return d.Name
	}
	g := guess{name: name, nearest: tolerance(name)}
	for known, c := range byName {
		g.consider(known, n.ByCode(c).Name)
	}
	if own := n.own[space{}]; own != nil {
		for known := range own.byName {
			g.consider(known, known)
		}
	}
	return g.best
}

// spoken are words for options that are nobody's names for them.
var spoken = map[string]Code{
	"gateway": Router, "default-gateway": Router, "dns": DomainNameServer, "nameserver": DomainNameServer, "nameservers": DomainNameServer,
	"domain": DomainName, "search": DomainSearch, "ntp": NTPServer, "wins": NetBIOSNameServer, "bootfile": BootfileName,
	"tftp": TFTPServerName, "voip-tftp-server": TFTPServerAddress, "cisco-tftp": TFTPServerAddress,
	"vivso": VIVendorSpecific, "vivco": VIVendorClass,
}

// suggestSub is Suggest for the sub-options of one space.
func (n *Names) suggestSub(in space, name string) string {
	name = strings.ToLower(strings.ReplaceAll(name, "_", "-"))
	g := guess{name: name, nearest: tolerance(name)}
	for _, defs := range []*definitions{n.own[in], standardSubs[in.of]} {
		if defs != nil {
			for known := range defs.byName {
				g.consider(known, known)
			}
		}
	}
	return g.best
}

// tolerance is how far a suggestion may be away: a third of the letters may be
// wrong; more than that is guessing.
func tolerance(name string) int { return len(name)/3 + 1 }

// guess collects the name nearest to a misspelt one.
type guess struct {
	name, best string
	nearest    int
}

// consider compares with one known name, which stands for the proper one. Of
// two equally near names the lesser wins, so that the answer does not depend
// on the order of a map.
func (g *guess) consider(known, proper string) {
	d := spelling.Distance(g.name, known)
	if d < g.nearest || d == g.nearest && g.best != "" && proper < g.best {
		g.best, g.nearest = proper, d
	}
}
