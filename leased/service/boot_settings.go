package service

import (
	"cmp"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"rollcall/internal/arch"
	"rollcall/internal/bootname"
	"rollcall/internal/fault"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
	leasedv1 "rollcall/proto/leased/v1"
)

// maxDelay is how long a reply may be held back.
const maxDelay = 10 * time.Second

// fieldBoot is the field of requests that says what a machine boots.
const fieldBoot = "reservation.boot"

func badBoot(field, problem, remedy string) error {
	if remedy != "" {
		problem += "; " + remedy
	}
	return fault.New(fault.Invalid, reasonBadBoot, "%s", problem).On(fieldBoot + "." + field)
}

// bootReader reads what a reservation says of booting; err is the first thing that is wrong with it.
type bootReader struct{ err error }

// bootOf reads what a reservation says of booting, nil for nothing.
func bootOf(m *leasedv1.Boot) (*boot.Settings, error) {
	if m == nil {
		return nil, nil
	}
	var r bootReader
	b := &boot.Settings{
		Server:     r.server(m.Server),
		ServerName: r.text("server_name", m.ServerName, bootname.ServerName),
		File:       r.text("file", m.File, bootname.File),
		Files:      r.files("files", m.GetFiles(), bootname.Path),
		HTTP:       r.files("http", m.GetHttp(), bootname.URL),
		IPXE:       r.text("ipxe", m.Ipxe, bootname.Script),
		Style:      readWord(&r, "style", m.GetStyle(), boot.Styles(), boot.ParseStyle),
		Quirk:      readWord(&r, "quirk", m.GetQuirk(), boot.Quirks(), boot.ParseQuirk),
		Delay:      r.delay(m.GetDelay()),
		Menu:       r.menu(m.GetMenu()),
	}
	if m.NoProxyWait != nil {
		b.NoProxyWait = boot.Says(m.GetNoProxyWait(), "")
	}
	if r.err != nil || b.Empty() {
		return nil, r.err
	}
	return b, nil
}

func (r *bootReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *bootReader) server(text *string) (v boot.Value[netip.Addr]) {
	switch {
	case text == nil:
		return v
	case *text == "":
		return boot.Says(netip.IPv4Unspecified(), "")
	}
	ip, err := parseIP(fieldBoot+".server", *text)
	if err != nil {
		r.fail(err)
		return v
	}
	return boot.Says(ip.Addr(), "")
}

func (r *bootReader) text(field string, text *string, check func(string) *bootname.Fault) (v boot.Value[string]) {
	if text == nil {
		return v
	}
	r.check(field, check(*text))
	return boot.Says(*text, "")
}

func (r *bootReader) check(field string, f *bootname.Fault) {
	if f != nil {
		r.fail(badBoot(field, f.Problem, f.Remedy))
	}
}

func (r *bootReader) files(field string, m map[string]string, check func(string) *bootname.Fault) (files []boot.FirmwareFile) {
	for name, text := range m {
		firmware, err := arch.Parse(name)
		if err != nil {
			r.fail(fault.New(fault.Invalid, reasonBadBoot, "%q: %v; write one of %s, or arch-42", name, err, strings.Join(arch.Names(), ", ")).
				On(fieldBoot + "." + field))
			continue
		}
		r.check(field, check(text))
		files = append(files, boot.FirmwareFile{Firmware: firmware, Value: boot.Says(text, "")})
	}
	slices.SortFunc(files, func(a, b boot.FirmwareFile) int { return cmp.Compare(a.Firmware, b.Firmware) })
	for i := range len(files) - 1 {
		if files[i].Firmware == files[i+1].Firmware {
			r.fail(badBoot(field, files[i].Firmware.String()+" is there twice", "a name and a number may stand for the same firmware"))
		}
	}
	return files
}

func readWord[T any](r *bootReader, field, word string, words []string, parse func(string) (T, bool)) (v boot.Value[T]) {
	if word == "" {
		return v
	}
	value, ok := parse(word)
	if !ok {
		r.fail(fault.New(fault.Invalid, reasonBadBoot, "%q is none of %s", word, strings.Join(words, ", ")).On(fieldBoot + "." + field))
	}
	return boot.Says(value, "")
}

func (r *bootReader) delay(d *durationpb.Duration) (v boot.Value[time.Duration]) {
	if d == nil {
		return v
	}
	delay := d.AsDuration()
	if delay < 0 || delay > maxDelay || delay%time.Millisecond != 0 {
		r.fail(badBoot("delay", delay.String()+" is no time that replies are held back for", "write whole milliseconds, at most 10s"))
	}
	return boot.Says(delay, "")
}

