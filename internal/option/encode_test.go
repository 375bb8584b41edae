package option_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"rollcall/internal/option"
)

func TestEncode(t *testing.T) {
	tests := []struct {
		name   string
		values []string
		want   string // hex
		text   string
	}{
		{"subnet-mask", []string{"255.255.252.0"}, "fffffc00", "255.255.252.0"},
		{"routers", []string{"10.20.0.1"}, "0a140001", "10.20.0.1"},
		{"domain-name-servers", []string{"10.20.0.2", "10.20.0.3"}, "0a1400020a140003", "10.20.0.2, 10.20.0.3"},
		{"domain-name-servers", []string{"10.20.0.2, 10.20.0.3"}, "0a1400020a140003", "10.20.0.2, 10.20.0.3"},
		{"static-routes", []string{"10.30.0.0 10.20.0.1", "10.31.0.0 via 10.20.0.1"}, "0a1e00000a1400010a1f00000a140001",
			"10.30.0.0 10.20.0.1, 10.31.0.0 10.20.0.1"},
		{"policy-filter", []string{"0.0.0.0 0.0.0.0"}, "0000000000000000", "0.0.0.0 0.0.0.0"},
		{"time-offset", []string{"-3600"}, "fffff1f0", "-3600"},
		{"boot-size", []string{"65535"}, "ffff", "65535"},
		{"interface-mtu", []string{"9000"}, "2328", "9000"},
		{"default-ip-ttl", []string{"64"}, "40", "64"},
		{"path-mtu-plateau-table", []string{"68", "1500"}, "004405dc", "68, 1500"},
		{"ip-forwarding", []string{"true"}, "01", "true"},
		{"ip-forwarding", []string{"off"}, "00", "false"},
		{"arp-cache-timeout", []string{"300"}, "0000012c", "5m"},
		{"arp-cache-timeout", []string{"1d"}, "00015180", "24h"},
		{"arp-cache-timeout", []string{"1d12h"}, "0001fa40", "36h"},
		{"lease-time", []string{"8h"}, "00007080", "8h"},
		{"lease-time", []string{"1h0m1s"}, "00000e11", "1h0m1s"},
		{"lease-time", []string{"infinite"}, "ffffffff", "infinite"},
		{"lease-time", []string{"0"}, "00000000", "0s"},
		{"domain-name", []string{"lan.example.org"}, "6c616e2e6578616d706c652e6f7267", "lan.example.org"},
		{"host-name", []string{"größe"}, "6772c3b6c39f65", "größe"},
		{"bootfile-name", []string{"http://10.20.0.1/a,b"}, hex.EncodeToString([]byte("http://10.20.0.1/a,b")), "http://10.20.0.1/a,b"},
		{"user-class", []string{"iPXE"}, "0469505845", "iPXE"},
		{"user-class", []string{"ab", "c"}, "0261620163", "ab, c"},
		{"rapid-commit", []string{"true"}, "", "true"},
		{"tftp-server-address", []string{"10.20.0.1"}, "0a140001", "10.20.0.1"},
		// RFC 3397 §2: the second name ends in a pointer into the first.
		{"domain-search", []string{"eng.apple.com.", "marketing.apple.com"},
			"03656e67056170706c6503636f6d00" + "096d61726b6574696e67c004", "eng.apple.com, marketing.apple.com"},
		{"domain-search", []string{"a.b", "a.b"}, "0161016200c000", "a.b, a.b"},
		{"v4-access-domain", []string{"isp.example"}, "03697370076578616d706c6500", "isp.example"},
		{"sip-servers", []string{"10.20.0.1", "10.20.0.2"}, "010a1400010a140002", "10.20.0.1, 10.20.0.2"},
		{"sip-servers", []string{"a.b"}, "000161016200", "a.b"},
		// RFC 3442: the examples of its table.
		{"classless-static-routes", []string{"0.0.0.0/0 via 10.0.0.1"}, "000a000001", "0.0.0.0/0 via 10.0.0.1"},
		{"classless-static-routes", []string{"10.0.0.0/8 10.0.0.1"}, "080a0a000001", "10.0.0.0/8 via 10.0.0.1"},
		{"classless-static-routes", []string{"10.17.0.0/16 via 10.0.0.1", "10.27.129.0/24 via 10.0.0.1"},
			"100a110a000001180a1b810a000001", "10.17.0.0/16 via 10.0.0.1, 10.27.129.0/24 via 10.0.0.1"},
		{"classless-static-routes", []string{"10.229.0.128/25 via 10.0.0.1"}, "190ae500800a000001", "10.229.0.128/25 via 10.0.0.1"},
		{"classless-static-routes", []string{"10.198.122.47/32 via 0.0.0.0"}, "200ac67a2f00000000", "10.198.122.47/32 via 0.0.0.0"},
		{"option-224", []string{"hex:0a0b"}, "0a0b", "hex:0a0b"},
		{"option-224", []string{"hex:0a:0B-0c 0d"}, "0a0b0c0d", "hex:0a0b0c0d"},
		{"routers", []string{"hex:0a1400"}, "0a1400", "hex:0a1400"},
		{"vendor-encapsulated-options", []string{"hex:060108ff"}, "060108ff", "hex:060108ff"},
		{"option-3", []string{"10.20.0.1"}, "0a140001", "10.20.0.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+strings.Join(tt.values, ","), func(t *testing.T) {
			d, ok := option.ByName(tt.name)
			if !ok {
				t.Fatalf("no option %q", tt.name)
			}
			b, err := d.Encode(tt.values)
			if err != nil || b == nil || hex.EncodeToString(b) != tt.want {
				t.Fatalf("Encode = %x, %v; want %s", b, err, tt.want)
			}
			if got := d.Text(b); got != tt.text {
				t.Errorf("Text = %q, want %q", got, tt.text)
			}
		})
	}
}

