package engine_test

import (
	"testing"

	"rollcall/internal/arch"
	"rollcall/internal/option"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
)

// What booting costs: nothing to those who do not, whatever is configured, and little to those who do.
func TestBootAllocatesLittle(t *testing.T) {
	for _, configured := range []bool{false, true} {
		w := newBenchWorld(0, 100)
		if configured {
			scope := &w.s.Plan().Subnets[0].Pools[0].Scope
			scope.Boot = &boot.Settings{
				File:  boot.Says("pxelinux.0", "global"),
				Files: []boot.FirmwareFile{{Firmware: arch.X64, Value: boot.Says("ipxe.efi", "global")}},
				IPXE:  boot.Says("http://10.0.0.1/{mac}.ipxe", "global"),
			}
		}
		for i, test := range []struct {
			name    string
			options option.List
			want    float64
		}{
			{"nobody", nil, 0},
			{"desktop", windows(1), 0},
			{"router", option.List(nil).AppendString(option.VendorClass, "PIXClient"), 0},
			{"UEFI", firmware("uefi"), 3},
			{"iPXE", firmware("ipxe"), 8},
		} {
			selects := option.List(nil).AppendUint32(option.ServerID, uint32(ip("10.0.0.1"))).
				AppendUint32(option.RequestedAddress, uint32(ip("10.1.0.1"))+uint32(i))
			for _, typ := range []engine.MessageType{engine.Discover, engine.Request} {
				more := test.options
				if typ == engine.Request {
					more = append(append(option.List(nil), more...), selects...)
				}
				q := w.query(typ, benchHW(0x30, i), more)
				decide := func() {
					q.Index()
					if d := w.heed(q); d.Kind != engine.Offer && d.Kind != engine.Ack {
						t.Fatal(test.name, d.Kind, d.Reason)
					}
				}
				for range 10 {
					decide()
				}
				got := testing.AllocsPerRun(100, decide)
				if got > test.want {
					t.Errorf("%v of %s, booting configured: %v: %v allocations, want %v", typ, test.name, configured, got, test.want)
				} else {
					t.Logf("%v of %s, booting configured: %v: %v", typ, test.name, configured, got)
				}
			}
		}
	}
}
