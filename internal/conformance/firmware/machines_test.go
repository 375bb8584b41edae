package firmware_test

import (
	"testing"
	"time"

	"rollcall/internal/conformance/firmware"
)

func TestIPXE(t *testing.T) {
	url := "http://10.0.0.9/x.ipxe"
	pxe := opt(60, "PXEClient")
	play(t, "ipxe", []conversation{
		{"nothing heard", []line{sends(discover())}, "nothing PXE-E51"},
		{"a URL", []line{sends(discover()), hears(offer(file(url)))}, url},
		{"a path", []line{sends(discover()), hears(offer(file("x.ipxe")))}, "tftp://10.0.0.1/x.ipxe"},
		{"a path and no siaddr", []line{sends(discover()), hears(offer(file("x.ipxe"), siaddr(none)))}, "nothing "},
		{"the header before 67", []line{sends(discover()), hears(offer(file("a.ipxe"), opt(67, "b.ipxe")))}, "tftp://10.0.0.1/a.ipxe"},
		{"67 alone", []line{sends(discover()), hears(offer(opt(67, url)))}, url},
		{"no file", []line{sends(discover()), hears(offer())}, "nothing PXE-E53"},
		{"a proxy", []line{sends(discover()), hears(offer()), hears(proxyOffer(file(url)))}, url},
		{"a proxy without siaddr", []line{sends(discover()), hears(offer()), hears(proxyOffer(file(url), siaddr(none)))}, "pxe-port 10.0.0.2"},
		{"a proxy without a file", []line{sends(discover()), hears(offer()), hears(proxyOffer())}, "pxe-port 10.0.0.2"},
		{"its own class and no file", []line{sends(discover()), hears(offer(pxe))}, "pxe-port 10.0.0.1"},
		{"a file beside a proxy", []line{sends(discover()), hears(offer(file("a.ipxe"))), hears(proxyOffer(file(url)))}, "tftp://10.0.0.1/a.ipxe"},
		{"no proxies wanted", []line{sends(discover()), hears(offer(opt(175, "\xb0\x01\x01"))), hears(proxyOffer(file(url)))}, "nothing PXE-E53"},
		{"port 4011 answers", []line{
			sends(discover()), hears(offer()), hears(proxyOffer(opt(54, string(srv.AsSlice())))), sends(asksPort(68)), hears(fromPort(68, file(url))),
		}, url},
		{"port 67 answers for it", []line{
			sends(discover()), hears(offer()), hears(proxyOffer(opt(54, string(srv.AsSlice())))), sends(asksPort(68)),
			refuses(ports(fromPort(68, file(url)), 67, 0)),
		}, "pxe-port 10.0.0.1"},
		{"port 4011 of another", []line{
			sends(discover()), hears(offer()), hears(proxyOffer()), sends(asksPort(68)), refuses(fromPort(68, file(url))),
		}, "pxe-port 10.0.0.2"},
		{"port 4011 without a file", []line{
			sends(discover()), hears(offer()), hears(proxyOffer(opt(54, string(srv.AsSlice())))), sends(asksPort(68)), refuses(fromPort(68)),
		}, "pxe-port 10.0.0.1"},
		{"offer from port 4011", []line{sends(discover()), refuses(ports(offer(file(url)), 4011, 0))}, "nothing PXE-E51"},
		{"to port 4011", []line{sends(discover()), refuses(ports(offer(file(url)), 0, 4011))}, "nothing PXE-E51"},
		{"another xid", []line{sends(discover()), refuses(offer(at(4, "XID?")))}, "nothing PXE-E51"},
		{"no address and no class", []line{sends(discover()), refuses(offer(yiaddr(none)))}, "nothing PXE-E51"},
		{"acknowledged by another", []line{
			sends(discover()), hears(offer(file(url))), sends(request()), refuses(ack(file("y"), opt(54, string(other.AsSlice())))),
		}, url},
		{"acknowledged from port 4011", []line{
			sends(discover()), hears(offer(file(url))), sends(request()), refuses(ports(ack(file("y")), 4011, 0)),
		}, url},
		{"refused", []line{sends(discover()), hears(offer(file(url))), sends(request()), hears(toAll(answers(6)))}, "nothing PXE-E51"},
		{"menu", []line{sends(discover()), hears(offer(pxe, opt(43, menu+prompt)))}, "menu 5, 1 Install, 0 Disk..."},
		{"menu of a longer class", []line{sends(discover()), hears(offer(opt(60, "PXEClient:x"), opt(43, menu+prompt)))}, "nothing PXE-E53"},
		{"item", []line{
			sends(discover()), hears(offer(pxe, opt(43, menu+prompt))), sends(request()), hears(ack(pxe, opt(43, menu+prompt))),
			sends(asksPort(68, opt(43, "\x47\x04\x00\x01\x00\x00\xff"))),
			hears(fromPort(68, file("i.efi"), opt(43, "\x47\x04\x00\x01\x00\x00\xff"))),
		}, "tftp://10.0.0.1/i.efi"},
		{"another item", []line{
			sends(discover()), hears(offer(file(url))), sends(asksPort(68, opt(43, "\x47\x04\x00\x01\x00\x00\xff"))),
			refuses(fromPort(68, file("i.efi"), opt(43, "\x47\x04\x00\x02\x00\x00\xff"))),
		}, url},
	})
}

