package plan

import (
	"fmt"
	"path/filepath"

	"rollcall/internal/config"
	"rollcall/leased/boot"
)

// level is a place in the file where something is said, as people know it.
type level struct {
	// name is what options say that they come from: "subnet hall"; file is the name of the file, for whoever wants to know the line.
	name, file string
}

// at names the level and the line.
func (l level) at(p config.Pos) string {
	return fmt.Sprintf("%s (%s:%d)", l.name, filepath.Base(l.file), p.Line)
}

var (
	roles    = map[config.BootRole]boot.Role{config.RoleCombined: boot.Combined, config.RoleProxy: boot.Proxy}
	styles   = map[config.Style]boot.Style{config.StylePlain: boot.Plain, config.StylePXE: boot.PXE}
	modes    = map[config.PXEPortMode]boot.PortMode{config.PXEPortPXE: boot.PortPXE, config.PXEPortFull: boot.PortFull}
	netboots = map[config.Netboot]boot.Netboot{
		config.NetbootAlways: boot.Always, config.NetbootOnce: boot.Once, config.NetbootNever: boot.Never, config.NetbootLocal: boot.Local,
	}
	quirks = map[config.Quirk]boot.Quirk{
		config.QuirkAuto: boot.QuirkAuto, config.QuirkNone: boot.QuirkNone, config.QuirkRaspberryPi: boot.QuirkRaspberryPi,
		config.QuirkIntel: boot.QuirkIntel, config.QuirkDell: boot.QuirkDell, config.QuirkAmpere: boot.QuirkAmpere,
	}
)

// bootOf returns nil where the level says nothing.
func bootOf(l level, c *config.Boot) *boot.Settings {
	if c == nil {
		return nil
	}
	b := &boot.Settings{
		Role:          word(l, c.Role, roles),
		Server:        says(l, c.Server),
		ServerName:    says(l, c.ServerName),
		File:          says(l, c.File),
		Files:         filesOf(l, c.Files),
		HTTP:          filesOf(l, c.HTTP),
		IPXE:          says(l, c.IPXE),
		Style:         word(l, c.Style, styles),
		Menu:          menuOf(l, c.Menu),
		Delay:         says(l, c.Delay),
		Quirk:         word(l, c.Quirk, quirks),
		VendorClasses: says(l, c.VendorClasses),
		NoProxyWait:   says(l, c.NoProxyWait),
		PortMode:      word(l, c.PXEPortMode, modes),
	}
	if b.Empty() {
		return nil
	}
	return b
}

func says[T any](l level, c config.Said[T]) boot.Value[T] {
	if !c.Set {
		return boot.Value[T]{}
	}
	return boot.Says(c.Value, l.at(c.Pos))
}

// word is says for a word of the file that stands for a constant of package boot.
func word[W comparable, T any](l level, c config.Said[W], of map[W]T) boot.Value[T] {
	return says(l, config.Said[T]{Value: of[c.Value], Set: c.Set, Pos: c.Pos})
}

func filesOf(l level, list []config.FirmwareFile) []boot.FirmwareFile {
	var files []boot.FirmwareFile
	for _, f := range list {
		files = append(files, boot.FirmwareFile{Firmware: f.Firmware, Value: boot.Says(f.Name, l.at(f.Pos))})
	}
	return files
}

func menuOf(l level, c config.Said[*config.Menu]) boot.Value[*boot.Menu] {
	var menu *boot.Menu
	if c.Value != nil {
		menu = &boot.Menu{Prompt: c.Value.Prompt, Timeout: c.Value.Timeout}
		for _, i := range c.Value.Items {
			menu.Items = append(menu.Items, boot.MenuItem(i))
		}
	}
	return says(l, config.Said[*boot.Menu]{Value: menu, Set: c.Set, Pos: c.Pos})
}
