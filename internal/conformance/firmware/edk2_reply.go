package firmware

import (
	"slices"
)

// edk2Kind is what EDK2 takes a reply for.
type edk2Kind uint8

const (
	dhcpOnly   edk2Kind = iota // an address, and perhaps a file; nothing of PXE
	dhcpPXE10                  // 60 and a discovery sub-option in 43
	dhcpBINL                   // 60 alone: the file is to be had on port 4011
	proxyPXE10                 // the same without an address
	proxyBINL
	bootp
)

// edk2Reply is a reply as EDK2's PXE driver keeps it.
type edk2Reply struct {
	m       message
	kind    edk2Kind
	file    string // of option 67, else of the header
	options encapsulated
}

// edk2Parse reads a reply that the DHCP driver let through, and says why the PXE driver throws it away.
func edk2Parse(m message) (*edk2Reply, string) {
	r := &edk2Reply{m: m}
	isPXE, isProxy := m.class("PXEClient"), m.yiaddr().IsUnspecified()
	if v, at := m.first(43); at >= 0 && isPXE {
		r.options = sub(v)
	}
	if why := r.readFile(); why != "" {
		return nil, why
	}
	discovery := slices.ContainsFunc([]byte{6, 7, 8, 9, 10}, func(tag byte) bool { return r.options[tag] != nil })
	multicast := !slices.ContainsFunc([]byte{1, 2, 3, 4, 5}, func(tag byte) bool { return r.options[tag] == nil })
	switch {
	case m.kind() == typeBOOTP && r.file == "":
		return nil, "BOOTP without a boot file"
	case m.kind() == typeBOOTP:
		r.kind = bootp
	case discovery && isProxy:
		r.kind = proxyPXE10
	case discovery:
		r.kind = dhcpPXE10
	case multicast:
		return nil, "43 tells of multicast TFTP and of nothing else"
	case isPXE && isProxy:
		r.kind = proxyBINL
	case isPXE:
		r.kind = dhcpBINL
	default:
		r.kind = dhcpOnly
	}
	if r.kind == dhcpOnly && isProxy {
		return nil, "neither an address nor PXEClient in option 60"
	}
	return r, ""
}

// readFile finds the boot file. Option 67 is made to end with a zero octet: if it does not bring its own, the code of the option behind
// it becomes that, and the copy is checked again.
func (r *edk2Reply) readFile() string {
	m := r.m
	v, at := m.first(67)
	over, _ := m.first(52)
	switch {
	case at >= 0:
		if v[len(v)-1] != 0 {
			m[at+len(v)] = 0
			if why := edk2Valid(m); why != "" {
				return "67 does not end with a zero octet, so the option behind it loses its code: " + why
			}
		}
		r.file = text(v)
	case len(over) == 1 && over[0]&1 != 0: // file is used for options
	default:
		r.file = text(m.file())
	}
	return ""
}

// nothingToBoot says why a reply to a question about boot files answers none; "" if it does.
func (r *edk2Reply) nothingToBoot() string {
	if r.file == "" && r.kind != proxyPXE10 && r.kind != dhcpPXE10 {
		return "no boot file in the answer to a question for it"
	}
	return ""
}

// boots is what EDK2 does with the reply that it goes by (PXE 2.1 Table 2-1 for menus).
func (r *edk2Reply) boots() Step {
	if (r.kind == dhcpPXE10 || r.kind == proxyPXE10) && (r.options.control()&noPrompt == 0 || r.file == "") && r.options[tagItem] == nil {
		return r.asksUser()
	}
	if r.file == "" {
		return givesUp("PXE-E53", "no boot filename received")
	}
	server := r.m.siaddr()
	if first := r.options.firstServer(); r.options.control()&noPrompt != 0 && !first.IsUnspecified() {
		server = first
	}
	if server.IsUnspecified() {
		server = r.m.serverID()
	}
	return fetches(server, r.file)
}

// asksUser shows prompt and menu. Without a prompt, or with one of no time, the first item is taken.
func (r *edk2Reply) asksUser() Step {
	items, ok := r.options.items()
	switch prompt := r.options[tagPrompt]; {
	case !ok || len(items) > 24:
		return givesUp("PXE-E74", "bad or missing PXE menu")
	case len(items) == 0:
		return Step{Verb: BootLocally}
	case !r.options.reachable(items):
		return givesUp("PXE-E78", "no boot server to ask for an item")
	case len(prompt) > 0 && prompt[0] != 0:
		return Step{Verb: ShowMenu, Timeout: int(prompt[0]), Items: items}
	case items[0].Type == 0:
		return Step{Verb: BootLocally}
	}
	return Step{Verb: AskItem, Items: items[:1]}
}
