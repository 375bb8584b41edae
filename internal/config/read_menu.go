package config

import (
	"fmt"
	"net/netip"
	"time"

	"rollcall/internal/bootname"
)

// The prompt and the timeout of a menu that does not say.
const (
	DefaultMenuPrompt  = "Press F8 for the menu"
	DefaultMenuTimeout = 5
)

// readMenu reads the menu of a level. An empty text, and a menu without items, is none.
func readMenu(level *mapping) Said[*Menu] {
	v := level.get("menu")
	if v.null() && v.doc.keys == nil {
		return Said[*Menu]{}
	}
	s := Said[*Menu]{Set: true, Pos: level.entries["menu"].pos}
	if v.node != nil && v.node.Value == "" && len(v.node.Content) == 0 && v.plain() {
		return s
	}
	m := v.mapping()
	menu := &Menu{
		Prompt:  read(m.get("prompt"), DefaultMenuPrompt, checked(bootname.MenuText)),
		Timeout: read(m.get("timeout"), uint8(DefaultMenuTimeout), parseMenuTimeout),
	}
	items := m.get("items")
	if items.require(`[{type: 1, text: Installer, file: install.efi}]`) || v.doc.keys != nil {
		menu.Items = readMenuItems(items)
	}
	m.done()
	var lines []bootname.MenuLine
	for _, i := range menu.Items {
		lines = append(lines, bootname.MenuLine{Text: i.Text, Type: i.Type})
	}
	if f := bootname.Menu(menu.Prompt, lines); f != nil {
		v.doc.addAt(s.Pos, f.Remedy, "menu: %s", f.Problem)
	}
	if len(menu.Items) > 0 {
		s.Value = menu
	}
	return s
}

// parseMenuTimeout reads what goes over the wire as an octet of seconds.
func parseMenuTimeout(s string) (uint8, *problem) {
	const most = bootname.MenuWaits - 1
	if s == "never" {
		return bootname.MenuWaits, nil
	}
	d, p := wholeSeconds(s)
	if p == nil && d > most*time.Second {
		p = &problem{fmt.Sprintf("%s is not from 0s to %ds", s, most), "write a time such as 5s, or never, which waits until somebody chooses"}
	}
	return uint8(d / time.Second), p
}

func readMenuItems(v value) []MenuItem {
	var list []MenuItem
	first := map[uint16]Pos{}
	for _, item := range v.items() {
		m := item.mapping()
		typ, text, file, server := m.get("type"), m.get("text"), m.get("file"), m.get("server")
		before := len(v.doc.errors)
		typed := typ.require("1")
		text.require("Installer")
		i := MenuItem{
			Type:   uint16(typ.int(0, 0, 65535)),
			Text:   read(text, "", checked(bootname.MenuText)),
			File:   read(file, "", checked(bootname.File)),
			Server: read(server, netip.Addr{}, parseHost),
		}
		m.done()
		at, dup := first[i.Type]
		switch {
		case len(v.doc.errors) > before || !typed:
		case dup:
			typ.fail("give it another number", "type %d is given twice, first on line %d", i.Type, at.Line)
		case i.Text == "" && text.node != nil:
			text.fail("write what the machine shows", "the item has no text")
		case i.Type == 0 && given(file, server):
			firstGiven(file, server).fail("remove it, or give the item another type", "an item of type 0 boots from the disk (line %d)", typ.pos.Line)
		case i.Type != 0 && i.File == "":
			typ.fail("add file: install.efi; type: 0 boots from the disk", "the item has no file to boot")
		default:
			first[i.Type] = typ.pos
			list = append(list, i)
		}
	}
	return list
}
