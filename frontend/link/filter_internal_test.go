package link

import (
	"encoding/binary"
	"testing"

	"golang.org/x/net/bpf"
)

// The filter is an unexported program: what the kernel does with it is seen in
// the namespace tests, its decisions case by case here. The part that looks at
// kernel metadata is beyond the virtual machine.
func TestPortFilter(t *testing.T) {
	frame := func(change func(f []byte)) []byte {
		f := testFrame(t, "hello", 68, 67)
		if change != nil {
			change(f)
		}
		return f
	}
	tests := []struct {
		name  string
		frame []byte
		ports []uint16
		want  bool
	}{
		{"dhcp", frame(nil), []uint16{67}, true},
		{"first of two ports", frame(nil), []uint16{67, 4011}, true},
		{"second of two ports", testFrame(t, "x", 68, 4011), []uint16{67, 4011}, true},
		{"pxe port not served", testFrame(t, "x", 68, 4011), []uint16{67}, false},
		{"to one client", testFrame(t, "x", 67, 68), []uint16{67, 4011}, false},
		{"another server to all", toAll(testFrame(t, "x", 67, 68)), []uint16{67}, true},
		{"another server to all, with ip options", withIPOptions(toAll(testFrame(t, "x", 67, 68))), []uint16{67, 4011}, true},
		{"another boot server to all", toAll(testFrame(t, "x", 4011, 68)), []uint16{67}, true},
		{"a client to all clients", toAll(testFrame(t, "x", 68, 68)), []uint16{67, 4011}, false},
		{"a server to all servers of another kind", toAll(testFrame(t, "x", 67, 69)), []uint16{67, 4011}, false},
		{"another server to a group", toGroup(testFrame(t, "x", 67, 68)), []uint16{67, 4011}, false},
		{"ip options", withIPOptions(frame(nil)), []uint16{67}, true},
		{"arp", frame(func(f []byte) { binary.BigEndian.PutUint16(f[12:], 0x0806) }), []uint16{67}, false},
		{"tcp", frame(func(f []byte) { f[23] = 6 }), []uint16{67}, false},
		{"first fragment", frame(func(f []byte) { f[20] = 0x20 }), []uint16{67}, false},
		{"later fragment", frame(func(f []byte) { f[21] = 0x10 }), []uint16{67}, false},
		{"don't fragment", frame(func(f []byte) { f[20] = 0x40 }), []uint16{67}, true},
		{"cut in the udp header", frame(nil)[:35], []uint16{67}, false},
		{"empty", nil, []uint16{67}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			vm, err := bpf.NewVM(portFilter(tt.ports))
			if err != nil {
				t.Fatal(err)
			}
			n, err := vm.Run(tt.frame)
			if err != nil {
				t.Fatal(err)
			}
			if got := n > 0; got != tt.want {
				t.Errorf("accepted: %v, want %v", got, tt.want)
			}
			if tt.want && n < len(tt.frame) {
				t.Errorf("cut to %d of %d bytes", n, len(tt.frame))
			}
		})
	}
}

// toAll makes a frame one for every host on the link.
func toAll(f []byte) []byte {
	copy(f, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	return f
}

// toGroup makes a frame one that is almost for every host.
func toGroup(f []byte) []byte {
	copy(f, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xfd})
	return f
}

func TestFiltersAssemble(t *testing.T) {
	if _, err := assemble(metaFilter(), portFilter([]uint16{67, 4011})); err != nil {
		t.Error(err)
	}
	if _, err := assemble(refuseAll()); err != nil {
		t.Error(err)
	}
}
