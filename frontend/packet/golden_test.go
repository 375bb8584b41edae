package packet_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/frontend/packet"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
)

var update = flag.Bool("update", false, "write testdata/*.hex anew: bytes of the cases, comments from the decoder")

// golden messages: queries as an independent builder writes them, replies as we
// do. Files without a case here are captures; only their comments are checked.
var golden = map[string]func(t testing.TB) []byte{
	"discover": func(testing.TB) []byte {
		return dhcptest.Discover(mac, dhcptest.ClientID("01020000000001"), dhcptest.HostName("printer"), dhcptest.PRL(1, 3, 6, 15), dhcptest.MaxSize(1500))
	},
	"discover-uefi-relayed": func(testing.TB) []byte { return pxe() },
	"discover-infiniband": func(testing.TB) []byte {
		return dhcptest.Discover("", dhcptest.HType(32), dhcptest.Broadcast(), dhcptest.ClientID("ff00000001000300010002c9000001"))
	},
	"discover-overloaded": func(testing.TB) []byte { return split() },
	"discover-long-option": func(testing.TB) []byte {
		return dhcptest.Discover(mac, dhcptest.Option(43, bytes.Repeat([]byte{0xab}, 300)))
	},
	"request":           func(testing.TB) []byte { return dhcptest.Request(mac, "10.20.0.50", "10.20.0.1") },
	"renew":             func(testing.TB) []byte { return dhcptest.Renew(mac, "10.20.0.50") },
	"decline":           func(testing.TB) []byte { return dhcptest.Decline(mac, "10.20.0.50", "10.20.0.1") },
	"release":           func(testing.TB) []byte { return dhcptest.Release(mac, "10.20.0.50", "10.20.0.1") },
	"inform":            func(testing.TB) []byte { return dhcptest.Inform(mac, "10.20.0.50", dhcptest.PRL(15, 252)) },
	"bootrequest":       func(testing.TB) []byte { return bootRequest(dhcptest.HostName("lamp")) },
	"bootrequest-blank": func(testing.TB) []byte { return blankRequest() },
	"leasequery": func(testing.TB) []byte {
		return leaseQuery(dhcptest.Ciaddr("10.20.0.50"), dhcptest.PRL(51, 61, 82, 91))
	},
	"broken-overrun": func(testing.TB) []byte {
		return raw(53, 1, 1, 12, 9, 'x')
	},
	"broken-offer-to-server": func(testing.TB) []byte { return raw(53, 1, 2, 255) },

	"reply-offer": func(t testing.TB) []byte { return reply(t, dhcptest.Discover(mac), offer()) },
	"reply-offer-relayed": func(t testing.TB) []byte {
		return reply(t, pxe(), offer())
	},
	"reply-offer-overloaded": func(t testing.TB) []byte {
		r := offer()
		r.File = ""
		r.Options = r.Options.Append(224, bytes.Repeat([]byte{0xab}, 200)).AppendString(option.RootPath, "10.20.0.1:/srv/root").
			AppendAddr(option.NTPServer, server)
		return reply(t, dhcptest.Discover(mac, dhcptest.ClientID("01020000000001")), r)
	},
	"reply-ack-renewal": func(t testing.TB) []byte {
		return reply(t, dhcptest.Renew(mac, "10.20.0.50"), &packet.Reply{Type: packet.Ack, CIAddr: yours, YIAddr: yours, Options: lease()})
	},
	"reply-nak-relayed": func(t testing.TB) []byte {
		return reply(t, dhcptest.Reboot(mac, "192.0.2.1", dhcptest.Giaddr("10.1.0.1"), dhcptest.RelayInfo(dhcptest.CircuitID("eth0/7"))),
			&packet.Reply{Type: packet.Nak, Options: option.List(nil).AppendAddr(option.ServerID, server).AppendString(option.Message, "wrong subnet")})
	},
	"reply-offer-boot": func(t testing.TB) []byte {
		r := offer()
		r.ServerName = "boot1"
		return reply(t, dhcptest.Discover(mac, dhcptest.VendorClass("PXEClient:Arch:00000:UNDI:002001"), dhcptest.Junk()), r)
	},
	"reply-ack-rapid": func(t testing.TB) []byte {
		return reply(t, dhcptest.Discover(mac, dhcptest.Option(80, nil)),
			&packet.Reply{Type: packet.Ack, YIAddr: yours, Options: lease().Append(option.RapidCommit, nil)})
	},
	"reply-ack-inform-relayed": func(t testing.TB) []byte {
		return reply(t, dhcptest.Inform(mac, "0.0.0.0", dhcptest.Giaddr("10.1.0.1"), dhcptest.RelayInfo(dhcptest.CircuitID("eth0/7"))),
			&packet.Reply{Type: packet.Ack, Options: option.List(nil).AppendAddr(option.ServerID, server).AppendString(option.DomainName, "lan.example.org")})
	},
	"reply-offer-v6only": func(t testing.TB) []byte {
		return reply(t, dhcptest.Discover(mac, dhcptest.PRL(1, 3, 108)),
			&packet.Reply{Type: packet.Offer, Options: lease().AppendUint32(option.IPv6OnlyPreferred, 1800)})
	},
	"reply-boot":        func(t testing.TB) []byte { return reply(t, bootRequest(), bootReply()) },
	"reply-boot-blank":  func(t testing.TB) []byte { return reply(t, blankRequest(), bootReply()) },
	"reply-leaseactive": func(t testing.TB) []byte { return reply(t, leaseQuery(dhcptest.Ciaddr("10.20.0.50")), active()) },
	"reply-leaseunassigned": func(t testing.TB) []byte {
		return reply(t, leaseQuery(dhcptest.Ciaddr("10.20.0.50")), &packet.Reply{Type: packet.LeaseUnassigned, CIAddr: yours})
	},
	"reply-proxy-offer": func(t testing.TB) []byte {
		return reply(t, pxe(), &packet.Reply{Type: packet.Offer, SIAddr: server, File: "ipxe.efi",
			Options: option.List(nil).AppendAddr(option.ServerID, server).AppendString(option.VendorClass, "PXEClient")})
	},
}

