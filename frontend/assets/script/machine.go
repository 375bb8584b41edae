package script

import (
	"strings"
	"unicode"

	leasedv1 "rollcall/proto/leased/v1"
)

// Machine is what a template has to work with. What is not known is empty.
type Machine struct {
	// MAC is its hardware address, such as 52:54:00:00:00:01; Address the IPv4 address that it has.
	MAC, Address string
	// Hostname is its host name.
	Hostname string
	// Subnet is the name of its subnet, or name/serial.
	Subnet string
	// Reservation is the id of its reservation, empty for a stranger, and Extra what that carries beside.
	Reservation string
	Extra       map[string]string
	// UUID is that of its firmware, Firmware which one it is, such as uefi-x64.
	UUID, Firmware string
	// Netboot is always, once, never or local, as its reservation says it.
	Netboot string
	// Reason is from the closed set why it is given nothing to boot, ReasonText says it in words; both empty if it is given something.
	Reason, ReasonText string
	// Script is what its iPXE is told to fetch, a URL.
	Script string
	// Server is the address of this frontend that it asked, HTTP the URL of its HTTP server without a slash at the end, and Done the URL
	// to fetch when it has done what it was booted for. HTTP and Done are empty where there is no HTTP server.
	Server, HTTP, Done string
}

// Place is where a machine asked.
type Place struct {
	// Server is the address that it asked, and HTTP the URL of the HTTP server there, or empty.
	Server, HTTP string
	// Base is the URL that the path of a script is relative to.
	Base string
}

// NewMachine returns what leased says of a machine that asked at p, made harmless.
func NewMachine(m *leasedv1.MachineResponse, p Place) *Machine {
	made := &Machine{
		MAC: word(m.GetHardware()), Address: word(m.GetAddress()), Hostname: word(m.GetHostname()), Subnet: line(m.GetSubnet()),
		Reservation: line(m.GetReservation()), Extra: make(map[string]string, len(m.GetExtra())), UUID: word(m.GetUuid()),
		Firmware: word(m.GetFirmware()), Netboot: word(m.GetNetboot()), Reason: word(m.GetReason()), ReasonText: spoken(m.GetReasonText()),
		Script: url(m.GetScript(), p.Base), Server: p.Server, HTTP: p.HTTP,
	}
	for k, v := range m.GetExtra() {
		made.Extra[k] = line(v)
	}
	if p.HTTP != "" {
		made.Done = p.HTTP + "/" + DonePath
	}
	return made
}

// word leaves of what a machine can say of itself letters, digits and what stands between them in names and addresses.
func word(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._:-", r) {
			return r
		}
		return -1
	}, s)
}

// line leaves of what an operator said everything that prints: it may well be meant for iPXE, such as ${net0/mac}.
func line(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != unicode.ReplacementChar {
			return r
		}
		return -1
	}, s)
}

// spoken makes text that echo prints: without quotes, which iPXE would take for its own, and without what it expands or takes for the
// end of a command. White space is one space, which is how echo prints it.
func spoken(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case r < ' ' || r > '~':
			return ' '
		case strings.ContainsRune("\"'`\\", r):
			return -1
		case strings.ContainsRune("$;|&#", r):
			return '_'
		}
		return r
	}, s)), " ")
}

// url returns what iPXE fetches: at, below base unless it is a URL itself. The settings of iPXE in it stay.
func url(at, base string) string {
	if at = line(at); at == "" {
		return ""
	}
	if !strings.Contains(at, "://") {
		at = base + "/" + strings.TrimLeft(at, "/")
	}
	return escape.Replace(at)
}

var escape = strings.NewReplacer(" ", "%20", `"`, "%22", "'", "%27", `\`, "%5c", "`", "%60")
