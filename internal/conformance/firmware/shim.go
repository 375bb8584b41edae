package firmware

import (
	"net/netip"
	"strings"
)

// Shim is what shim, started by this machine, fetches next: the second stage from the directory that the header of a reply names. It
// looks at the DHCPACK, then at the proxy's offer, then at what a boot server said, and reads nothing but siaddr and file of them.
func (e *EDK2) Shim(second string) Step {
	var found message
	for _, r := range []*edk2Reply{e.ack, e.proxyOffer(), e.item} {
		if r != nil && (found == nil || text(found.file()) == "") {
			found = r.m
		}
	}
	if found == nil {
		return givesUp("", "no DHCPACK")
	}
	if v, _ := found.first(52); len(v) == 1 && v[0]&1 != 0 {
		return givesUp("", "file is used for options")
	}
	dir := text(found.file()[:127])
	dir = dir[:strings.LastIndexByte(dir, '/')+1]
	if found.siaddr() == netip.IPv4Unspecified() {
		return givesUp("", "siaddr is 0.0.0.0")
	}
	return fetches(found.siaddr(), dir+second)
}

// proxyOffer is the reply without an address that EDK2 has taken.
func (e *EDK2) proxyOffer() *edk2Reply {
	if e.proxy != nil {
		return e.proxy
	}
	if _, proxy, _ := e.choose(); proxy != nil && proxy.kind == proxyPXE10 {
		return proxy
	}
	return nil
}
