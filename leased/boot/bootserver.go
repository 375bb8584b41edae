package boot

import (
	"net/netip"
	"strconv"
	"strings"

	"rollcall/internal/bootname"
)

// AsksBootServer reports whether a message asks a boot server for its file, after a menu (PXE 2.1, 43.71), and for no address.
func (c *Client) AsksBootServer(k MessageKind) bool {
	return (c.HasItem || c.MalformedItem) && (k == KindRequest || k == KindInform) && (c.Class == ClassPXE || c.IPXE)
}

// bis is the bit of the layer that asks for boot integrity services.
const bis = 1 << 15

// bootServer answers who chose a line of a menu. What is not ours another boot server may have.
func (d *decider) bootServer() {
	switch {
	case d.c.MalformedItem:
		d.refuse(MalformedBootItem)
		return
	case d.c.Item.Layer&bis != 0:
		d.refuse(BootIntegrity)
		return
	case d.p.Looping:
		d.refuse(BootLoop)
		return
	}
	v := d.l.menu(d.c)
	if v.V == nil {
		d.refuse(OtherBootServer)
		return
	}
	for i := range v.V.Items {
		it := &v.V.Items[i]
		if it.Type != d.c.Item.Type || it.Type == 0 || it.File == "" {
			continue
		}
		d.a.Rule, d.a.From = "boot.menu.items["+strconv.Itoa(i)+"]", v.From
		server := d.serverOf(it)
		name := d.expand(it.File, server)
		if name == "" || len(name) > bootname.MaxName || strings.Contains(name, "://") {
			d.refuse(UnusableName)
			return
		}
		d.a.Stage = StageFile
		d.told(name, server)
		t, l := d.c.Item.Type, d.c.Item.Layer
		d.options(true, []byte{subBootItem, 4, byte(t >> 8), byte(t), byte(l >> 8), byte(l), subEnd})
		return
	}
	d.refuse(OtherBootServer)
}

// serverOf returns who has the file of a line.
func (d *decider) serverOf(it *MenuItem) netip.Addr {
	if it.Server.IsValid() && !it.Server.IsUnspecified() {
		return it.Server
	}
	return d.l.server(d.p.Address)
}
