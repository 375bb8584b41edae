package timeline

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"rollcall/internal/arch"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
)

// facts are what is known of one loader: firmware, or iPXE.
type facts struct {
	known       bool
	class       boot.Class
	ipxe        bool
	firmware    arch.Firmware
	hasFirmware bool

	// proxy: another server gives the addresses.
	proxy bool
	// offered, requested and acked are how far it came with its address; other: it took that of another server.
	offered, requested, acked, other bool
	// malformed: its architecture cannot be read.
	malformed bool
	// refused is why its last answer named nothing to boot, dropped why its last message was not answered, onPort why one on port 4011
	// was not; "" for neither.
	refused, dropped, onPort engine.Reason
	// sentOn: it was told to ask on port 4011; asked: it did; told: it was answered there.
	sentOn, asked, told bool
	// file is what it was told to fetch, from server; own: that is a file server of rollcall.
	file   string
	server netip.Addr
	own    bool
	stage  boot.Stage
	// tried: it asked for file; got: it has it; failed is how a transfer of it failed, "" for not; detail says why.
	tried, got bool
	failed     Result
	detail     string
	// script: iPXE has its script. last is the last other file that was asked for, and how that ended; more: one of them was complete.
	script     bool
	more       bool
	last       string
	lastResult Result
	byHTTP     bool // the last failure was by HTTP

	loop, done, system     bool
	foreignDHCP, foreignPX *foreign
}

// foreign is another server.
type foreign struct {
	address, hardware, file string
}

// names reports whether path, which a machine asked for, is what it was told to fetch.
func (f *facts) names(path string) bool {
	told := f.file
	if told == "" {
		return false
	}
	if u, err := url.Parse(told); err == nil && u.Host != "" {
		told = u.Path
	}
	return strings.TrimLeft(told, "/") == strings.TrimLeft(path, "/")
}

// isOwn reports whether a frontend itself has what a machine is told to fetch.
func isOwn(fe *engine.Frontend, file string, server netip.Addr) bool {
	if fe == nil {
		return false
	}
	u, err := url.Parse(file)
	if err != nil || u.Host == "" {
		return fe.TFTP && has(fe, server)
	}
	host, err := netip.ParseAddr(u.Hostname())
	if err != nil || !has(fe, host) {
		return false
	}
	if u.Scheme == "tftp" {
		return fe.TFTP
	}
	return fe.HTTPPort != 0 && u.Port() == strconv.Itoa(int(fe.HTTPPort))
}

// has reports whether a frontend has an address.
func has(fe *engine.Frontend, a netip.Addr) bool {
	ip := engine.IPOf(a)
	return ip != 0 && slices.ContainsFunc(fe.Links, func(l *engine.Link) bool { return slices.Contains(l.IPs, ip) })
}
