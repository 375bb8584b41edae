package boot

import (
	"encoding/binary"

	"rollcall/internal/bootname"
	"rollcall/internal/option"
)

// options writes the options of a reply: 60 where it is marked as one of PXE or HTTP boot, the value of 43, the file name and the UUID.
func (d *decider) options(marked bool, encapsulated []byte) {
	list := make(option.List, 0, 64+len(d.a.Name)+len(encapsulated))
	if marked {
		list = list.AppendString(option.VendorClass, d.vendorClass())
	}
	if encapsulated != nil {
		list = list.Append(option.VendorSpecific, encapsulated)
	}
	if d.quirk.addressOption && d.a.Next.IsValid() {
		var text [len("255.255.255.255")]byte
		list = list.Append(option.TFTPServerName, d.a.Next.AppendTo(text[:0]))
	}
	if d.a.Name != "" {
		// Old firmware takes the octets behind the name for part of it, and UEFI puts a zero there itself, on top of the next option.
		var text [bootname.MaxName + 1]byte
		list = list.Append(option.BootfileName, append(append(text[:0], d.a.Name...), 0))
	}
	if d.c.UUID != nil {
		list = list.Append(option.ClientUUID, d.c.UUID) // RFC 4578 §2.3
	}
	d.a.Options = list
}

// vendorClass returns what option 60 of the reply says: exactly that, as firmware compares it whole.
func (d *decider) vendorClass() string {
	switch {
	case d.c.Class == ClassHTTP && !d.c.IPXE:
		return httpClient
	case d.c.VendorPrefix != "":
		return d.c.VendorPrefix
	}
	return pxeClient
}

// forIPXE writes the options of iPXE. A proxy's offer is marked, and says that there is nobody else to ask; with an address, that it
// need not wait for a proxy.
func (d *decider) forIPXE() {
	if d.bare {
		d.options(true, []byte{subDiscoveryControl, 1, fileOnly, subEnd})
		return
	}
	d.options(false, nil)
	if d.l.noProxyWait() {
		d.a.Options = d.a.Options.AppendString(option.Etherboot, noProxyDHCP)
	}
}

// noProxyDHCP is what tells iPXE not to wait for the offer of a proxy.
const noProxyDHCP = "\xb0\x01\x01"

// encapsulate returns the value of option 43 of a reply that names a file; nil where it is not marked.
func (d *decider) encapsulate(marked bool) []byte {
	if !marked {
		return nil
	}
	b := make([]byte, 0, 40)
	b = append(b, subDiscoveryControl, 1, d.quirk.control)
	b = appendSub(b, subBootMenu, d.quirk.menu)
	b = appendSub(b, subMenuPrompt, d.quirk.prompt)
	return append(b, subEnd)
}

func appendSub(b []byte, code byte, value string) []byte {
	if value == "" {
		return b
	}
	return append(append(b, code, byte(len(value))), value...)
}

// menuOf returns the menu that the firmware gets, nil for none.
func (d *decider) menuOf() *Menu {
	if d.c.Class != ClassPXE || d.quirk.menu != "" || d.quirk.forced && d.quirk.style == Plain {
		return nil
	}
	if m := d.l.menu(d.c).V; m != nil && len(m.Items) > 0 {
		return m
	}
	return nil
}

// Bits of the discovery control.
const (
	noBroadcast = 1 << 0
	noMulticast = 1 << 1
	onlyListed  = 1 << 2
)

// menu shows a menu. What is chosen is asked for on port 4011 of this server, which is the only one listed; so no file is named here.
func (d *decider) menu(m *Menu) {
	var servers, items [255]byte
	ns, ni, control := 0, 0, byte(noBroadcast|noMulticast|onlyListed)
	var own [4]byte
	if d.p.Address.Is4() {
		own = d.p.Address.As4()
	}
	for i := range m.Items {
		it := &m.Items[i]
		if ni+3+len(it.Text) > len(items)-2 || ns+7 > len(servers)-2 {
			d.refuse(UnusableName)
			return
		}
		binary.BigEndian.PutUint16(items[ni:], it.Type)
		items[ni+2] = byte(len(it.Text))
		ni += 3 + copy(items[ni+3:], it.Text)
		if it.Type == 0 {
			continue
		}
		if d.serverOf(it) != d.p.Address {
			control &^= onlyListed // UEFI then takes no siaddr that is not listed
		}
		binary.BigEndian.PutUint16(servers[ns:], it.Type)
		servers[ns+2] = 1
		ns += 3 + copy(servers[ns+3:], own[:])
	}
	b := make([]byte, 0, 255)
	if ns == 0 {
		control &^= onlyListed // some look for a list then, and find none
	}
	b = append(b, subDiscoveryControl, 1, control)
	b = appendSub(b, subBootServers, string(servers[:ns]))
	b = appendSub(b, subBootMenu, string(items[:ni]))
	b = append(b, subMenuPrompt, byte(1+len(m.Prompt)), m.Timeout)
	b = append(b, m.Prompt...)
	b = append(b, subEnd)
	if len(b) > 255 || len(m.Prompt) > 254 {
		d.refuse(UnusableName)
		return
	}
	d.a.Stage, d.a.Next, d.a.ServerName = StageMenu, d.p.Address, d.l.serverName()
	d.options(true, b)
}
