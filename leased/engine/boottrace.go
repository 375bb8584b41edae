package engine

import (
	"encoding/binary"
	"fmt"
	"strconv"
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

// traceBootOnly says why there is no address to an answer.
func (c *decider) traceBootOnly(sub *Subnet) {
	if c.trace == nil {
		return
	}
	c.step("subnet", sub.Ref+" "+sub.Prefix.String(), "where the machine is")
	switch {
	case sub.proxy:
		c.traceAddressless("another server gives it here (boot.role: proxy)")
	case c.q.bootPort() == dhcpPort:
		c.traceAddressless("it asks a boot server for its file, after a menu")
	default:
		c.traceAddressless("what comes to port ", strconv.Itoa(int(c.q.Port)), " is about booting alone (boot.pxe_port_mode)")
	}
}

// traceBooting is traceBoot for a machine that boots.
func (c *decider) traceBooting(d *Decision) {
	a, because := &c.booting.Answer, []string{c.firmware()}
	if a.Rule != "" && a.From != "" {
		because = append(because, a.Rule+" from "+a.From)
	} else if strings.HasPrefix(a.Rule, "boot.") {
		because = append(because, "no level says "+a.Rule)
	}
	if a.Reason != "" {
		because = append(because, a.Reason.Text())
	}
	if d.Kind == Drop && a.Reason == "" {
		return // it did not come to that
	}
	for _, n := range notes {
		if a.Notes&n.note != 0 && (n.said == "" || a.Reason != n.said) {
			because = append(because, n.text)
		}
	}
	if a.Delay > 0 {
		because = append(because, "the answer is held back for "+a.Delay.String())
	}
	file := a.Name
	if server := bootServer(d); file != "" && server != "" && !strings.Contains(file, "://") {
		file += " from " + server
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
		switch {
		case d.Kind == Drop:
			outcome = "no answer"
		case a.Reason == "":
			because = append(because, "neither boot.files nor boot.file nor option 67 (bootfile-name) is configured")
		}
	}
	c.step("boot", outcome, strings.Join(because, "; "))
}

// notes are what explain says of them, unless a reason has said it.
var notes = []struct {
	note boot.Notes
	text string
	said boot.Reason
}{
	{boot.NoteMalformedArch, "its architecture (93) cannot be read", boot.MalformedArch},
	{boot.NoteForeignArch, "nobody has registered its architecture", boot.NoArch},
	{boot.NoteMalformedUUID, "its UUID (97) cannot be read, and is not returned", ""},
	{boot.NoteMalformedItem, "its boot server (43.71) cannot be read", boot.MalformedBootItem},
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
