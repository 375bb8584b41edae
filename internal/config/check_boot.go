package config

import (
	"iter"
	"strings"
)

// boots yields what every level says of booting, from the outermost to the nearest.
func (l *Leased) boots() iter.Seq[*Boot] {
	return func(yield func(*Boot) bool) {
		for level := range l.levels() {
			if level.Boot != nil && !yield(level.Boot) {
				return
			}
		}
	}
}

func (l *Leased) levels() iter.Seq[*Level] {
	return func(yield func(*Level) bool) {
		all := []*Level{&l.Level}
		for i := range l.SharedNetworks {
			all = append(all, &l.SharedNetworks[i].Level)
		}
		for i := range l.Subnets {
			all = append(all, &l.Subnets[i].Level)
			for j := range l.Subnets[i].Pools {
				all = append(all, &l.Subnets[i].Pools[j].Level)
			}
		}
		for i := range l.Classes {
			all = append(all, &l.Classes[i].Level)
		}
		for _, level := range all {
			if !yield(level) {
				return
			}
		}
		for i := range l.Reservations {
			if !yield(&l.Reservations[i].Level) {
				return
			}
		}
	}
}

// names yields the names of everything that a level says to fetch, with their places.
func (b *Boot) names() iter.Seq2[Pos, string] {
	return func(yield func(Pos, string) bool) {
		for _, s := range []Said[string]{b.File, b.IPXE} {
			if s.Set && !yield(s.Pos, s.Value) {
				return
			}
		}
		for _, files := range [][]FirmwareFile{b.Files, b.HTTP} {
			for _, f := range files {
				if !yield(f.Pos, f.Name) {
					return
				}
			}
		}
	}
}

// checkBootAgainst holds what leased says of booting against the frontend of the same file; port and assets are its keys.
func (d *document) checkBootAgainst(f *Frontend, l *Leased, port, assets value) {
	for b := range l.boots() {
		if port.node == nil {
			d.checkPXEPort(b)
		}
		if f.Assets != nil && len(f.Assets.HTTP) > 0 || assets.node != nil && f.Assets == nil {
			continue
		}
		for at, name := range b.names() {
			if strings.Contains(name, "{http}") {
				d.addAt(at, "add http: {} to frontend.assets, or write the server of the file", "{http} is the HTTP server of the frontend, and it has none")
			}
		}
	}
}

// checkPXEPort notes what firmware cannot use where nobody answers on port 4011.
func (d *document) checkPXEPort(b *Boot) {
	const hint = "add pxe_port: 4011 to frontend"
	if b.Role.Value == RoleProxy {
		d.addAt(b.Role.Pos, hint, "role: UEFI firmware asks a proxyDHCP server on port 4011, and the frontend has no pxe_port")
	}
	if b.Style.Value == StylePXE {
		d.addAt(b.Style.Pos, hint, "style: PXE firmware may ask on port 4011 then, and the frontend has no pxe_port")
	}
	if b.Menu.Value != nil {
		d.addAt(b.Menu.Pos, hint, "menu: firmware asks on port 4011 for what was chosen, and the frontend has no pxe_port")
	}
	if b.PXEPortMode.Value == PXEPortFull {
		d.addAt(b.PXEPortMode.Pos, hint, "pxe_port_mode: nothing arrives on the PXE port, as the frontend has none")
	}
}

// checkBoot holds what the levels say of booting against each other. The last two checks ask for what is missing, which is worth saying
// only where nothing is missing for being wrong.
func (r *roll) checkBoot(l *Leased) {
	r.checkProxy(l)
	if len(r.doc.errors) > 0 {
		return
	}
	r.checkLookups(l)
	var styled Said[Style]
	for b := range l.boots() {
		if b.Menu.Value != nil {
			return
		}
		for _, name := range b.names() {
			if name != "" {
				return
			}
		}
		if b.Style.Value == StylePXE && !styled.Set {
			styled = b.Style
		}
	}
	if styled.Set {
		r.doc.addAt(styled.Pos, "add file or files", "style: replies in the style of PXE name a file or have a menu, and there is neither in boot anywhere")
	}
}
