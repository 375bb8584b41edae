package boot

import (
	"slices"

	"rollcall/internal/arch"
)

// quirk is a kind of firmware that wants something otherwise than others do.
type quirk struct {
	// recognised tells it by what it says; nil where nothing that it says tells it, and it has to be configured. may is asked where it
	// is configured: whether the machine can be one at all; nil for always.
	recognised, may func(Client, *Message) bool
	// firmware is what it goes by, whatever architecture it says; 0 for that.
	firmware arch.Firmware
	// style is the shape of its replies, whatever is configured, where forced.
	style  Style
	forced bool
	// control is the discovery control (43.6) of a reply that names a file: bit 3, and what else it wants to see there.
	control byte
	// menu and prompt are sub-options 9 and 10 of such a reply, "" for none.
	menu, prompt string
	// addressOption: it reads the server from option 66, as a dotted quad.
	addressOption bool
	// broadcast: it does not take unicast replies while it has no address.
	broadcast bool
}

// fileOnly is the discovery control that says: fetch the file that this reply names, and ask nobody (PXE 2.1, table 2-1).
const fileOnly = 0x08

var traits = [...]quirk{
	QuirkAuto: {control: fileOnly},
	QuirkNone: {control: fileOnly},
	// The boot code of the Raspberry Pi knows by the text of a menu that a reply is meant for it. It reads siaddr only there, or 66 as a
	// dotted quad, and has file names of its own.
	QuirkRaspberryPi: {
		recognised: isRaspberryPi, may: mayBeRaspberryPi, firmware: arch.RPi,
		style: PXE, forced: true, control: fileOnly, menu: "\x00\x00\x11Raspberry Pi Boot", prompt: "\x00PXE", addressOption: true,
	},
	// The Intel Boot Agent looks for boot servers unless both ways of looking are forbidden besides.
	QuirkIntel: {style: PXE, forced: true, control: fileOnly | 0x03},
	// UEFI of Dell wants a prompt, the end of option 43, and a broadcast.
	QuirkDell: {style: PXE, forced: true, control: fileOnly, prompt: "\x00PXE", broadcast: true},
	// UEFI of Ampere eMAG ignores the file name of a reply that is marked as PXE.
	QuirkAmpere: {style: Plain, forced: true, control: fileOnly},
}

// raspberryPi are the first octets of hardware addresses of the Raspberry Pi.
var raspberryPi = [...][3]byte{
	{0xb8, 0x27, 0xeb}, {0xdc, 0xa6, 0x32}, {0xe4, 0x5f, 0x01}, {0x28, 0xcd, 0xc1}, {0xd8, 0x3a, 0xdd}, {0x2c, 0xcf, 0x67},
	{0x88, 0xa2, 0x9e},
}

// recognise finds out what kind of firmware it is, unless configured says so.
func (c *Client) recognise(m *Message, configured Quirk) {
	c.Quirk = QuirkNone
	if configured != QuirkAuto {
		if q := &traits[configured]; q.may == nil || q.may(*c, m) {
			c.Quirk = configured
		}
		return
	}
	for i := range traits {
		if is := traits[i].recognised; is != nil && is(*c, m) {
			c.Quirk = Quirk(i)
			return
		}
	}
}

// isRaspberryPi recognises the boot code of a Raspberry Pi by whose its address is. From the Raspberry Pi 4 on, its UUID begins with
// RPi4 and the like.
func isRaspberryPi(c Client, m *Message) bool {
	if c.HasArch && c.Arch == uint16(arch.RPi) {
		return c.Class == ClassPXE && !c.IPXE
	}
	return (ofRaspberryPi(m.Hardware) || begins(m.UUID, "\x00RPi")) && mayBeRaspberryPi(c, m)
}

// mayBeRaspberryPi reports whether it may be that boot code: it calls itself a PC with BIOS and, in its REQUEST, nothing at all, but
// asks for what only a machine asks for that boots. UEFI, U-Boot and iPXE on a Raspberry Pi are like on others.
func mayBeRaspberryPi(c Client, m *Message) bool {
	if c.IPXE || c.HasArch && c.Arch != uint16(arch.BIOS) {
		return false
	}
	return c.Class == ClassPXE || m.VendorClass == nil && requestsBoot(m.Requested)
}

func ofRaspberryPi(hardware []byte) bool {
	return len(hardware) == 6 && slices.Contains(raspberryPi[:], [3]byte(hardware))
}
