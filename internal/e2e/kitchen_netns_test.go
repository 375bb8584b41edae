//go:build netns

package e2e_test

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rollcall/internal/dhcptest"
	"rollcall/internal/lab"
)

// cookbook is where the policies to copy are.
const cookbook = "../../deploy/examples/policy"

// kitchen is a world in which a policy of the cookbook is in force, with the configuration of the cookbook.
type kitchen struct {
	*world
	frames []frame // what tshark saw, once it has looked
	saw    []string
}

// newKitchen starts a server with one policy.
func newKitchen(t *testing.T, recipe string) *kitchen {
	t.Helper()
	k := &kitchen{world: newWorld(t, recipe)}
	file := recipe + ".star"
	k.write(k.path(file), k.text(filepath.Join(cookbook, file)))
	text := k.text(filepath.Join(cookbook, "policy.yaml"))
	for _, change := range [][2]string{
		{"\ndata_dir: /var/lib/rollcall\n", "\ndata_dir: {dir}/data\n"},
		{"\nfrontend:\n", "\nfrontend:\n  leased: unix://{dir}/leased.sock\n  listen: [unix://{dir}/frontend.sock]\n"},
		{"\nleased:\n", "\nleased:\n  listen: [unix://{dir}/leased.sock]\n"},
		{"\nwebhookd: {}", "\nwebhookd: {leased: unix://{dir}/leased.sock, listen: [unix://{dir}/webhookd.sock]}"},
		{"\n    files: [short-t1.star]\n", "\n    files: [" + file + "]\n"},
	} {
		if n := strings.Count(text, change[0]); n != 1 {
			t.Fatalf("policy.yaml has %d times %q, want once", n, change[0])
		}
		text = strings.Replace(text, change[0], strings.ReplaceAll(change[1], "{dir}", k.Dir), 1)
	}
	k.write(k.config(), text)
	k.run("up")
	return k
}

// relayAt adds a relay of which the addresses face clients; the transports are those of the addresses, in their order.
func (k *kitchen) relayAt(name string, addrs ...string) (via []*transport) {
	k.Helper()
	h := k.attach(k.floor, name, "eth0", "52:54:00:00:00:07", append([]string{"10.20.0.7/22"}, addrs...)...)
	for _, a := range addrs {
		p := netip.MustParsePrefix(a)
		k.ip(k.server.Namespace, "route", "add", p.Masked().String(), "via", "10.20.0.7")
		via = append(via, k.throughRelay(h, p.Addr().String()))
	}
	return via
}

// relayed runs dhcrelay, which is 10.30.0.1 to its clients, and returns their link.
func (k *kitchen) relayed(args ...string) *lab.Segment {
	k.Helper()
	router, beyond := k.relay()
	k.start(router, "dhcrelay", append(append([]string{"dhcrelay", "-4", "-d"}, args...), "-id", "eth1", "-iu", "eth0", "10.20.0.1")...)
	return beyond
}

// silent fails the test if a message is answered.
func (k *kitchen) silent(m machine, what string, payload []byte) {
	k.Helper()
	if b, err := m.via.ask(payload, 700*time.Millisecond); b != nil || err != nil {
		k.Errorf("%s: an answer of %d bytes, %v; want none", what, len(b), err)
	}
}

// crowd sends one message of each of n machines, and says which are answered.
func (k *kitchen) crowd(via *transport, n int, message func(m machine) []byte) (answers map[string]dhcptest.Reply) {
	k.Helper()
	answers = map[string]dhcptest.Reply{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			m := stranger(via, i+1)
			b, err := via.ask(message(m), 5*time.Second)
			if err != nil {
				k.Error(err)
			}
			if b != nil {
				mu.Lock()
				defer mu.Unlock()
				answers[m.mac] = dhcptest.Parse(k, b)
			}
		})
	}
	wg.Wait()
	return answers
}

// frame is a DHCP message that tshark saw, by the names of its fields.
type frame map[string]string

// columns are the fields that are looked at, by the names that the tests use.
var columns = [][2]string{
	{"type", "dhcp.option.dhcp"}, {"xid", "dhcp.id"}, {"mac", "dhcp.hw.mac_addr"}, {"from port", "udp.srcport"},
	{"yiaddr", "dhcp.ip.your"}, {"siaddr", "dhcp.ip.server"}, {"giaddr", "dhcp.ip.relay"}, {"file", "dhcp.file"},
	{"3", "dhcp.option.router"}, {"6", "dhcp.option.domain_name_server"}, {"12", "dhcp.option.hostname"}, {"15", "dhcp.option.domain_name"},
	{"42", "dhcp.option.ntp_server"}, {"51", "dhcp.option.ip_address_lease_time"}, {"56", "dhcp.option.message"},
	{"58", "dhcp.option.renewal_time_value"}, {"60", "dhcp.option.vendor_class_id"}, {"66", "dhcp.option.tftp_server_name"},
	{"67", "dhcp.option.bootfile_name"}, {"150", "dhcp.option.tftp_server_address"}, {"fault", "_ws.malformed"},
}

