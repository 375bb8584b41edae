//go:build netns

package boottest_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"rollcall/internal/lab"
)

// bootLimit is how long a machine may take to boot. The slowest takes half a minute where nothing else runs, and UEFI takes more than
// a minute to give up.
const bootLimit = 3 * time.Minute

// firmware says how QEMU makes a machine with that firmware.
type firmware func(*machine) []string

// bios is SeaBIOS, which boots from the network with iPXE's option ROM. graphics=off sends its text to the serial line.
func bios(m *machine) []string {
	m.Helper()
	m.need("seabios", "/usr/share/seabios/bios-256k.bin")
	m.need("ipxe-qemu", "/usr/lib/ipxe/qemu/pxe-virtio.rom")
	return []string{"-machine", "pc,graphics=off", "-m", "256", "-boot", "n",
		"-device", "virtio-net-pci,netdev=net,bootindex=0,mac=" + m.mac}
}

// uefi is OVMF with the PXE client of its own: the card has no option ROM.
func uefi(m *machine) []string {
	m.Helper()
	m.need("ovmf", "/usr/share/OVMF/OVMF_CODE_4M.fd")
	vars := m.path(m.name + ".vars")
	if _, err := os.Stat(vars); err != nil {
		b, err := os.ReadFile("/usr/share/OVMF/OVMF_VARS_4M.fd")
		if err == nil {
			err = os.WriteFile(vars, b, 0o600)
		}
		if err != nil {
			m.Fatal(err)
		}
	}
	return []string{"-machine", "q35", "-m", "512",
		"-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd",
		"-drive", "if=pflash,unit=1,format=raw,file=" + vars,
		"-device", "virtio-net-pci,netdev=net,romfile=,bootindex=0,mac=" + m.mac,
		"-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=n"}
}

// uefiHTTP is OVMF that boots by HTTP alone.
func uefiHTTP(m *machine) []string {
	return append(uefi(m), "-fw_cfg", "name=opt/org.tianocore/IPv4PXESupport,string=n")
}

// machine is a virtual one without a disk: all that it runs comes from the network.
type machine struct {
	*world
	name, mac string
	host      *lab.Host
	firmware  firmware
	power     *lab.Process // while it is on, and of the last time
	turns     int          // how often it was turned on
}

// machine adds one to a link. It is turned off. Its card is a tap that a bridge joins to the interface of a host of the link.
func (w *world) machine(seg *lab.Segment, name, mac string, fw firmware) *machine {
	w.Helper()
	h := w.attach(seg, name, "eth0", "52:54:00:ff"+mac[len("52:54:00:00"):])
	for _, args := range []string{
		"link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
		"tuntap add tap0 mode tap",
		"link set eth0 master br0",
		"link set tap0 master br0 up",
		"link set br0 up",
	} {
		w.ip(h, strings.Fields(args)...)
	}
	m := &machine{world: w, name: name, mac: mac, host: h, firmware: fw}
	m.withoutIPv6()
	return m
}

// ip runs the ip command on a host.
func (w *world) ip(h *lab.Host, args ...string) {
	w.Helper()
	said, err := exec.Command("ip", append([]string{"-n", h.Namespace}, args...)...).CombinedOutput()
	if err != nil {
		w.Fatalf("ip -n %s %s: %v: %s", h.Namespace, strings.Join(args, " "), err, said)
	}
}

// on turns the machine on. It turns itself off instead of rebooting.
func (m *machine) on() {
	m.Helper()
	m.need("qemu-system-x86", "/usr/bin/qemu-system-x86_64")
	m.turns++
	args := []string{"qemu-system-x86_64", "-accel", "tcg", "-nodefaults", "-display", "none", "-monitor", "none", "-serial", "stdio",
		"-no-reboot", "-netdev", "tap,id=net,ifname=tap0,script=no,downscript=no"}
	m.power = m.start(m.host, fmt.Sprintf("%s-serial-%d", m.name, m.turns), append(args, m.firmware(m)...)...)
}

// off pulls the plug.
func (m *machine) off() { m.power.Kill() }

// boot turns the machine on, and waits until it reboots.
func (m *machine) boot() {
	m.Helper()
	m.on()
	m.wait(m.name+" reboots", bootLimit, func() (bool, error) {
		select {
		case <-m.power.Ended():
			return true, nil
		default:
			return false, fmt.Errorf("it shows %q", m.last())
		}
	})
	if status := m.power.ExitCode(); status != 0 {
		m.Fatalf("QEMU of %s ended with status %d", m.name, status)
	}
}

// awaits waits until the machine shows one of the texts, and returns which.
func (m *machine) awaits(limit time.Duration, texts ...string) (shown string) {
	m.Helper()
	m.wait(fmt.Sprintf("%s shows one of %q", m.name, texts), limit, func() (bool, error) {
		screen := m.screen()
		for _, shown = range texts {
			if strings.Contains(screen, shown) {
				return true, nil
			}
		}
		if err := m.power.Failure(); err != nil {
			m.Fatal(err)
		}
		return false, fmt.Errorf("it shows %q", m.last())
	})
	return shown
}

// shows checks that the machine has shown texts since it was turned on.
func (m *machine) shows(texts ...string) {
	m.Helper()
	screen := m.screen()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			m.Errorf("%s has not shown %q", m.name, text)
		}
	}
}

// screen is what the machine has shown on its serial line since it was turned on, in one line: firmware breaks lines where its screen
// ends.
func (m *machine) screen() string {
	b, err := os.ReadFile(m.power.Log)
	if err != nil {
		m.Fatal(err)
	}
	return strings.ReplaceAll(readable(b), "\n", "")
}

// last is the end of that.
func (m *machine) last() string {
	s := m.screen()
	return s[max(0, len(s)-160):]
}

// control matches what moves the cursor of a terminal and colours its text.
var control = regexp.MustCompile("\x1b(\\[[0-9;?=]*[A-Za-z]|c)|[\r\b]|\x00")

// readable is the text of a terminal.
func readable(b []byte) string { return string(control.ReplaceAll(b, nil)) }
