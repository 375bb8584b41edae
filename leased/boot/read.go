package boot

import (
	"encoding/binary"
	"slices"

	"rollcall/internal/arch"
	"rollcall/internal/option"
)

// What option 60 begins with.
const (
	pxeClient  = "PXEClient"
	httpClient = "HTTPClient"
	uBoot      = "U-Boot"
)

// MayBoot reports whether a message may be of a machine that boots from the network, of which [Read] tells more. It is false, and
// cheap, for the ordinary client of a network. vendorClasses are those configured anywhere.
func MayBoot(m *Message, vendorClasses []string) bool {
	switch {
	case m.VendorClass != nil:
		if begins(m.VendorClass, pxeClient) || begins(m.VendorClass, httpClient) || begins(m.VendorClass, uBoot) ||
			prefixOf(m.VendorClass, vendorClasses) != "" {
			return true
		}
	case requestsBoot(m.Requested):
		return true
	}
	return len(m.Features) > 0 || isIPXE(m.UserClass)
}

// Read decodes what a message says about booting. It takes from the levels what counts as PXEClient and whether machines are to be
// recognised by their quirks; of several levels the nearest says.
func Read(m *Message, l Levels) Client {
	c := Client{Hardware: m.Hardware}
	c.Class, c.VendorPrefix = classOf(m.VendorClass, l)
	c.IPXE = len(m.Features) > 0 || isIPXE(m.UserClass)
	if c.Class == ClassNone && !c.IPXE && m.VendorClass != nil {
		return c
	}
	c.readArch(m)
	c.recognise(m, l.quirk())
	if !c.Boots() {
		return Client{Hardware: m.Hardware}
	}
	if c.HasArch {
		firmware, http, known := arch.Of(c.Arch)
		c.Firmware, c.ForeignArch = firmware, !known
		c.ByHTTP = http && c.Class == ClassUBoot
	}
	if f := traits[c.Quirk].firmware; f != 0 {
		c.Firmware, c.HasArch = f, true
	}
	c.ByHTTP = c.ByHTTP || c.Class == ClassHTTP
	switch {
	case len(m.UUID) == uuidLen && m.UUID[0] == 0:
		c.UUID = m.UUID
	case m.UUID != nil:
		c.MalformedUUID = true
	}
	if len(m.NIC) == len(c.NIC) {
		c.NIC, c.HasNIC = [3]byte(m.NIC), true
	}
	c.Speaks, c.KnownFeatures = readFeatures(m.Features)
	c.readItem(m.Encapsulated)
	return c
}

// uuidLen is the length of option 97: a type, 0 for the only one there is, and a UUID (RFC 4578 §2.3).
const uuidLen = 17

func classOf(vendorClass []byte, l Levels) (Class, string) {
	switch {
	case begins(vendorClass, pxeClient):
		return ClassPXE, ""
	case begins(vendorClass, httpClient):
		return ClassHTTP, ""
	case begins(vendorClass, uBoot):
		return ClassUBoot, ""
	}
	if prefix := prefixOf(vendorClass, l.VendorClasses()); prefix != "" {
		return ClassPXE, prefix
	}
	return ClassNone, ""
}

// prefixOf returns the first of the texts that b begins with, "" if it begins with none.
func prefixOf(b []byte, texts []string) string {
	for _, t := range texts {
		if t != "" && begins(b, t) {
			return t
		}
	}
	return ""
}

func begins(b []byte, text string) bool { return len(b) >= len(text) && string(b[:len(text)]) == text }

// isIPXE reports whether iPXE is one of the user classes. iPXE itself sends the bare text, without the counting of RFC 3004.
func isIPXE(userClass []byte) bool {
	if len(userClass) == 0 {
		return false
	}
	for text := range option.UserClasses(userClass) {
		if string(text) == "iPXE" || string(text) == "gPXE" {
			return true
		}
	}
	return false
}

// requestsBoot reports whether options are requested that only a machine wants which boots from the network.
func requestsBoot(requested []byte) bool {
	return slices.Contains(requested, byte(option.VendorSpecific)) && slices.Contains(requested, byte(option.TFTPServerName)) &&
		slices.Contains(requested, byte(option.BootfileName))
}

// readArch takes the first registered architecture of option 93 (RFC 4578 §2.1 allows several), else the first of all; for want of
// the option, the number in the text of 60.
func (c *Client) readArch(m *Message) {
	switch a := m.Arch; {
	case a == nil:
		c.Arch, c.HasArch = archOfClass(m.VendorClass, c.VendorPrefix)
		c.ArchFromClass = c.HasArch
	case len(a) == 0 || len(a)%2 != 0:
		c.MalformedArch = true
	default:
		c.Arch, c.HasArch = binary.BigEndian.Uint16(a), true
		for ; len(a) > 0; a = a[2:] {
			code := binary.BigEndian.Uint16(a)
			if _, _, known := arch.Of(code); known {
				c.Arch = code
				return
			}
		}
	}
}

// archOfClass reads the number in PXEClient:Arch:00007:UNDI:003000.
func archOfClass(class []byte, prefix string) (uint16, bool) {
	const word, digits = ":Arch:", 5
	switch {
	case prefix != "":
		class = class[len(prefix):]
	case begins(class, pxeClient):
		class = class[len(pxeClient):]
	case begins(class, httpClient):
		class = class[len(httpClient):]
	default:
		return 0, false
	}
	if !begins(class, word) || len(class) < len(word)+digits {
		return 0, false
	}
	n := 0
	for _, d := range class[len(word) : len(word)+digits] {
		if d < '0' || d > '9' {
			return 0, false
		}
		n = 10*n + int(d-'0')
	}
	return uint16(n), n <= 0xffff
}

// Sub-options of option 43 (PXE 2.1, table 2-1).
const (
	subDiscoveryControl = 6
	subBootServers      = 8
	subBootMenu         = 9
	subMenuPrompt       = 10
	subBootItem         = 71
	subEnd              = 255
)

// readItem finds the boot server that is asked for. Whatever else is wrong with option 43 says nothing about booting.
func (c *Client) readItem(b []byte) {
	const itemLen = 4
	for len(b) > 0 && b[0] != subEnd {
		if b[0] == 0 {
			b = b[1:] // padding
			continue
		}
		complete := len(b) >= 2 && len(b) >= 2+int(b[1])
		switch {
		case b[0] != subBootItem && !complete:
			return
		case b[0] != subBootItem:
			b = b[2+int(b[1]):]
		case !complete || b[1] < itemLen:
			c.MalformedItem = true
			return
		default:
			c.Item = Item{Type: binary.BigEndian.Uint16(b[2:]), Layer: binary.BigEndian.Uint16(b[4:])}
			c.HasItem = true
			return
		}
	}
}
