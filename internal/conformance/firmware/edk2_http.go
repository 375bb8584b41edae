package firmware

import (
	"net/netip"
	"net/url"
	"slices"
)

// EDK2HTTP is UEFI HTTP boot as EDK2 has it. It goes by the offers alone; the boot file of the DHCPACK is not looked at.
type EDK2HTTP struct {
	edk2DHCP
	offers []*httpOffer
}

// httpOffer is an offer as it keeps it.
type httpOffer struct {
	m message
	// url is "" where option 60 does not begin with HTTPClient.
	url string
	// name: the server is given by name; dns: there is a server that knows names; proxy: no address.
	name, dns, proxy bool
}

// Sends implements [Model].
func (e *EDK2HTTP) Sends(d Datagram) {
	if e.sends(d) {
		e.offers = nil
	}
}

// Hears implements [Model].
func (e *EDK2HTTP) Hears(d Datagram) string {
	m := message(slices.Clone(d.Payload))
	if why := e.unheard(d, m); why != "" {
		return why
	}
	if e.sent.kind() != typeDiscover {
		if asked, _ := e.sent.first(54); m.kind() == typeAck && string(asked) != string(m.serverID().AsSlice()) {
			return "an acknowledgement of another server than asked"
		}
		return ""
	}
	if m.kind() != typeOffer || m.serverID().IsUnspecified() {
		return "no offer with option 54"
	}
	o := &httpOffer{m: m, proxy: m.yiaddr().IsUnspecified(), dns: m.has(6)}
	switch http := m.class("HTTPClient"); {
	case http:
		r := &edk2Reply{m: m}
		if why := r.readFile(); why != "" {
			return why
		}
		u, err := url.Parse(r.file)
		if r.file == "" || err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return "HTTPClient in option 60 without a URL"
		}
		_, err = netip.ParseAddr(u.Hostname())
		o.url, o.name = r.file, err != nil
	case o.proxy:
		return "neither an address nor HTTPClient in option 60"
	}
	e.offers = append(e.offers, o)
	return ""
}

// Next implements [Model].
func (e *EDK2HTTP) Next() Step {
	find := func(want func(*httpOffer) bool) *httpOffer {
		if i := slices.IndexFunc(e.offers, want); i >= 0 {
			return e.offers[i]
		}
		return nil
	}
	// The order in which EDK2 prefers them, with what must be there beside.
	rules := []struct{ take, beside func(*httpOffer) bool }{
		{func(o *httpOffer) bool { return o.url != "" && !o.proxy && !o.name && !o.dns }, nil},
		{func(o *httpOffer) bool { return o.url != "" && !o.proxy && !o.name }, nil},
		{func(o *httpOffer) bool { return o.url != "" && !o.proxy && o.dns }, nil},
		{func(o *httpOffer) bool { return o.url != "" && o.proxy && !o.name }, func(o *httpOffer) bool { return o.url == "" }},
		{func(o *httpOffer) bool { return o.url != "" && o.name }, func(o *httpOffer) bool { return o.url == "" && o.dns }},
	}
	for _, r := range rules {
		if o := find(r.take); o != nil && (r.beside == nil || find(r.beside) != nil) {
			return Step{Verb: Fetch, URL: o.url}
		}
	}
	return givesUp("PXE-E16", "no offer that HTTP boot can use")
}
