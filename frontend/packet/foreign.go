package packet

import (
	"bytes"
	"net/netip"

	"rollcall/internal/option"
)

// Foreign is what an OFFER or ACK of another server says, as far as it matters
// to those who serve the same link. It shares memory with the message.
type Foreign struct {
	Type MessageType // Offer or Ack
	// Server is its identifier (54), zero if it says none that a server can
	// have.
	Server netip.Addr
	// Client is the hardware address of whom it is for.
	Client []byte
	// Proxy: it has no address to give, but something to boot (proxyDHCP).
	Proxy bool
	// File is the boot file that it names, raw, at most 255 bytes; empty for
	// none.
	File []byte
}

// ParseForeign reads a message of another server into m, for the sake of its
// options, and returns what is of interest. The reason is not [OK] where it is
// malformed, and [ReasonMessageType] where it neither offers nor acknowledges
// anything.
func (m *Message) ParseForeign(b []byte) (Foreign, Reason) {
	if reason := m.parseOther(b, bootReply); reason != OK {
		return Foreign{}, reason
	}
	if m.Type != Offer && m.Type != Ack {
		m.reset()
		return Foreign{}, ReasonMessageType
	}
	f := Foreign{Type: m.Type, Client: m.HardwareAddr(), File: m.bootFile()}
	if id, _ := m.Option(option.ServerID); len(id) == 4 {
		if a := netip.AddrFrom4([4]byte(id)); !a.IsUnspecified() && !martian(a) {
			f.Server = a
		}
	}
	f.Proxy = m.YIAddr.IsUnspecified() && bootClass(m)
	return f, OK
}

// bootFile is the text of file, or that of option 67 where file is empty or
// holds options.
func (m *Message) bootFile() []byte {
	file := text(m.buf[atFile : atFile+fileSize])
	if v, _ := m.Option(option.Overload); len(file) == 0 || len(v) == 1 && v[0]&1 != 0 {
		file, _ = m.Option(option.BootfileName)
		file = text(file[:min(len(file), maxPart)])
	}
	return file
}

// text is what a C program would read.
func text(b []byte) []byte {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return b[:i]
	}
	return b
}