func TestIPXEWaits(t *testing.T) {
	for _, tt := range []struct {
		name  string
		offer firmware.Datagram
		want  time.Duration
	}{
		{"plain", offer(file("x")), 2 * time.Second},
		{"no proxies wanted", offer(file("x"), opt(175, "\xb0\x01\x01")), 0},
		{"175 that says no", offer(file("x"), opt(175, "\xb0\x01\x00")), 2 * time.Second},
		{"with class", offer(file("x"), opt(60, "PXEClient")), 0},
	} {
		m := new(firmware.IPXE)
		m.Sends(discover())
		m.Hears(tt.offer)
		if got := m.Next().Wait; got != tt.want {
			t.Errorf("%s: it waits %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestROM(t *testing.T) {
	pxe := opt(60, "PXEClient")
	play(t, "rom", []conversation{
		{"nothing heard", []line{sends(discover())}, "nothing PXE-E51"},
		{"a file", []line{sends(discover()), hears(offer(opt(67, "x.0\x00")))}, "tftp://10.0.0.1/x.0"},
		{"the header", []line{sends(discover()), hears(offer(file("x.0")))}, "tftp://10.0.0.1/x.0"},
		{"without a zero it reads on", []line{sends(discover()), hears(offer(opt(67, "x.0")))}, "tftp://10.0.0.1/x.0\xff"},
		{"no file", []line{sends(discover()), hears(offer())}, "nothing PXE-E53"},
		{"a proxy alone", []line{sends(discover()), hears(proxyOffer(file("x.0"), opt(43, direct)))}, "nothing PXE-E52"},
		{"a proxy", []line{sends(discover()), hears(offer()), hears(proxyOffer(file("x.0"), opt(43, direct)))}, "tftp://10.0.0.2/x.0"},
		{"a proxy without 43", []line{sends(discover()), hears(offer()), hears(proxyOffer(file("x.0")))}, "pxe-port 10.0.0.2"},
		{"43 without its end", []line{sends(discover()), refuses(offer(pxe, file("x.0"), opt(43, direct[:3])))}, "nothing PXE-E51"},
		{"43 out of order", []line{sends(discover()), refuses(offer(pxe, file("x.0"), opt(43, "\x0a\x01\x00\x06\x01\x08\xff")))}, "nothing PXE-E51"},
		{"43 cut short", []line{sends(discover()), refuses(offer(pxe, file("x.0"), opt(43, "\x06\x09\x08\xff")))}, "nothing PXE-E51"},
		{"options in file", []line{sends(discover()), refuses(offer(file("x.0"), opt(52, "\x01")))}, "nothing PXE-E51"},
		{"no option 54", []line{sends(discover()), refuses(offer(file("x.0"), opt(54, "-")))}, "nothing PXE-E51"},
		{"another port", []line{sends(discover()), refuses(ports(offer(file("x.0")), 4011, 0))}, "nothing PXE-E51"},
		{"another xid", []line{sends(discover()), refuses(offer(file("x.0"), at(4, "XID?")))}, "nothing PXE-E51"},
		{"acknowledged without an address", []line{
			sends(discover()), hears(offer(file("x.0"))), sends(request()), refuses(ack(yiaddr(none))),
		}, "tftp://10.0.0.1/x.0"},
		{"menu", []line{sends(discover()), hears(offer(pxe, opt(43, menu+prompt)))}, "menu 5, 1 Install, 0 Disk..."},
		{"menu without a prompt", []line{sends(discover()), hears(offer(pxe, opt(43, menu+"\xff")))}, "nothing PXE-E74"},
		{"no broadcast and no list", []line{
			sends(discover()), hears(offer(pxe, opt(43, "\x06\x01\x07\x09\x05\x00\x01\x02ab\x0a\x05\x05Boot\xff"))),
		}, "nothing PXE-E78"},
		{"port 4011 answers", []line{
			sends(discover()), hears(offer()), hears(proxyOffer()), sends(asksPort(68)), hears(fromPort(68, file("y.0"))),
		}, "tftp://10.0.0.1/y.0"},
		{"port 67 answers for it", []line{
			sends(discover()), hears(offer()), hears(proxyOffer()), sends(asksPort(68)), refuses(ports(fromPort(68, file("y.0")), 67, 0)),
		}, "pxe-port 10.0.0.2"},
		{"port 4011 has no file", []line{
			sends(discover()), hears(offer()), hears(proxyOffer()), sends(asksPort(68)), refuses(fromPort(68)),
		}, "pxe-port 10.0.0.2"},
	})
}

func TestUBoot(t *testing.T) {
	play(t, "u-boot", []conversation{
		{"nothing heard", []line{sends(discover())}, "nothing "},
		{"siaddr and file", []line{sends(discover()), hears(offer(file("boot.scr")))}, "tftp://10.0.0.1/boot.scr"},
		{"67", []line{sends(discover()), hears(offer(opt(67, "boot.scr")))}, "tftp://10.0.0.1/boot.scr"},
		{"66 for siaddr", []line{sends(discover()), hears(offer(file("boot.scr"), siaddr(none), opt(66, "10.0.0.1")))}, "nothing "},
		{"a URL", []line{sends(discover()), hears(offer(file("http://10.0.0.1/boot.scr")))}, "nothing "},
		{"a proxy", []line{sends(discover()), refuses(proxyOffer(file("boot.scr")))}, "nothing "},
		{"padding before the end", []line{sends(discover()), refuses(offer(file("boot.scr"), raw("\x00")))}, "nothing "},
		{"options in file", []line{sends(discover()), refuses(offer(file("boot.scr"), opt(52, "\x01")))}, "nothing "},
		{"sixteen octets of chaddr", []line{sends(discover()), refuses(offer(file("boot.scr"), at(2, "\x10")))}, "nothing "},
		{"the acknowledgement decides", []line{
			sends(discover()), hears(offer(file("boot.scr"))), sends(request()), hears(ack(file("other.scr"))),
		}, "tftp://10.0.0.1/other.scr"},
	})
}

func TestRaspberryPi(t *testing.T) {
	pi := []change{opt(60, "PXEClient"), opt(43, "\x06\x01\x03\x0a\x04\x00PXE\x09\x14\x00\x00\x11Raspberry Pi Boot\xff")}
	with := func(more ...change) []change { return append(append([]change{}, pi...), more...) }
	play(t, "raspberry-pi", []conversation{
		{"nothing heard", []line{sends(discover())}, "nothing "},
		{"its name and 66", []line{sends(discover()), hears(offer(with(opt(66, "10.0.0.9"))...))}, "tftp://10.0.0.9/bootcode.bin"},
		{"its name and siaddr", []line{sends(discover()), hears(offer(pi...))}, "tftp://10.0.0.1/bootcode.bin"},
		{"66 with a name", []line{sends(discover()), hears(offer(with(opt(66, "boot.example.org"))...))}, "nothing "},
		{"a file alone", []line{sends(discover()), hears(offer(file("bootcode.bin")))}, "nothing "},
		{"its name without class", []line{sends(discover()), hears(offer(pi[1]))}, "nothing "},
		{"padding before the end", []line{sends(discover()), refuses(offer(with(raw("\x00"))...))}, "nothing "},
		{"acknowledged without its name", []line{
			sends(discover()), hears(offer(pi...)), sends(request()), hears(ack()),
		}, "nothing "},
		{"from another port", []line{sends(discover()), refuses(ports(offer(pi...), 4011, 0))}, "nothing "},
	})
}

func TestNames(t *testing.T) {
	for _, name := range firmware.Names() {
		m, err := firmware.New(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		// Whatever arrives, it stays upright, before it has asked and after.
		for range 2 {
			for n := range 300 {
				d := offer()
				d.Payload = d.Payload[:min(n, len(d.Payload))]
				m.Hears(d)
			}
			m.Next()
			m.Sends(discover())
		}
	}
	if _, err := firmware.New("coreboot"); err == nil {
		t.Error("a firmware that nobody has a model of is found")
	}
}
