package packet_test

import (
	"testing"

	"rollcall/frontend/packet"
	"rollcall/internal/option"
)

// The read loop must not make garbage: at thousands of packets a second the
// collector is what a client would wait for.
func TestNoAllocations(t *testing.T) {
	var m packet.Message
	simple, parts, broken := pxe(), split(), raw(12, 255)
	r, long := offer(), offer()
	long.File = ""
	for range 60 {
		long.Options = long.Options.AppendString(option.RootPath, "overflows")
	}
	boot, crowded := *r, *long
	boot.Boot, crowded.Boot = true, true
	told, _ := packet.AppendReply(nil, parse(t, simple), r)
	list := make(option.List, 0, 1500)
	out := make([]byte, 0, 1500)
	tests := map[string]func(){
		"parse":          func() { m.Parse(simple) },
		"parse in parts": func() { m.Parse(parts) },
		"parse broken":   func() { m.Parse(broken) },
		"options":        func() { m.Parse(parts); list = m.AppendOptions(list[:0]) },
		"reply":          func() { m.Parse(simple); out, _ = packet.AppendReply(out[:0], &m, r) },
		"reply overflow": func() { m.Parse(parts); out, _ = packet.AppendReply(out[:0], &m, long) },
		"boot":           func() { m.Parse(simple); out, _ = packet.AppendReply(out[:0], &m, &boot) },
		"boot overflow":  func() { m.Parse(parts); out, _ = packet.AppendReply(out[:0], &m, &crowded) },
		"foreign":        func() { _, _ = m.ParseForeign(told) },
		"reply to":       func() { m.Parse(simple); packet.ReplyTo(&m, r, relaySource) },
	}
	for name, f := range tests {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