func TestEncodeNothing(t *testing.T) {
	for _, name := range []string{"routers", "domain-name", "interface-mtu", "option-224", "classless-static-routes"} {
		d, _ := option.ByName(name)
		for _, values := range [][]string{nil, {}, {""}, {"  "}} {
			if b, err := d.Encode(values); b != nil || err != nil {
				t.Errorf("%s: Encode(%q) = %x, %v; want nothing", name, values, b, err)
			}
		}
	}
}

func TestEncodeErrors(t *testing.T) {
	const addr = " is not an IPv4 address; write for example 10.20.0.1"
	tests := []struct {
		name   string
		values []string
		want   string
	}{
		{"routers", []string{"10.0.0"}, `option routers: "10.0.0"` + addr},
		{"routers", []string{"10.0.0.1", "fe80::1"}, `option routers: "fe80::1"` + addr},
		{"routers", []string{"10.0.0.1", ""}, `option routers: ""` + addr},
		{"routers", []string{"gw.example.org"}, `option routers: "gw.example.org"` + addr},
		{"subnet-mask", []string{"255.0.0.0", "255.0.0.0"},
			`option subnet-mask: "255.0.0.0" is one value too many: the option takes one; write for example 10.20.0.1`},
		{"interface-mtu", []string{"65536"}, `option interface-mtu: "65536" is not a number from 0 to 65535; write for example 1500`},
		{"interface-mtu", []string{"67"}, `option interface-mtu: "67" is below 68, the smallest value RFC 2132 allows; write for example 1500`},
		{"default-ip-ttl", []string{"0"}, `option default-ip-ttl: "0" is below 1, the smallest value RFC 2132 allows; write for example 64`},
		{"time-offset", []string{"1h"}, `option time-offset: "1h" is not a number from -2147483648 to 2147483647; write for example -3600`},
		{"ip-forwarding", []string{"maybe"}, `option ip-forwarding: "maybe" is not true or false; write for example true`},
		{"arp-cache-timeout", []string{"soon"}, `option arp-cache-timeout: "soon" is not a time span; write for example 5m, 300 or infinite`},
		{"arp-cache-timeout", []string{"1.5s"}, `option arp-cache-timeout: "1.5s" is not a whole number of seconds; write for example 5m, 300 or infinite`},
		{"arp-cache-timeout", []string{"1d-5m"}, `option arp-cache-timeout: "1d-5m" is not a time span; write for example 5m, 300 or infinite`},
		{"arp-cache-timeout", []string{"d"}, `option arp-cache-timeout: "d" is not a time span; write for example 5m, 300 or infinite`},
		{"arp-cache-timeout", []string{"49711d"}, `option arp-cache-timeout: "49711d" is not a time span; write for example 5m, 300 or infinite`},
		{"arp-cache-timeout", []string{"-5m"}, `option arp-cache-timeout: "-5m" is not a time span; write for example 5m, 300 or infinite`},
		{"static-routes", []string{"10.30.0.0"}, `option static-routes: "10.30.0.0" is not a pair of IPv4 addresses; write for example "10.30.0.0 10.20.0.1"`},
		{"static-routes", []string{"0.0.0.0 10.20.0.1"},
			`option static-routes: "0.0.0.0 10.20.0.1" is a default route, which belongs in routers; write for example "10.30.0.0 10.20.0.1"`},
		{"classless-static-routes", []string{"10.0.0.1/8 via 10.20.0.1"},
			`option classless-static-routes: "10.0.0.1/8 via 10.20.0.1" has host bits set in its destination; 10.0.0.0/8 has not; write for example "10.0.0.0/8 via 10.20.0.1"`},
		{"classless-static-routes", []string{"10.0.0.0/33 via 10.20.0.1"},
			`option classless-static-routes: "10.0.0.0/33 via 10.20.0.1" is not a route; write for example "10.0.0.0/8 via 10.20.0.1"`},
		{"domain-search", []string{"a..b"}, `option domain-search: "a..b" is not a domain name; write for example lan.example.org`},
		{"domain-search", []string{strings.Repeat("a", 64)},
			`option domain-search: "` + strings.Repeat("a", 64) + `" is not a domain name; write for example lan.example.org`},
		{"sip-servers", []string{"a.b", "10.0.0.1"}, `option sip-servers: "10.0.0.1" is an address among domain names; write for example sip.example.org`},
		{"sip-servers", []string{"10.0.0.1", "a.b"}, `option sip-servers: "a.b" is not only IPv4 addresses or only domain names; write for example sip.example.org`},
		{"option-224", []string{"10"}, `option option-224: "10" is not raw bytes; write for example hex:0a0b`},
		{"v6-only-preferred", []string{"hex:0708"}, `option v6-only-preferred: "hex:0708" is not 4 bytes long; write for example 5m, 300 or infinite`},
		{"option-224", []string{"hex:0a0"}, `option option-224: "hex:0a0" is not an even number of hexadecimal digits; write for example hex:0a0b`},
		{"domain-name", []string{"hex:"}, `option domain-name: "hex:" is empty, and machines drop messages with an empty one; write for example ""`},
		{"user-class", []string{strings.Repeat("a", 256)}, ""},
		{"netbios-node-type", []string{"3"}, `option netbios-node-type: "3" is none of the values RFC 2132 allows: 1 2 4 8; write for example 8`},
		{"domain-name", []string{"a\x00"}, `option domain-name: "a\x00" contains a NUL byte; write for example lan.example.org`},
		{"dhcp4o6-s46-saddr", []string{"10.20.0.1"}, `option dhcp4o6-s46-saddr: "10.20.0.1" is not an IPv6 address; write for example 2001:db8::1`},
		{"slp-directory-agent", []string{"true"}, `option slp-directory-agent: "true" ends too early; write for example "true 10.20.0.5"`},
		{"slp-directory-agent", []string{"true 10.20.0"}, `option slp-directory-agent: "true 10.20.0" has "10.20.0" where an IPv4 address belongs; write for example "true 10.20.0.5"`},
		{"v4-portparams", []string{"0 6 52 1"}, `option v4-portparams: "0 6 52 1" has "52 1" where a number from 0 to 65535 belongs; write for example "0 6 52"`},
		{"pcp-servers", []string{"10.20.0.1 x"}, `option v4-pcp-server: "10.20.0.1 x" is not IPv4 addresses; write for example "10.20.0.1 10.20.0.2"`},
		{"v4-sztp-redirect", []string{"a", ""}, `option v4-sztp-redirect: "" is not a URI of acceptable length; write for example https://example.org/boot`},
		{"v4-dnr", []string{"dns.example.org"},
			`option v4-dnr: "dns.example.org" is not a priority, a name, addresses and parameters; write for example "1 dns.example.org 10.20.0.2 alpn=dot"`},
		{"v4-dnr", []string{"0 a.b"}, `option v4-dnr: "0 a.b" has "0" where a priority from 1 to 65535 belongs; write for example "1 dns.example.org 10.20.0.2 alpn=dot"`},
		{"v4-dnr", []string{"1 a..b"}, `option v4-dnr: "1 a..b" has "a..b" where a domain name belongs; write for example "1 dns.example.org 10.20.0.2 alpn=dot"`},
		{"v4-dnr", []string{"1 a.b alpn=dot"}, `option v4-dnr: "1 a.b alpn=dot" has 0 addresses; a resolver has 1 to 63; write for example "1 dns.example.org 10.20.0.2 alpn=dot"`},
		{"v4-dnr", []string{"1 a.b 10.0.0.1 x"}, `option v4-dnr: "1 a.b 10.0.0.1 x" has "x" where an IPv4 address or KEY=VALUE belongs; write for example "1 dns.example.org 10.20.0.2 alpn=dot"`},
		{"v4-dnr", []string{"1 a.b 10.0.0.1 x=1"}, `option v4-dnr: "1 a.b 10.0.0.1 x=1" has "x=1", which is not a service parameter; write for example "1 dns.example.org 10.20.0.2 alpn=dot"`},
		{"v4-dnr", []string{"1 a.b 10.0.0.1 port=853 alpn=dot"},
			`option v4-dnr: "1 a.b 10.0.0.1 port=853 alpn=dot" has "alpn=dot" out of order: keys ascend, each once; write for example "1 dns.example.org 10.20.0.2 alpn=dot"`},
		{"vendor-specific", []string{"text"}, `option vendor-specific: "text" is not a mapping of sub-options; write for example {1: text, 2: hex:0a0b}`},
		{"vendor-specific", []string{"colour=1"}, `option vendor-specific: "colour" is neither the number of a sub-option nor the name of one that is defined; write for example 1`},
		{"ipxe", []string{"no-pxedchp=1"}, `option etherboot: "no-pxedchp" is not a known sub-option; write for example no-pxedhcp`},
		{"ipxe", []string{"no-pxedhcp=x"}, `option etherboot: no-pxedhcp: "x" is not a number from 0 to 255; write for example 64`},
		{"domain-name", []string{strings.Repeat("a", 65536)}, ""},
	}
	for _, tt := range tests {
		d, _ := option.ByName(tt.name)
		b, err := d.Encode(tt.values)
		var invalid *option.ValueError
		if b != nil || !errors.As(err, &invalid) {
			t.Errorf("%s %.60q: Encode = %x, %v; want a ValueError", tt.name, tt.values, b, err)
			continue
		}
		if tt.want != "" && err.Error() != tt.want {
			t.Errorf("%s %.60q:\n got %s\nwant %s", tt.name, tt.values, err, tt.want)
		}
	}
}
