package engine

import (
	"encoding/binary"
	"fmt"
	"strings"

	"rollcall/internal/option"
	"rollcall/leased/boot"
)

// traceBoot says what a machine is told to fetch.
func (c *decider) traceBoot(d *Decision) {
	if c.booting != nil {
		c.traceBooting(d)
		return
	}
	if d.Kind == Drop || d.Kind == Nak || d.Subnet == nil {
		return
	}
	file, server := d.File, ""
	var because []string
	if len(c.q.boot.Arch) >= 2 {
		because = append(because, fmt.Sprintf("arch %d", binary.BigEndian.Uint16(c.q.boot.Arch)))
	}
	if file != "" {
		because = append(because, "boot.file from "+c.saidBy(func(s *boot.Settings) (bool, string) { return s.File.Set, s.File.From }))
	} else if v, ok := d.Options.Get(option.BootfileName); ok {
		file = string(v)
		if o := c.find(option.BootfileName, &d.Subnet.Scope.Options); o != nil {
			because = append(because, "option 67 from "+o.From)
		}
	}
	if d.Next != 0 {
		server = d.Next.String()
		if from := c.saidBy(func(s *boot.Settings) (bool, string) { return s.Server.Set, s.Server.From }); from != "" {
			because = append(because, "boot.server from "+from)
		}
	} else if v, ok := d.Options.Get(option.TFTPServerName); ok {
		server = string(v)
	}
	switch {
	case file == "" && server == "" && len(c.q.boot.Arch) < 2:
		return // it does not boot from the network, and nothing would tell it how
	case file == "":
		c.step("boot", "no file", strings.Join(append(because, "neither boot.file nor option 67 (bootfile-name) is configured"), "; "))
		return
	case server != "":
		file += " from " + server
	}
	c.step("boot", file, strings.Join(because, "; "))
}

// saidBy returns the nearest level that says something.
func (c *decider) saidBy(says func(*boot.Settings) (bool, string)) string {
	for s := range c.levels.all {
		if s != nil {
			if set, from := says(s); set {
				return from
			}
		}
	}
	return ""
}

// traceBooting is traceBoot for a machine that boots.
func (c *decider) traceBooting(d *Decision) {
	a, because := &c.booting.Answer, []string{c.firmware()}
	if a.Rule != "" && a.From != "" {
		because = append(because, a.Rule+" from "+a.From)
	} else if a.Rule != "" {
		because = append(because, "no level says "+a.Rule)
	}
	if a.Reason != "" {
		because = append(because, a.Reason.Text())
	}
	for _, n := range notes {
		if a.Notes&n.note != 0 {
			because = append(because, n.text)
		}
	}
	if c.alone {
		because = append(because, "another server gives the address")
	}
	file := a.Name
	if file != "" && d.Next != 0 && !strings.Contains(file, "://") {
		file += " from " + d.Next.String()
	}
	outcome := ""
	switch a.Stage {
	case boot.StageFile:
		outcome = file
	case boot.StageScript:
		outcome = "iPXE gets " + file
	case boot.StageMenu:
		outcome = "a menu"
	case boot.StagePort:
		outcome = fmt.Sprintf("goes on to port %d of %v", boot.PXEPort, d.Next)
	case boot.StageLocal:
		outcome = "from its disk"
	case boot.StageDiagnostic:
		outcome = "a script that says why it cannot boot"
	default:
		outcome = "no file"
		if v, ok := d.Options.Get(option.BootfileName); ok {
			outcome = string(v)
		}
		if d.Kind == Drop {
			outcome = "no answer"
		}
	}
	c.step("boot", outcome, strings.Join(because, "; "))
}

var notes = []struct {
	note boot.Notes
	text string
}{
	{boot.NoteMalformedArch, "its architecture (93) cannot be read"},
	{boot.NoteForeignArch, "nobody has registered its architecture"},
	{boot.NoteMalformedUUID, "its UUID (97) cannot be read, and is not returned"},
	{boot.NoteMalformedItem, "its boot server (43.71) cannot be read"},
}

// firmware says what the machine was recognised as.
func (c *decider) firmware() string {
	client := &c.booting.Client
	var parts []string
	switch {
	case client.HasArch && client.ArchFromClass:
		parts = append(parts, fmt.Sprintf("arch %d (%v) by its vendor class", client.Arch, client.Firmware))
	case client.HasArch:
		parts = append(parts, fmt.Sprintf("arch %d (%v)", client.Arch, client.Firmware))
	default:
		parts = append(parts, "says no architecture")
	}
	switch client.Class {
	case boot.ClassHTTP:
		parts = append(parts, "boots by HTTP")
	case boot.ClassUBoot:
		parts = append(parts, "U-Boot")
	}
	if client.IPXE {
		parts = append(parts, "iPXE")
	}
	if client.Quirk != boot.QuirkAuto && client.Quirk != boot.QuirkNone {
		parts = append(parts, "as "+client.Quirk.String())
	}
	return strings.Join(parts, ", ")
}
