package firmware

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Datagram is a DHCP message on its way, from the machine or to it.
type Datagram struct {
	Src, Dst netip.AddrPort
	Payload  []byte
}

// Model is the firmware of one machine.
type Model interface {
	// Sends tells what the machine has sent. A DHCPDISCOVER with a new xid begins a new boot.
	Sends(d Datagram)
	// Hears hands it what arrived. It returns why the firmware throws that away, "" if it does not.
	Hears(d Datagram) string
	// Next is what it does with what it has heard so far, when it has waited as long as it does.
	Next() Step
}

// Verb is what a machine does next.
type Verb uint8

// The verbs.
const (
	// Nothing: it gives up. Code is what it shows.
	Nothing Verb = iota
	// Fetch a file.
	Fetch
	// AskPXEPort: it sends a DHCPREQUEST to port 4011 of Server.
	AskPXEPort
	// ShowMenu: it shows Items, for Timeout seconds or, where that is 255, until somebody chooses.
	ShowMenu
	// AskItem: it asks the boot servers for the first item, without showing anything.
	AskItem
	// BootLocally: it leaves the network alone.
	BootLocally
)

// Step is what a machine does next.
type Step struct {
	Verb Verb
	// URL is what it fetches, with the server's address where it goes by TFTP.
	URL string
	// Server is who it asks.
	Server netip.Addr
	// Timeout and Items are of the menu.
	Timeout int
	Items   []Item
	// Code is what it shows when it gives up, such as PXE-E53; Why is that in words.
	Code, Why string
	// Wait is how long it waited for other servers before it went on.
	Wait time.Duration
}

// Item is a line of a menu.
type Item struct {
	Type uint16
	Text string
}

// String is the step in words that a test can compare: a URL, "pxe-port 10.0.0.1", "menu 5, 1 Installer, 0 Disk", "item 1", "local",
// "nothing PXE-E53".
func (s Step) String() string {
	switch s.Verb {
	case Fetch:
		return s.URL
	case AskPXEPort:
		return "pxe-port " + s.Server.String()
	case ShowMenu:
		text := fmt.Sprintf("menu %d", s.Timeout)
		for _, it := range s.Items {
			text += fmt.Sprintf(", %d %s", it.Type, it.Text)
		}
		return text
	case AskItem:
		return fmt.Sprintf("item %d", s.Items[0].Type)
	case BootLocally:
		return "local"
	}
	return "nothing " + s.Code
}

// givesUp returns the step of a machine that does not boot.
func givesUp(code, why string) Step { return Step{Verb: Nothing, Code: code, Why: why} }

// fetches returns the step that fetches a file from a TFTP server.
func fetches(server netip.Addr, file string) Step {
	return Step{Verb: Fetch, Server: server, URL: "tftp://" + server.String() + "/" + file}
}

var models = map[string]func() Model{
	"edk2":         func() Model { return new(EDK2) },
	"edk2-http":    func() Model { return new(EDK2HTTP) },
	"ipxe":         func() Model { return new(IPXE) },
	"rom":          func() Model { return new(ROM) },
	"u-boot":       func() Model { return new(UBoot) },
	"raspberry-pi": func() Model { return new(RaspberryPi) },
}

// New returns a machine with the firmware of that name.
func New(name string) (Model, error) {
	make, ok := models[name]
	if !ok {
		return nil, fmt.Errorf("no firmware is called %q; there are %v", name, Names())
	}
	return make(), nil
}

// Names are the names that New knows, sorted.
func Names() []string {
	list := make([]string, 0, len(models))
	for name := range models {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}
