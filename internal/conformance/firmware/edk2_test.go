package firmware_test

import (
	"strings"
	"testing"

	"rollcall/internal/conformance/firmware"
)

// menu of two items after its prompt of five seconds, and what goes before it.
const (
	direct = "\x06\x01\x08\xff"
	menu   = "\x06\x01\x03\x08\x07\x00\x01\x01\x0a\x00\x00\x01\x09\x14\x00\x01\x07Install\x00\x00\x07Disk..."
	prompt = "\x0a\x05\x05Boot\xff"
)

func TestEDK2(t *testing.T) {
	boot := []change{file("x.efi"), opt(67, "x.efi\x00")}
	play(t, "edk2", []conversation{
		{"nothing heard", []line{sends(discover())}, "nothing PXE-E16"},
		{"an address and a file", []line{sends(discover()), hears(offer(boot...))}, "tftp://10.0.0.1/x.efi"},
		{"the file of the header", []line{sends(discover()), hears(offer(file("x.efi")))}, "tftp://10.0.0.1/x.efi"},
		{"option 67 before the header", []line{sends(discover()), hears(offer(file("x.efi"), opt(67, "y.efi\x00")))}, "tftp://10.0.0.1/y.efi"},
		{"an address alone", []line{sends(discover()), hears(offer())}, "nothing PXE-E16"},
		{"the acknowledgement decides", []line{
			sends(discover()), hears(offer(boot...)), sends(request()), hears(ack(file("y.efi"))),
		}, "tftp://10.0.0.1/y.efi"},
		{"a list of servers before siaddr", []line{
			sends(discover()), hears(offer(append(boot, opt(60, "PXEClient"), opt(43, "\x06\x01\x08\x08\x07\x00\x01\x01\x0a\x00\x00\x09\xff"))...)),
		}, "tftp://10.0.0.9/x.efi"},
		{"option 54 for want of siaddr", []line{sends(discover()), hears(offer(append(boot, siaddr(none))...))}, "tftp://10.0.0.1/x.efi"},
		{"files as options", []line{sends(discover()), hears(offer(file("x.efi"), opt(52, "\x01")))}, "nothing PXE-E16"},

		{"without a zero, before another option", []line{
			sends(discover()), refuses(offer(opt(67, "x.efi"), opt(60, "PXEClient"))),
		}, "nothing PXE-E16"},
		{"without a zero, at the end", []line{sends(discover()), hears(offer(opt(67, "x.efi"), raw("\xff")))}, "tftp://10.0.0.1/x.efi"},

		{"class without 43 asks port 4011", []line{
			sends(discover()), hears(offer(append(boot, opt(60, "PXEClient"))...)),
		}, "pxe-port 10.0.0.1"},
		{"a proxy is preferred to a file", []line{sends(discover()), hears(offer(boot...)), hears(proxyOffer())}, "pxe-port 10.0.0.2"},
		{"43 is preferred to a proxy", []line{
			sends(discover()), hears(proxyOffer()), hears(offer(append(boot, opt(60, "PXEClient"), opt(43, direct))...)),
		}, "tftp://10.0.0.1/x.efi"},
		{"43 without class is nothing", []line{sends(discover()), hears(offer(opt(43, direct)))}, "nothing PXE-E16"},
		{"a proxy alone", []line{sends(discover()), hears(proxyOffer(file("x.efi")))}, "nothing PXE-E16"},
		{"a proxy with 43", []line{
			sends(discover()), hears(offer()), hears(proxyOffer(file("x.efi"), opt(43, direct))),
		}, "tftp://10.0.0.2/x.efi"},
		{"43 of multicast TFTP", []line{
			sends(discover()), refuses(offer(opt(60, "PXEClient"), opt(43, "\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00\xff"))),
		}, "nothing PXE-E16"},
		{"43 of part of multicast TFTP", []line{
			sends(discover()), hears(offer(opt(60, "PXEClient"), opt(43, "\x01\x00\xff"))),
		}, "pxe-port 10.0.0.1"},

		{"port 4011 answers", []line{
			sends(discover()), hears(offer()), hears(proxyOffer()), sends(asksPort(4011)), hears(fromPort(4011, file("y.efi"))),
		}, "tftp://10.0.0.1/y.efi"},
		{"port 4011 answers to another port", []line{
			sends(discover()), hears(offer()), hears(proxyOffer()), sends(asksPort(4011)), refuses(fromPort(68, file("y.efi"))),
		}, "pxe-port 10.0.0.2"},
		{"port 4011 answers without a file", []line{
			sends(discover()), hears(offer()), hears(proxyOffer()), sends(asksPort(4011)), refuses(fromPort(4011)),
		}, "pxe-port 10.0.0.2"},

		{"menu", []line{sends(discover()), hears(offer(opt(60, "PXEClient"), opt(43, menu+prompt)))}, "menu 5, 1 Install, 0 Disk..."},
		{"menu without a prompt", []line{sends(discover()), hears(offer(opt(60, "PXEClient"), opt(43, menu+"\xff")))}, "item 1"},
		{"menu that is cut short", []line{
			sends(discover()), hears(offer(opt(60, "PXEClient"), opt(43, "\x09\x05\x00\x01\x09ab\xff"))),
		}, "nothing PXE-E74"},
		{"menu of the disk alone", []line{
			sends(discover()), hears(offer(opt(60, "PXEClient"), opt(43, "\x09\x05\x00\x00\x02ab\xff"))),
		}, "local"},
		{"menu beside a file that comes first", []line{
			sends(discover()), hears(offer(append(boot, opt(60, "PXEClient"), opt(43, "\x06\x01\x08"+menu[3:]))...)),
		}, "tftp://10.0.0.1/x.efi"},
		{"item", []line{
			sends(discover()), hears(offer(opt(60, "PXEClient"), opt(43, menu+prompt))),
			sends(asksPort(4011, opt(43, "\x47\x04\x00\x01\x00\x00\xff"))),
			hears(fromPort(4011, siaddr(own.Next()), file("y.efi"), opt(43, "\x47\x04\x00\x01\x00\x00\xff"))),
		}, "tftp://10.0.0.78/y.efi"},
		{"item of a server that is not listed", []line{
			sends(discover()), hears(offer(opt(60, "PXEClient"), opt(43, "\x06\x01\x07"+menu[3:]+prompt))),
			sends(asksPort(4011, opt(43, "\x47\x04\x00\x01\x00\x00\xff"))),
			refuses(fromPort(4011, siaddr(own.Next()), file("y.efi"), opt(43, "\x47\x04\x00\x01\x00\x00\xff"))),
		}, "menu 5, 1 Install, 0 Disk..."},
		{"no broadcast and no list", []line{
			sends(discover()), hears(offer(opt(60, "PXEClient"), opt(43, "\x06\x01\x07\x09\x05\x00\x01\x02ab\x0a\x05\x05Boot\xff"))),
		}, "nothing PXE-E78"},
	})
}

