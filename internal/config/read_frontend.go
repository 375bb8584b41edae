package config

import "net/netip"

// readFrontend reads the section; leased is the section of that name in the same file, or nil.
func readFrontend(v value, leased *Leased) *Frontend {
	m := v.mapping()
	s := newSection("frontend", m.get("tls"))
	port, assets := m.get("pxe_port"), m.get("assets")
	bootPort := readPXEPort(port)
	local, relays := m.get("local").mapping(), m.get("relays").mapping()
	f := &Frontend{
		Name:          read(m.get("name"), "", parseName),
		Links:         readLinks(m.get("links")),
		Local:         Local{Accept: local.get("accept").bool(true)},
		Relays:        readRelays(relays),
		PXEPort:       bootPort,
		Leased:        s.reach(m.get("leased"), leased),
		Listen:        s.listen(m.get("listen"), defaultFrontend),
		TLS:           s.tls,
		Assets:        readAssets(assets, bootPort),
		ReceiveBuffer: int(m.get("receive_buffer").size(4<<20, 64<<10, 1<<30)),
	}
	f.BulkLeaseQuery = m.get("bulk_leasequery").bool(leased != nil && len(leased.LeaseQuery.Allow) > 0)
	if !f.Local.Accept && !f.Relays.Accept {
		local.get("accept").fail("set one of them to true", "nobody is answered: no relay either (line %d)", relays.get("accept").pos.Line)
	}
	local.done()
	m.done()
	if leased != nil {
		v.doc.checkBootAgainst(f, leased, port, assets)
	}
	return f
}

func readLinks(v value) []Link {
	if !v.require("[{interface: eth1}]") && v.doc.keys == nil {
		return nil
	}
	items := v.items()
	if len(items) == 0 && v.plain() {
		v.fail("name an interface, as in - interface: eth1", "there is no link to serve")
	}
	var links []Link
	first := map[string]Pos{}
	for _, item := range items {
		m := item.mapping()
		name := m.get("interface")
		l := Link{Mode: oneOf(m.get("mode"), ModeRaw, ModeUDP, ModeAuto), VLANs: readVLANs(m.get("vlans")), Tags: readTags(m.get("tags"))}
		for _, key := range []string{"vlans", "tags"} {
			if l.Mode != ModeRaw && l.Mode != "" && m.get(key).node != nil {
				m.get(key).fail("remove it, or set mode: raw", "a link in mode %s knows no tags", l.Mode)
			}
		}
		m.done()
		if !name.require("eth1") {
			continue
		}
		l.Interface = read(name, "", parseInterface)
		if at, dup := first[l.Interface]; dup && l.Interface != "" {
			v.doc.addAt(name.pos, "remove one of them", "link %s is given twice, first on line %d", l.Interface, at.Line)
			continue
		}
		first[l.Interface] = name.pos
		links = append(links, l)
	}
	checkVLANs(v.doc, links, first)
	return links
}

func readRelays(m *mapping) Relays {
	r := Relays{Accept: m.get("accept").bool(true)}
	allow := m.get("allow")
	for _, item := range allow.items() {
		if p := read(item, netip.Prefix{}, parseAllowed); p.IsValid() {
			r.Allow = append(r.Allow, p)
		}
	}
	if !r.Accept && len(r.Allow) > 0 {
		allow.fail("remove it, or set accept: true", "no relay is accepted (line %d), so none can be allowed", m.entries["accept"].pos.Line)
	}
	m.done()
	return r
}

// pxePort is the one port on which firmware looks for a boot server (PXE 2.1).
const pxePort = 4011

// readPXEPort refuses every other port: nobody would ask there.
func readPXEPort(v value) uint16 {
	port := v.int(0, 1, 65535)
	if port != 0 && port != pxePort {
		v.fail("write 4011, or remove the key", "firmware asks a boot server on port 4011, and on no other")
	}
	return uint16(port)
}
