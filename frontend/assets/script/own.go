package script

import (
	"fmt"
	"strings"
)

// The paths of what rollcall makes itself. Files of the same path are not served.
const (
	DonePath  = "rollcall/done"       // fetched by a machine that is done
	LocalPath = "rollcall/local.ipxe" // boots from the disk
	WhyPath   = "rollcall/why.ipxe"   // says why there is nothing to boot
	// Autoexec is the name of the file that iPXE looks for where it came from itself. Files of this name are served.
	Autoexec = "autoexec.ipxe"
)

// leave has the firmware try its next boot device: UEFI does not if iPXE ends well.
const leave = "exit 1\n"

// Done answers the call by which a machine says that it is done, be it iPXE or another program.
func Done() []byte { return []byte("#!ipxe\n# rollcall has taken note.\nexit 0\n") }

// Local boots from the disk.
func Local() []byte {
	return []byte("#!ipxe\necho rollcall: this machine boots from its disk.\n" +
		"iseq ${platform} pcbios && sanboot --no-describe --drive 0x80 ||\n" + leave)
}

// Chain goes on to what the machine's iPXE is told to fetch anyway, for an iPXE that asks for its automatic script first. That takes the
// place of this script once it is there; what follows is for when it is not.
func Chain(m *Machine) []byte {
	return fmt.Appendf(nil, "#!ipxe\nisset ${ip} || dhcp ||\nchain --replace %s ||\n%ssleep 10\n%s", m.Script,
		say("rollcall: this machine could not fetch what it is told to:", m.Script, "The next boot device follows in 10 seconds."), leave)
}

// Why says on the machine's screen why there is nothing to boot, and how to learn more.
func Why(m *Machine) []byte {
	reason := m.ReasonText
	if reason == "" {
		reason = m.Reason
	}
	lines := []string{"", "rollcall has nothing to boot for this machine.", ""}
	if reason == "" {
		lines = []string{"", "rollcall knows of nothing that is in the way of this machine.", ""}
	}
	lines = append(lines, "Machine: "+identity(m))
	if reason != "" {
		lines = append(lines, "Reason: "+reason)
	} else if m.Script != "" {
		lines = append(lines, "Script: "+m.Script)
	}
	if m.MAC != "" {
		lines = append(lines, "To learn more, run this where leased runs: rollcall boot show "+m.MAC)
	}
	lines = append(lines, "", "The next boot device follows in 30 seconds.")
	return fmt.Appendf(nil, "#!ipxe\n%ssleep 30\n%s", say(lines...), leave)
}

// Failed says on the machine's screen that a template is wrong.
func Failed(err error, m *Machine) []byte {
	return fmt.Appendf(nil, "#!ipxe\n%ssleep 30\n%s", say("", "rollcall could not make the script of this machine:", err.Error(), "",
		"Machine: "+identity(m), "The next boot device follows in 30 seconds."), leave)
}

// identity names a machine for people.
func identity(m *Machine) string {
	known := []string{m.MAC, m.Address, m.Hostname}
	if m.Subnet != "" {
		known = append(known, "subnet "+m.Subnet)
	}
	if m.Reservation != "" {
		known = append(known, "reservation "+m.Reservation)
	}
	if m.Firmware != "" {
		known = append(known, m.Firmware)
	}
	var said []string
	for _, s := range known {
		if s != "" {
			said = append(said, s)
		}
	}
	if len(said) == 0 {
		return "unknown"
	}
	return strings.Join(said, ", ")
}

// say returns the commands that print lines.
func say(lines ...string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimRight("echo "+spoken(l), " ") + "\n")
	}
	return b.String()
}