func (r *bootReader) menu(m *leasedv1.BootMenu) (v boot.Value[*boot.Menu]) {
	switch {
	case m == nil:
		return v
	case len(m.GetItems()) == 0:
		return boot.Says[*boot.Menu](nil, "")
	case m.GetTimeout() > math.MaxUint8:
		r.fail(badBoot("menu.timeout", "a menu waits for at most 254 seconds", "255 waits until somebody chooses"))
		return v
	}
	menu := &boot.Menu{Prompt: m.GetPrompt(), Timeout: uint8(m.GetTimeout())}
	r.check("menu.prompt", bootname.MenuText(menu.Prompt))
	var lines []bootname.MenuLine
	for _, item := range m.GetItems() {
		next := r.item(item)
		if next.Type != 0 && slices.ContainsFunc(menu.Items, func(i boot.MenuItem) bool { return i.Type == next.Type }) {
			r.fail(badBoot("menu.items", "two items have the same type", "machines ask for an item by its type"))
		}
		menu.Items = append(menu.Items, next)
		lines = append(lines, bootname.MenuLine{Text: next.Text, Type: next.Type})
	}
	r.check("menu", bootname.Menu(menu.Prompt, lines))
	return boot.Says(menu, "")
}

func (r *bootReader) item(m *leasedv1.BootMenuItem) (item boot.MenuItem) {
	const field = "menu.items"
	if m.GetType() > math.MaxUint16 {
		r.fail(badBoot(field, "types are 0 to 65535", ""))
	}
	item = boot.MenuItem{Type: uint16(m.GetType()), Text: m.GetText(), File: m.GetFile()}
	r.check(field, bootname.MenuText(item.Text))
	r.check(field, bootname.File(item.File))
	switch {
	case item.Text == "":
		r.fail(badBoot(field, "an item has no text", "machines show nothing else"))
	case item.Type != 0 && item.File == "":
		r.fail(badBoot(field, "an item has no file", "only type 0, which boots from the disk, does without"))
	case item.Type == 0 && (item.File != "" || m.GetServer() != ""):
		r.fail(badBoot(field, "an item of type 0 has a file or a server", "type 0 boots from the disk; give it another type"))
	}
	if t := m.GetServer(); t != "" {
		ip, err := parseIP(fieldBoot+"."+field+".server", t)
		if err != nil {
			r.fail(err)
		}
		item.Server = ip.Addr()
	}
	return item
}

// netbootOf reads what is intended with the booting of a machine.
func netbootOf(word string) (boot.Netboot, error) {
	if word == "" {
		return boot.Always, nil
	}
	n, ok := boot.ParseNetboot(word)
	if !ok {
		return n, fault.New(fault.Invalid, reasonBadBoot, "%q is none of %s", word, strings.Join(boot.Intents(), ", ")).On("reservation.netboot")
	}
	return n, nil
}

// bootProto writes what bootOf read.
func bootProto(b *boot.Settings) *leasedv1.Boot {
	if b == nil {
		return nil
	}
	m := &leasedv1.Boot{
		ServerName: textProto(b.ServerName), File: textProto(b.File), Files: filesProto(b.Files), Http: filesProto(b.HTTP),
		Ipxe: textProto(b.IPXE), Menu: menuProto(b.Menu),
	}
	if b.Server.Set {
		text := engine.IPOf(b.Server.V).String()
		m.Server = &text
	}
	if b.Style.Set {
		m.Style = b.Style.V.String()
	}
	if b.Quirk.Set {
		m.Quirk = b.Quirk.V.String()
	}
	if b.Delay.Set {
		m.Delay = durationpb.New(b.Delay.V)
	}
	if b.NoProxyWait.Set {
		m.NoProxyWait = &b.NoProxyWait.V
	}
	return m
}

func textProto(v boot.Value[string]) *string {
	if !v.Set {
		return nil
	}
	return &v.V
}

func filesProto(files []boot.FirmwareFile) map[string]string {
	if len(files) == 0 {
		return nil
	}
	m := map[string]string{}
	for _, f := range files {
		m[f.Firmware.String()] = f.V
	}
	return m
}

func menuProto(v boot.Value[*boot.Menu]) *leasedv1.BootMenu {
	switch {
	case !v.Set:
		return nil
	case v.V == nil:
		return &leasedv1.BootMenu{}
	}
	m := &leasedv1.BootMenu{Prompt: v.V.Prompt, Timeout: uint32(v.V.Timeout)}
	for _, item := range v.V.Items {
		m.Items = append(m.Items, &leasedv1.BootMenuItem{
			Type: uint32(item.Type), Text: item.Text, File: item.File, Server: engine.IPOf(item.Server).String(),
		})
	}
	return m
}
