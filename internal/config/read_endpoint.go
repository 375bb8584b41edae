package config

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"rollcall/internal/rpc"
)

// Where the services meet when the file does not say.
var (
	defaultLeased   = Endpoint{Network: rpc.NetworkUnix, Address: "/run/rollcall/leased.sock"}
	defaultFrontend = Endpoint{Network: rpc.NetworkUnix, Address: "/run/rollcall/frontend.sock"}
	defaultWebhookd = Endpoint{Network: rpc.NetworkUnix, Address: "/run/rollcall/webhookd.sock"}
)

// section is what the endpoints of one service need to know of each other.
type section struct {
	name     string
	tls      *TLS
	tlsGiven bool // a broken tls section is not a missing one
}

// listener is a place somebody listens at.
type listener struct {
	Endpoint
	key string
	pos Pos
}

func parseEndpoint(s string, listens bool) (Endpoint, *problem) {
	const example = "write unix:///run/rollcall/NAME.sock or tcp://HOST:PORT"
	network, address, ok := strings.Cut(s, "://")
	if !ok || network != rpc.NetworkUnix && network != rpc.NetworkTCP {
		return Endpoint{}, &problem{fmt.Sprintf("%q is not an endpoint", s), example}
	}
	if network == rpc.NetworkUnix {
		switch {
		case !strings.HasPrefix(address, "/"):
			return Endpoint{}, &problem{fmt.Sprintf("the path of the socket %q is not absolute", address), "write three slashes, as in unix:///run/rollcall/NAME.sock"}
		case len(address) > rpc.MaxUnixPath:
			return Endpoint{}, &problem{fmt.Sprintf("the path of the socket has %d bytes; the system takes %d", len(address), rpc.MaxUnixPath), "choose a shorter path"}
		}
		return Endpoint{Network: network, Address: address}, nil
	}
	if p := checkHostPort(address, listens); p != nil {
		return Endpoint{}, p
	}
	return Endpoint{Network: network, Address: address}, nil
}

// checkHostPort looks at host:port. A listener may leave the host out; a caller may not.
func checkHostPort(s string, listens bool) *problem {
	host, port, err := net.SplitHostPort(s)
	switch {
	case err != nil:
		return &problem{fmt.Sprintf("%q is not host:port", s), "write an address such as 127.0.0.1:8067 or [::1]:8067"}
	case host == "" && !listens:
		return &problem{fmt.Sprintf("%q names no host to connect to", s), "write the host in front of the colon"}
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return &problem{fmt.Sprintf("%q is not a port from 1 to 65535", port), "write the port behind the colon"}
	}
	return nil
}

// listen reads where a service listens.
func (s section) listen(v value, fallback Endpoint) []Endpoint {
	if v.node == nil {
		v.doc.listeners = append(v.doc.listeners, listener{fallback, s.name + ".listen", v.pos})
		return []Endpoint{fallback}
	}
	items := v.items()
	if len(items) == 0 && v.plain() {
		v.fail(fmt.Sprintf("remove the key to listen on %s", fallback), "there is nowhere to listen")
	}
	var list []Endpoint
	for _, item := range items {
		e := read(item, Endpoint{}, func(t string) (Endpoint, *problem) { return parseEndpoint(t, true) })
		if e.Network == rpc.NetworkTCP {
			switch {
			case !s.tlsGiven:
				item.doc.addAt(item.pos, fmt.Sprintf("set %s.tls or listen on a unix socket", s.name), "a TCP listener needs mutual TLS")
			case s.tls != nil && len(s.tls.Roles) == 0:
				item.doc.addAt(item.pos, fmt.Sprintf("name the certificates that may call in %s.tls.roles", s.name),
					"nobody may call this TCP listener: no certificate has a role")
			}
		}
		if e.Network != "" {
			v.doc.listeners = append(v.doc.listeners, listener{e, s.name + ".listen", item.pos})
			list = append(list, e)
		}
	}
	return list
}

// reach reads where leased is reached. By default that is the first unix socket that it listens on, if the file has it.
func (s section) reach(v value, leased *Leased) Endpoint {
	var sockets []Endpoint
	if leased != nil {
		sockets = slices.DeleteFunc(slices.Clone(leased.Listen), func(e Endpoint) bool { return e.Network != rpc.NetworkUnix })
	}
	fallback := defaultLeased
	if len(sockets) > 0 {
		fallback = sockets[0]
	}
	e := read(v, fallback, func(t string) (Endpoint, *problem) { return parseEndpoint(t, false) })
	switch {
	case e.Network == rpc.NetworkTCP && !s.tlsGiven:
		v.doc.addAt(v.pos, fmt.Sprintf("set %s.tls or use a unix socket", s.name), "a TCP connection needs mutual TLS")
	case e.Network == rpc.NetworkUnix && leased != nil && len(leased.Listen) > 0 && !slices.Contains(sockets, e):
		// A unix socket is on this host, and so is the leased of this file.
		at := slices.IndexFunc(v.doc.listeners, func(l listener) bool { return l.key == "leased.listen" })
		v.doc.addAt(v.pos, fmt.Sprintf("set %s.leased to one of leased.listen", s.name), "leased does not listen on %s (line %d)",
			e, v.doc.listeners[at].pos.Line)
	}
	return e
}

// checkListeners finds two listeners in one place.
func (d *document) checkListeners() {
	first := map[Endpoint]listener{}
	for _, l := range d.listeners {
		if other, taken := first[l.Endpoint]; taken {
			d.addAt(l.pos, "give it another address", "%s %s is already %s (line %d)", l.key, l.Endpoint, other.key, other.pos.Line)
			continue
		}
		first[l.Endpoint] = l
	}
}

func readTLS(v value) (*TLS, bool) {
	if !v.present() {
		return nil, false
	}
	m := v.mapping()
	t := &TLS{}
	t.CertFile = readPEM(m.get("cert_file"), "/etc/rollcall/cert.pem")
	t.KeyFile = readPEM(m.get("key_file"), "/etc/rollcall/key.pem")
	t.CAFile = readPEM(m.get("ca_file"), "/etc/rollcall/ca.pem")
	roles := m.get("roles").mapping()
	for _, role := range rpc.Roles() {
		for _, item := range roles.get(string(role)).items() {
			if name, ok := item.text(); ok && name == "" {
				item.fail("write the common name or DNS name of a certificate", "the name is empty")
			} else if ok {
				if t.Roles == nil {
					t.Roles = map[Role][]string{}
				}
				t.Roles[role] = append(t.Roles[role], name)
			}
		}
	}
	roles.done()
	m.done()
	return t, true
}

func readPEM(v value, example string) string {
	if !v.require(example) {
		return ""
	}
	return v.path("")
}

func newSection(name string, tls value) section {
	s := section{name: name}
	s.tls, s.tlsGiven = readTLS(tls)
	return s
}