func reply(t testing.TB, query []byte, r *packet.Reply) []byte {
	b, dropped := packet.AppendReply(nil, parse(t, query), r)
	if dropped != 0 {
		t.Errorf("%d options do not fit", dropped)
	}
	return b
}

func TestGolden(t *testing.T) {
	if *update {
		for name, build := range golden {
			write(t, name, build(t))
		}
	}
	files, err := filepath.Glob("testdata/*.hex")
	if err != nil || len(files) < len(golden) {
		t.Fatalf("%d files for %d cases, %v; run go test -update", len(files), len(golden), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".hex")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			b := readHex(t, string(text))
			if build, ok := golden[name]; ok {
				if diff := cmp.Diff(hex.Dump(b), hex.Dump(build(t))); diff != "" {
					t.Errorf("bytes (-golden +built):\n%s", diff)
				}
			}
			if *update {
				write(t, name, b)
				return
			}
			if diff := cmp.Diff(string(text), annotate(b)); diff != "" {
				t.Errorf("the comments do not say what the decoder does; go test -update writes them (-file +decoder):\n%s", diff)
			}
		})
	}
}

func write(t testing.TB, name string, b []byte) {
	if err := os.WriteFile("testdata/"+name+".hex", []byte(annotate(b)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// readHex reads bytes in hexadecimal, "00*64" being 64 of them, up to a "#".
func readHex(t testing.TB, text string) (b []byte) {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		for word := range strings.FieldsSeq(line) {
			digits, times, repeated := strings.Cut(word, "*")
			n := 1
			var err error
			if repeated {
				if n, err = strconv.Atoi(times); err != nil {
					t.Fatal(err)
				}
			}
			part, err := hex.DecodeString(digits)
			if err != nil {
				t.Fatal(err)
			}
			b = append(b, bytes.Repeat(part, n)...)
		}
	}
	return b
}

// annotate writes a message field by field, and below it what the decoder
// makes of it: ours of a query, insomniacslk/dhcp of a reply.
func annotate(b []byte) string {
	var sb strings.Builder
	line := func(b []byte, format string, args ...any) {
		fmt.Fprintf(&sb, "%-40s # %s\n", words(b), fmt.Sprintf(format, args...))
	}
	addr := func(at int) { line(b[at:at+4], "%s %v", addrField[at], netip.AddrFrom4([4]byte(b[at:]))) }
	line(b[0:4], "op %d, htype %d, hlen %d, hops %d", b[0], b[1], b[2], b[3])
	line(b[4:8], "xid %#08x", binary.BigEndian.Uint32(b[4:]))
	line(b[8:10], "secs %d", binary.BigEndian.Uint16(b[8:]))
	line(b[10:12], "flags, broadcast %v", b[10]&0x80 != 0)
	for _, at := range []int{12, 16, 20, 24} {
		addr(at)
	}
	line(b[28:44], "chaddr")
	line(b[44:108], "sname")
	line(b[108:236], "file")
	line(b[236:240], "cookie")
	for rest := b[240:]; len(rest) > 0; {
		switch {
		case rest[0] == 0 || rest[0] == 255:
			n := len(rest) - len(bytes.TrimLeft(rest[1:], "\x00")) // an end and the padding after it
			line(rest[:n], "%s", map[byte]string{0: "padding", 255: "end"}[rest[0]])
			rest = rest[n:]
		case len(rest) < 2 || len(rest) < 2+int(rest[1]):
			line(rest, "overruns the message")
			rest = nil
		default:
			line(rest[:2+int(rest[1])], "%d %v", rest[0], option.Code(rest[0]))
			rest = rest[2+int(rest[1]):]
		}
	}
	sb.WriteString("#\n# decoded:\n")
	for _, s := range decode(b) {
		sb.WriteString("# " + s + "\n")
	}
	return sb.String()
}

var addrField = map[int]string{12: "ciaddr", 16: "yiaddr", 20: "siaddr", 24: "giaddr"}

// words writes bytes in hexadecimal; runs of eight and more are shortened.
func words(b []byte) string {
	var s []string
	for len(b) > 0 {
		run := 1
		for run < len(b) && b[run] == b[0] {
			run++
		}
		if run >= 8 {
			s = append(s, fmt.Sprintf("%02x*%d", b[0], run))
		} else {
			run = 1
			s = append(s, fmt.Sprintf("%02x", b[0]))
		}
		b = b[run:]
	}
	return strings.Join(s, " ")
}

func decode(b []byte) (lines []string) {
	if b[0] == 2 {
		return decodeReply(b)
	}
	var m packet.Message
	if reason := m.Parse(b); reason != packet.OK {
		return []string{"dropped: " + reason.String()}
	}
	lines = append(lines, fmt.Sprintf("%v xid %08x chaddr %x broadcast %v ciaddr %v giaddr %v", m.Type, m.XID, m.HardwareAddr(), m.Broadcast(), m.CIAddr, m.GIAddr))
	for c, value := range m.AppendOptions(nil).All() {
		lines = append(lines, fmt.Sprintf("%d %v = %s", uint8(c), c, option.ByCode(c).Text(value)))
	}
	return lines
}
