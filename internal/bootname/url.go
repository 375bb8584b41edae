package bootname

import (
	"fmt"
	"net/netip"
	neturl "net/url"
	"strings"
)

// schemeOf returns the scheme of a URL in lower case, "" for what is none.
func schemeOf(s string) string {
	if strings.HasPrefix(s, "{"+frontend+"}") {
		return "http"
	}
	scheme, _, ok := strings.Cut(s, "://")
	if !ok || strings.ContainsAny(scheme, "/{}$ ") {
		return ""
	}
	return strings.ToLower(scheme)
}

// url checks a URL of which the scheme is known to do. own allows settings of iPXE.
func url(s string, own bool) *Fault {
	parts, f := parse(s)
	switch {
	case f != nil:
		return f
	case parts.foreign != "" && !own:
		return fault("write {mac} and the like; ${…} is for ipxe:", "only iPXE knows %s", parts.foreign)
	case strings.ContainsAny(s, " \"<>\\^`|"):
		at := strings.IndexAny(s, " \"<>\\^`|")
		return fault(fmt.Sprintf("write %%%02X for it", s[at]), "%q contains %q, which no URL has", s, s[at])
	case parts.longest > MaxName:
		return tooLong(s, parts, MaxName, fmt.Sprintf("option 67 holds %d", MaxName))
	}
	u, err := neturl.Parse(parts.filledIn)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return fault("write a URL such as http://10.20.0.1:8080/ipxe.efi", "%q names no host", s)
	case strings.HasPrefix(u.Host, "["):
		return fault("write the IPv4 address of the server", "%q is for IPv6, and DHCPv4 leads to no IPv6", s)
	case u.Fragment != "" || strings.Contains(s, "#"):
		return fault("leave out #"+u.Fragment, "%q has a fragment, which is never sent", s)
	}
	return nil
}

// HostToResolve returns the host of a URL that a machine has to look up in the DNS; "" where there is none: s is a path, or the host is
// an address, {server} or {http}.
func HostToResolve(s string) string {
	_, rest, ok := strings.Cut(s, "://")
	if !ok || schemeOf(s) == "" {
		return ""
	}
	authority := rest
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		authority = rest[:i]
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	host, _, _ := strings.Cut(authority, ":")
	if _, err := netip.ParseAddr(host); err == nil || strings.HasPrefix(host, "${") || host == "{server}" || host == "{ip}" {
		return ""
	}
	return host
}
