package cli

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
	"google.golang.org/protobuf/types/known/durationpb"

	"rollcall/internal/arch"
	"rollcall/internal/bootname"
	"rollcall/internal/config"
	leasedv1 "rollcall/proto/leased/v1"
)

// bootKey is a key of what a reservation says of booting, in the form of the configuration file.
type bootKey struct {
	key string
	// node writes it, nil for what is not said; read reads it, and clear makes it unsaid.
	node  func(*leasedv1.Boot) *yaml.Node
	read  func(*leasedv1.Boot, *yaml.Node) error
	clear func(*leasedv1.Boot)
}

// bootKeys are all of them, in the order of the configuration file.
var bootKeys = []bootKey{
	optionalText("server", func(b *leasedv1.Boot) **string { return &b.Server }),
	optionalText("server_name", func(b *leasedv1.Boot) **string { return &b.ServerName }),
	optionalText("file", func(b *leasedv1.Boot) **string { return &b.File }),
	firmwareFiles("files", func(b *leasedv1.Boot) *map[string]string { return &b.Files }),
	firmwareFiles("http", func(b *leasedv1.Boot) *map[string]string { return &b.Http }),
	optionalText("ipxe", func(b *leasedv1.Boot) **string { return &b.Ipxe }),
	word("style", func(b *leasedv1.Boot) *string { return &b.Style }),
	{
		"menu", func(b *leasedv1.Boot) *yaml.Node { return menuNode(b.GetMenu()) },
		func(b *leasedv1.Boot, n *yaml.Node) (err error) { b.Menu, err = readMenu(n); return err },
		func(b *leasedv1.Boot) { b.Menu = nil },
	},
	{
		"delay", func(b *leasedv1.Boot) *yaml.Node { return delayNode(b.GetDelay()) },
		func(b *leasedv1.Boot, n *yaml.Node) (err error) { b.Delay, err = readDelay(n.Value); return err },
		func(b *leasedv1.Boot) { b.Delay = nil },
	},
	word("quirk", func(b *leasedv1.Boot) *string { return &b.Quirk }),
	{
		"no_proxy_wait", func(b *leasedv1.Boot) *yaml.Node { return flagNode(b.NoProxyWait) },
		func(b *leasedv1.Boot, n *yaml.Node) error {
			wait, err := strconv.ParseBool(n.Value)
			if b.NoProxyWait = &wait; err != nil {
				return fmt.Errorf("%q is neither true nor false", n.Value)
			}
			return nil
		},
		func(b *leasedv1.Boot) { b.NoProxyWait = nil },
	},
}

// bootKeyNames are their names.
func bootKeyNames() []string {
	var names []string
	for _, k := range bootKeys {
		names = append(names, k.key)
	}
	return names
}

func optionalText(key string, of func(*leasedv1.Boot) **string) bootKey {
	return bootKey{
		key,
		func(b *leasedv1.Boot) *yaml.Node {
			if text := *of(b); text != nil {
				return textNode(*text)
			}
			return nil
		},
		func(b *leasedv1.Boot, n *yaml.Node) error { *of(b) = &n.Value; return demandText(n) },
		func(b *leasedv1.Boot) { *of(b) = nil },
	}
}

func word(key string, of func(*leasedv1.Boot) *string) bootKey {
	return bootKey{
		key,
		func(b *leasedv1.Boot) *yaml.Node {
			if *of(b) == "" {
				return nil
			}
			return textNode(*of(b))
		},
		func(b *leasedv1.Boot, n *yaml.Node) error { *of(b) = n.Value; return demandText(n) },
		func(b *leasedv1.Boot) { *of(b) = "" },
	}
}

func firmwareFiles(key string, of func(*leasedv1.Boot) *map[string]string) bootKey {
	return bootKey{
		key,
		func(b *leasedv1.Boot) *yaml.Node { return extraNode(*of(b)) },
		func(b *leasedv1.Boot, n *yaml.Node) error {
			files := map[string]string{}
			*of(b) = files
			return eachKey(n, func(name string, v *yaml.Node) error {
				firmware, err := firmwareName(name)
				if err != nil {
					return err
				}
				if _, twice := files[firmware]; twice {
					return fmt.Errorf("%s is there twice", firmware)
				}
				files[firmware] = v.Value
				return demandText(v)
			})
		},
		func(b *leasedv1.Boot) { *of(b) = nil },
	}
}

