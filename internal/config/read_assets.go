package config

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"

	"rollcall/internal/rpc"
)

// The ports of TFTP (RFC 1350 §4) and, for want of a better one, of HTTP beside a web server.
const (
	defaultTFTP = ":69"
	defaultHTTP = ":8080"
)

// readAssets returns nil where nothing is served.
func readAssets(v value, pxePort uint16) *Assets {
	m := v.mapping()
	root, tftp, http, clients, size := m.get("root"), m.get("tftp"), m.get("http"), m.get("max_clients"), m.get("max_size")
	a := &Assets{
		Root:       root.path(""),
		TFTP:       readServe(tftp, defaultTFTP),
		HTTP:       readServe(http, defaultHTTP),
		MaxClients: clients.int(256, 1, 65536),
		MaxSize:    size.size(16<<30, 1<<10, 1<<40),
	}
	m.done()
	switch {
	case root.node == nil:
		for _, given := range []value{tftp, http, clients, size} {
			if given.node != nil {
				given.fail("add root: /srv/boot, the directory of the files", "there is nothing to serve without root")
			}
		}
		return nil
	case tftp.node == nil && http.node == nil:
		root.fail("add tftp: {} or http: {}, or both", "nobody can fetch from it: neither tftp nor http is given")
	}
	for _, at := range a.HTTP {
		v.doc.files = append(v.doc.files, listener{Endpoint{Network: rpc.NetworkTCP, Address: at}, "frontend.assets.http", http.pos})
	}
	for _, at := range a.TFTP {
		_, number, _ := net.SplitHostPort(at)
		if pxe := strconv.Itoa(int(pxePort)); number == "67" || number == "68" || number == pxe {
			tftp.fail("write :69", "port %s is one of DHCP", number)
		}
	}
	return a
}

// checkHTTP notes files that are to be served where metrics are.
func (d *document) checkHTTP(o Observe) {
	for _, files := range d.files {
		host, port, _ := net.SplitHostPort(files.Address)
		for _, metrics := range []string{o.Listen, o.Frontend, o.Leased, o.Webhookd} {
			other, same, _ := net.SplitHostPort(metrics)
			if port == same && (host == other || host == "" || other == "") {
				d.addAt(files.pos, "choose another port", "%s %s is where metrics are (observe, %s)", files.key, files.Address, metrics)
				break
			}
		}
	}
}

// readServe reads where a protocol is served: nowhere if it is not mentioned.
func readServe(v value, fallback string) []string {
	if !v.present() {
		return nil
	}
	m := v.mapping()
	listen := m.get("listen")
	m.done()
	if m.misfit > 0 {
		v.doc.errors[m.misfit-1].Hint = fmt.Sprintf("write {} to listen on %q, or {listen: [%q]}", fallback, fallback)
	}
	if listen.node == nil {
		return []string{fallback}
	}
	items := listen.items()
	if len(items) == 0 && listen.plain() {
		listen.fail(fmt.Sprintf("remove the key to listen on %q", fallback), "there is nowhere to listen")
	}
	var list []string
	for _, item := range items {
		at := read(item, "", parseServe)
		if at != "" && slices.Contains(list, at) {
			item.fail("remove one of them", "%s is given twice", at)
			continue
		}
		list = append(list, at)
	}
	return list
}

// parseServe reads host:port, where host is an address of this machine or nothing.
func parseServe(s string) (string, *problem) {
	if _, err := strconv.ParseUint(s, 10, 16); err == nil {
		return "", &problem{fmt.Sprintf("%q is not host:port", s), fmt.Sprintf(`write ":%s" to listen at every address of the host`, s)}
	}
	if p := checkHostPort(s, true); p != nil {
		return "", p
	}
	host, _, _ := net.SplitHostPort(s)
	if _, err := netip.ParseAddr(host); err != nil && host != "" {
		return "", &problem{fmt.Sprintf("%q is not an address", host), `write an address such as 10.20.0.1:8080, or ":8080" for every address`}
	}
	return s, nil
}