// What does not get as far as the rules above.
func TestEDK2ThrowsAway(t *testing.T) {
	for name, d := range map[string]firmware.Datagram{
		"from port 4011":           ports(offer(), 4011, 0),
		"to port 67":               ports(offer(), 0, 67),
		"to its address":           unicast(offer()),
		"no option 54":             offer(opt(54, "-")),
		"another xid":              offer(at(4, "XID?")),
		"another chaddr":           offer(at(28, "\x02\x00\x00\x00\x00\x43")),
		"sixteen octets of chaddr": offer(at(2, "\x10"), at(34, "guid")),
		"op of a question":         offer(at(0, "\x01")),
		"no cookie":                offer(at(236, "\x00")),
		"no address and no class":  offer(yiaddr(none)),
		"an acknowledgement":       ack(),
		"too large":                offer(opt(224, strings.Repeat("a", 255)), opt(225, strings.Repeat("a", 255)), raw(strings.Repeat("\x00", 800))),
		"empty domain name":        offer(opt(15, "")),
		"empty boot file":          offer(opt(67, "")),
		"lease time of two octets": offer(opt(51, "\x0e\x10")),
		"half a router":            offer(opt(3, "\x0a\x00")),
		"two masks":                offer(opt(1, "\xff\xff\xff\x00\xff\xff\xff\x00")),
		"client-id of one octet":   offer(opt(61, "\x01")),
		"switch of two":            offer(opt(19, "\x02")),
		"option over the end":      offer(raw("\xe0\xff\x01")),
	} {
		m, _ := firmware.New("edk2")
		m.Sends(discover())
		if m.Hears(d) == "" {
			t.Errorf("%s: it is taken", name)
		}
	}
	m, _ := firmware.New("edk2")
	m.Sends(discover())
	noEnd := offer(raw(strings.Repeat("\x00", 100)))
	noEnd.Payload = noEnd.Payload[:300]
	if m.Hears(noEnd) == "" {
		t.Error("options without an end are taken")
	}
	m.Sends(request())
	for name, d := range map[string]firmware.Datagram{
		"another server":  ack(opt(54, string(other.AsSlice()))),
		"another address": ack(yiaddr(other)),
		"an offer":        offer(),
	} {
		if m.Hears(d) == "" {
			t.Errorf("acknowledgement: %s: it is taken", name)
		}
	}
}