// firmwareName returns the name that leased gives a kind of firmware, for a name or arch-N.
func firmwareName(name string) (string, error) {
	f, err := arch.Parse(name)
	if err != nil {
		hint := "write one of " + strings.Join(arch.Names(), ", ") + ", or arch-42"
		if near := config.Nearest(name, arch.Names()); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return "", fmt.Errorf("%w; %s", err, hint)
	}
	return f.String(), nil
}

// bootNode writes what a reservation says of booting, nil for nothing.
func bootNode(b *leasedv1.Boot) *yaml.Node {
	n := mappingNode()
	for _, k := range bootKeys {
		if value := k.node(cmp.Or(b, &leasedv1.Boot{})); value != nil {
			put(n, k.key, value)
		}
	}
	if len(n.Content) == 0 {
		return nil
	}
	return n
}

func readBoot(n *yaml.Node) (*leasedv1.Boot, error) {
	b := &leasedv1.Boot{}
	return b, eachKey(n, func(key string, v *yaml.Node) error {
		for _, k := range bootKeys {
			switch {
			case k.key != key:
			case isNull(v):
				return nil
			default:
				return k.read(b, v)
			}
		}
		return fmt.Errorf("there is no such key; the keys are %s", strings.Join(bootKeyNames(), ", "))
	})
}

// bootLines writes it for people, a line for each key and each firmware.
func bootLines(r *leasedv1.Reservation) []string {
	var lines []string
	for _, k := range bootKeys {
		n := k.node(cmp.Or(r.GetBoot(), &leasedv1.Boot{}))
		name := strings.ReplaceAll(k.key, "_", " ")
		switch {
		case n == nil:
		case k.key == "menu":
			lines = append(lines, menuLines(r.GetBoot().GetMenu())...)
		case n.Kind == yaml.MappingNode:
			for i := 0; i+1 < len(n.Content); i += 2 {
				lines = append(lines, name+" "+n.Content[i].Value+" "+orNone(n.Content[i+1].Value))
			}
		default:
			lines = append(lines, name+" "+orNone(n.Value))
		}
	}
	return lines
}

func menuLines(m *leasedv1.BootMenu) []string {
	if len(m.GetItems()) == 0 {
		return []string{"menu (none)"}
	}
	lines := []string{"menu " + m.GetPrompt() + ", " + menuTimeout(m)}
	for _, item := range m.GetItems() {
		text := fmt.Sprintf("menu %d %s", item.GetType(), item.GetText())
		if item.GetFile() != "" {
			text += ": " + item.GetFile()
		}
		if item.GetServer() != "" {
			text += " from " + item.GetServer()
		}
		lines = append(lines, text)
	}
	return lines
}

// menuTimeout writes the timeout of a menu as the configuration file has it.
func menuTimeout(m *leasedv1.BootMenu) string {
	if m.GetTimeout() == bootname.MenuWaits {
		return "never"
	}
	return fmt.Sprintf("%ds", m.GetTimeout())
}

func menuNode(m *leasedv1.BootMenu) *yaml.Node {
	if m == nil {
		return nil
	}
	if len(m.GetItems()) == 0 {
		return textNode("")
	}
	items := listNode(nil)
	for _, item := range m.GetItems() {
		n := put(mappingNode(), "type", textNode(strconv.FormatUint(uint64(item.GetType()), 10)))
		put(n, "text", textNode(item.GetText()))
		for _, more := range []struct{ key, text string }{{"file", item.GetFile()}, {"server", item.GetServer()}} {
			if more.text != "" {
				put(n, more.key, textNode(more.text))
			}
		}
		items.Content = append(items.Content, n)
	}
	n := put(mappingNode(), "prompt", textNode(m.GetPrompt()))
	return put(put(n, "timeout", textNode(menuTimeout(m))), "items", items)
}

