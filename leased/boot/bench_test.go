package boot_test

import (
	"testing"

	"rollcall/leased/boot"
)

// An ordinary client costs no allocation; one that boots a few, for the options and the names that are made for it.
func BenchmarkMayBoot(b *testing.B) {
	m := boot.Message{VendorClass: []byte("MSFT 5.0"), Requested: []byte{1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252}, Hardware: chaddr}
	b.ReportAllocs()
	for b.Loop() {
		if boot.MayBoot(&m, nil) {
			b.Fatal("Windows boots from its disk")
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	l, p := hall(), here()
	for _, bb := range []struct {
		name string
		m    boot.Message
	}{{"bios", bios()}, {"ipxe", ipxe(0x13)}, {"ordinary", message("MSFT 5.0")}} {
		b.Run(bb.name, func(b *testing.B) {
			var c boot.Client // part of what outlives the decision
			b.ReportAllocs()
			for b.Loop() {
				c = boot.Read(&bb.m, l)
				if a := boot.Decide(&c, l, p); a.Silent {
					b.Fatal(a.Reason)
				}
			}
		})
	}
}
