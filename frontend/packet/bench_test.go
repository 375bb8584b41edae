package packet_test

import (
	"testing"

	"rollcall/frontend/packet"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
)

// pxe is a DISCOVER of UEFI firmware behind a relay, the longest usual query.
func pxe() []byte {
	return dhcptest.Discover(mac, dhcptest.Giaddr("10.1.0.1"), dhcptest.MaxSize(1472),
		dhcptest.VendorClass("PXEClient:Arch:00007:UNDI:003000"), dhcptest.Arch(7), dhcptest.Option(94, []byte{1, 3, 0}),
		dhcptest.Option(97, make([]byte, 17)), dhcptest.ClientID("01020000000001"), dhcptest.HostName("node-0001"),
		dhcptest.PRL(1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97, 128, 129),
		dhcptest.RelayInfo(dhcptest.CircuitID("eth0/7"), dhcptest.RemoteID("switch-12")))
}

func offer() *packet.Reply {
	opts := lease().AppendAddr(option.Router, server).AppendAddr(option.DomainNameServer, server, yours).
		AppendString(option.DomainName, "lan.example.org").AppendUint32(option.RenewalTime, 1800).
		AppendUint32(option.RebindingTime, 3150).AppendString(option.VendorClass, "PXEClient").Append(option.VendorSpecific, []byte{6, 1, 8, 255})
	return &packet.Reply{Type: packet.Offer, YIAddr: yours, SIAddr: server, File: "ipxe.efi", Options: opts}
}

// split is a query with options in parts and in the header fields.
func split() []byte {
	b := patch(raw(53, 1, 1, 52, 1, 3, 12, 1, 'm', 12, 1, 'n', 61, 2, 1, 2, 255), 108, 12, 1, 'f', 255)
	return patch(b, 44, 15, 1, 's', 255)
}

func BenchmarkParse(b *testing.B) {
	for name, in := range map[string][]byte{"pxe": pxe(), "parts": split()} {
		b.Run(name, func(b *testing.B) {
			var m packet.Message
			b.ReportAllocs()
			for b.Loop() {
				if m.Parse(in) != packet.OK {
					b.Fatal("not parsed")
				}
			}
		})
	}
}

func BenchmarkAppendOptions(b *testing.B) {
	m := parse(b, pxe())
	list := make(option.List, 0, 1500)
	b.ReportAllocs()
	for b.Loop() {
		list = m.AppendOptions(list[:0])
	}
}

func BenchmarkAppendReply(b *testing.B) {
	q, r := parse(b, pxe()), offer()
	out := make([]byte, 0, 1500)
	b.ReportAllocs()
	for b.Loop() {
		out, _ = packet.AppendReply(out[:0], q, r)
	}
}
