package config_test

import (
	"bytes"
	"fmt"
	"testing"

	"rollcall/internal/config"
)

// BenchmarkParse reads a file of the size of a large registered network.
func BenchmarkParse(b *testing.B) {
	var file bytes.Buffer
	file.WriteString("leased:\n  subnets:\n    - {name: hall, prefix: 10.0.0.0/8}\n  reservations:\n")
	const reservations = 100_000
	for i := range reservations {
		n := i + 1
		fmt.Fprintf(&file, "    - {mac: 08:00:27:%02x:%02x:%02x, subnet: hall, address: 10.%d.%d.%d, hostname: desk-%d}\n",
			n>>16, n>>8&255, n&255, n>>16, n>>8&255, n&255, n)
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := config.Parse("rollcall.yaml", file.Bytes()); err != nil {
			b.Fatal(err)
		}
	}
}