func TestShim(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines []line
		want  string
	}{
		{"of the acknowledgement", []line{
			sends(discover()), hears(offer(file("sb/shim.efi"))), sends(request()), hears(ack(file("sb/shim.efi"))),
		}, "tftp://10.0.0.1/sb/grubx64.efi"},
		{"without a directory", []line{
			sends(discover()), hears(offer(file("shim.efi"))), sends(request()), hears(ack(file("shim.efi"))),
		}, "tftp://10.0.0.1/grubx64.efi"},
		{"67 is not read", []line{
			sends(discover()), hears(offer(opt(67, "sb/shim.efi\x00"))), sends(request()), hears(ack(opt(67, "sb/shim.efi\x00"))),
		}, "tftp://10.0.0.1/grubx64.efi"},
		{"of the proxy", []line{
			sends(discover()), hears(offer()), hears(proxyOffer(file("sb/shim.efi"), opt(43, direct))), sends(request()), hears(ack()),
		}, "tftp://10.0.0.2/sb/grubx64.efi"},
		{"of port 4011", []line{
			sends(discover()), hears(offer()), hears(proxyOffer()), sends(request()), hears(ack()), sends(asksPort(4011)),
			hears(fromPort(4011, file("sb/shim.efi"))),
		}, "tftp://10.0.0.1/sb/grubx64.efi"},
		{"no siaddr", []line{
			sends(discover()), hears(offer(file("sb/shim.efi"))), sends(request()), hears(ack(file("sb/shim.efi"), siaddr(none))),
		}, "nothing "},
		{"options in file", []line{
			sends(discover()), hears(offer(file("sb/shim.efi"))), sends(request()), hears(ack(file("sb/shim.efi"), opt(52, "\x01"))),
		}, "nothing "},
	} {
		m := new(firmware.EDK2)
		for _, l := range tt.lines {
			if l.sends != nil {
				m.Sends(*l.sends)
			} else if why := m.Hears(*l.hears); why != "" {
				t.Errorf("%s: %s", tt.name, why)
			}
		}
		if got := m.Shim("grubx64.efi").String(); got != tt.want {
			t.Errorf("%s: shim would %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestEDK2HTTP(t *testing.T) {
	byAddress := []change{opt(60, "HTTPClient"), opt(67, "http://10.0.0.9/x.efi\x00")}
	byName := []change{opt(60, "HTTPClient"), opt(67, "http://boot/x.efi\x00")}
	dns := opt(6, string(srv.AsSlice()))
	play(t, "edk2-http", []conversation{
		{"a URL", []line{sends(discover()), hears(offer(byAddress...))}, "http://10.0.0.9/x.efi"},
		{"of the header", []line{sends(discover()), hears(offer(opt(60, "HTTPClient"), file("http://10.0.0.9/x.efi")))}, "http://10.0.0.9/x.efi"},
		{"class without a URL", []line{sends(discover()), refuses(offer(opt(60, "HTTPClient")))}, "nothing PXE-E16"},
		{"class with a path", []line{sends(discover()), refuses(offer(opt(60, "HTTPClient"), opt(67, "x.efi\x00")))}, "nothing PXE-E16"},
		{"a URL without class", []line{sends(discover()), hears(offer(opt(67, "http://10.0.0.9/x.efi\x00")))}, "nothing PXE-E16"},
		{"a class of PXE", []line{sends(discover()), hears(offer(opt(60, "PXEClient"), opt(67, "http://10.0.0.9/x.efi\x00")))}, "nothing PXE-E16"},
		{"a name and no DNS", []line{sends(discover()), hears(offer(byName...))}, "nothing PXE-E16"},
		{"a name and DNS", []line{sends(discover()), hears(offer(append(byName, dns)...))}, "http://boot/x.efi"},
		{"a name, DNS of another server", []line{sends(discover()), hears(offer(byName...)), hears(offer(dns))}, "http://boot/x.efi"},
		{"a proxy alone", []line{sends(discover()), hears(offer(append(byAddress, yiaddr(none))...))}, "nothing PXE-E16"},
		{"a proxy", []line{sends(discover()), hears(offer(append(byAddress, yiaddr(none))...)), hears(offer())}, "http://10.0.0.9/x.efi"},
		{"a proxy of PXE", []line{sends(discover()), refuses(proxyOffer()), hears(offer())}, "nothing PXE-E16"},
		{"the acknowledgement has another", []line{
			sends(discover()), hears(offer(byAddress...)), sends(request()), hears(ack(opt(67, "http://10.0.0.8/y.efi\x00"))),
		}, "http://10.0.0.9/x.efi"},
		{"an empty option", []line{sends(discover()), refuses(offer(append(byAddress, opt(15, ""))...))}, "nothing PXE-E16"},
		{"from another port", []line{sends(discover()), refuses(ports(offer(byAddress...), 4011, 0))}, "nothing PXE-E16"},
		{"acknowledged by another server", []line{
			sends(discover()), hears(offer(byAddress...)), sends(request()), refuses(ack(opt(54, string(other.AsSlice())))),
		}, "http://10.0.0.9/x.efi"},
	})
}