// dissected ends the capture, with all that was sent until now, and has tshark read what the server sent.
func (k *kitchen) dissected() {
	k.Helper()
	const end = "the end of what is to be looked at"
	err := k.server.Do(func() error {
		conn, err := net.Dial("udp4", "10.20.3.255:67")
		if err == nil {
			_, err = conn.Write([]byte(end))
			conn.Close()
		}
		return err
	})
	if err != nil {
		k.Fatal(err)
	}
	k.wait("the capture has all", soon, func() (bool, error) { return strings.Contains(k.text(k.path("wire.pcap")), end), nil })
	if err := k.wire.Stop(grace); err != nil {
		k.Fatal(err)
	}
	args := []string{"-n", "-r", k.path("wire.pcap"), "-Y", "dhcp.type == 2", "-T", "fields", "-E", "separator=|"}
	for _, c := range columns {
		args = append(args, "-e", c[1])
	}
	cmd := exec.Command("tshark", args...)
	cmd.Env = append(os.Environ(), "HOME="+k.Dir)
	said, err := cmd.Output()
	if err != nil {
		k.Fatalf("tshark: %v", err)
	}
	for line := range strings.Lines(string(said)) {
		f := frame{}
		for i, v := range strings.Split(strings.TrimRight(line, "\n"), "|") {
			f[columns[i][0]] = v
		}
		f["mac"], _, _ = strings.Cut(f["mac"], ",") // chaddr, and then the client identifier
		f["type"] = map[string]string{"2": "OFFER", "5": "ACK", "6": "NAK"}[f["type"]]
		if f["fault"] != "" {
			k.Errorf("tshark finds a message of the server malformed: %v", f)
		}
		k.frames = append(k.frames, f)
	}
}

// sent returns what the server sent to a machine of a type: the first that tshark saw.
func (k *kitchen) sent(kind, mac string) frame {
	k.Helper()
	if k.frames == nil {
		k.dissected()
	}
	i := slices.IndexFunc(k.frames, func(f frame) bool { return f["type"] == kind && f["mac"] == mac })
	if i < 0 {
		k.Fatalf("tshark saw no %s to %s among %d messages of the server", kind, mac, len(k.frames))
	}
	return k.frames[i]
}

// look checks fields of what was sent to a machine, "" for those that are not to be there, and notes them for the table.
func (k *kitchen) look(kind, mac string, want ...string) {
	k.Helper()
	f := k.sent(kind, mac)
	var saw []string
	for i := 0; i < len(want); i += 2 {
		field, value := want[i], want[i+1]
		if f[field] != value && !(value == "" && f[field] == "0.0.0.0") {
			k.Errorf("%s to %s: tshark sees %s %q, want %q", kind, mac, name(field), f[field], value)
		}
		saw = append(saw, strings.TrimSpace(name(field)+" "+shown(f[field])))
	}
	k.note("%s to %s: %s", kind, mac, strings.Join(saw, ", "))
}

func name(field string) string {
	if field[0] >= '0' && field[0] <= '9' {
		return "option " + field
	}
	return field
}

func shown(value string) string {
	if value == "" || value == "0.0.0.0" {
		return "absent"
	}
	return value
}

// note adds a line to the table.
func (k *kitchen) note(format string, args ...any) {
	k.saw = append(k.saw, fmt.Sprintf(format, args...))
}

// from4011 returns a transport of firmware on a host, which has an address and talks to port 4011.
func (k *kitchen) from4011(h *lab.Host) *transport {
	k.Helper()
	var conn *net.UDPConn
	err := h.Do(func() (err error) {
		conn, err = net.ListenUDP("udp4", &net.UDPAddr{Port: clientPort})
		return err
	})
	if err != nil {
		k.Fatal(err)
	}
	tr := newTransport(func(payload []byte) error {
		_, err := conn.WriteToUDPAddrPort(payload, netip.MustParseAddrPort("10.99.0.1:4011"))
		return err
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 2048)
		for {
			n, err := conn.Read(b)
			if err != nil {
				return
			}
			tr.deliver(b[:n])
		}
	}()
	k.Cleanup(func() { conn.Close(); <-done })
	return tr
}