func readMenu(n *yaml.Node) (*leasedv1.BootMenu, error) {
	if n.Kind == yaml.ScalarNode && n.Value == "" {
		return &leasedv1.BootMenu{}, nil
	}
	m := &leasedv1.BootMenu{Prompt: config.DefaultMenuPrompt, Timeout: config.DefaultMenuTimeout}
	return m, eachKey(n, func(key string, v *yaml.Node) (err error) {
		switch key {
		case "prompt":
			m.Prompt = v.Value
			return demandText(v)
		case "timeout":
			m.Timeout, err = readMenuTimeout(v.Value)
			return err
		case "items":
			if v.Kind != yaml.SequenceNode {
				return fmt.Errorf("this is no list; write [{type: 1, text: Installer, file: install.efi}]")
			}
			for _, item := range v.Content {
				next, err := readMenuItem(item)
				if err != nil {
					return err
				}
				m.Items = append(m.Items, next)
			}
			return nil
		default:
			return fmt.Errorf("there is no such key; the keys are prompt, timeout and items")
		}
	})
}

func readMenuTimeout(text string) (uint32, error) {
	if text == "never" {
		return bootname.MenuWaits, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d >= bootname.MenuWaits*time.Second || d%time.Second != 0 {
		return 0, fmt.Errorf("%q is no time from 0s to 254s; write a time such as 5s, or never", text)
	}
	return uint32(d / time.Second), nil
}

func readMenuItem(n *yaml.Node) (*leasedv1.BootMenuItem, error) {
	item := &leasedv1.BootMenuItem{}
	return item, eachKey(n, func(key string, v *yaml.Node) error {
		switch key {
		case "type":
			typ, err := strconv.ParseUint(v.Value, 10, 16)
			if item.Type = uint32(typ); err != nil {
				return fmt.Errorf("%q is no number from 0 to 65535", v.Value)
			}
			return nil
		case "text":
			item.Text = v.Value
		case "file":
			item.File = v.Value
		case "server":
			item.Server = v.Value
		default:
			return fmt.Errorf("there is no such key; the keys are type, text, file and server")
		}
		return demandText(v)
	})
}

func delayNode(d *durationpb.Duration) *yaml.Node {
	if d == nil {
		return nil
	}
	return textNode(d.AsDuration().String())
}

func readDelay(text string) (*durationpb.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return nil, fmt.Errorf("%q is no time; write it as 200ms or 2s", text)
	}
	return durationpb.New(d), nil
}

func flagNode(v *bool) *yaml.Node {
	if v == nil {
		return nil
	}
	return textNode(strconv.FormatBool(*v))
}

// bootWords are the keys of bootKeys as flags write them.
func bootWords() []string {
	names := bootKeyNames()
	for i := range names {
		names[i] = strings.ReplaceAll(names[i], "_", "-")
	}
	return names
}

// setFiles puts FIRMWARE=FILE of a flag into a map, which may be nil.
func setFiles(m map[string]string, flag string, given []string) (map[string]string, error) {
	m = maps.Clone(m)
	for _, text := range given {
		name, file, ok := strings.Cut(text, "=")
		if !ok {
			return nil, usagef("--%s %q: write FIRMWARE=FILE, such as uefi-x64=ipxe.efi", flag, text)
		}
		firmware, err := firmwareName(name)
		if err != nil {
			return nil, usagef("--%s %q: %v", flag, name, err)
		}
		if m == nil {
			m = map[string]string{}
		}
		m[firmware] = file
	}
	return m, nil
}

// netboots are the words for what is intended with the booting of a machine.
var netboots = []string{"always", "once", "never", "local"}

// readNetboot reads one of netboots; always, which is the default, is "" to leased.
func readNetboot(text string) (string, error) {
	switch {
	case text == "always":
		return "", nil
	case text != "" && !slices.Contains(netboots, text):
		return "", fmt.Errorf("netboot %q is none of %s", text, strings.Join(netboots, ", "))
	}
	return text, nil
}

// bootStyles and bootQuirks are the words for the shapes of replies and for kinds of firmware.
var (
	bootStyles = []string{string(config.StylePlain), string(config.StylePXE)}
	bootQuirks = []string{"auto", "none", "raspberry-pi", "intel", "dell", "ampere"}
)
