package arch_test

import (
	"testing"

	"rollcall/internal/arch"
)

func TestOf(t *testing.T) {
	for _, tt := range []struct {
		code        uint16
		name        string
		http, known bool
	}{
		{0, "bios", false, true},
		{6, "uefi-x86", false, true},
		{7, "uefi-x64", false, true},
		{9, "uefi-x64", false, true}, // as firmware says that follows the letter of RFC 4578
		{11, "uefi-arm64", false, true},
		{15, "uefi-x86", true, true},
		{16, "uefi-x64", true, true},
		{17, "uefi-x64", true, true},
		{19, "uefi-arm64", true, true},
		{20, "bios", true, true},
		{22, "uboot-arm64", false, true},
		{24, "uboot-arm64", true, true},
		{28, "uefi-riscv64", true, true},
		{40, "uefi-loongarch64", true, true},
		{41, "rpi", false, true},
		{42, "arch-42", false, false},
		{0xffff, "arch-65535", false, false},
	} {
		f, http, known := arch.Of(tt.code)
		if f.String() != tt.name || http != tt.http || known != tt.known {
			t.Errorf("%d is %s (HTTP %v, known %v), want %s (%v, %v)", tt.code, f, http, known, tt.name, tt.http, tt.known)
		}
	}
}

// Every type has a name that leads back to it, and belongs to one kind.
func TestNames(t *testing.T) {
	kinds := map[arch.Firmware]bool{}
	for code := range 1 << 16 {
		f, _, known := arch.Of(uint16(code))
		if got, err := arch.Parse(f.String()); err != nil || got != f {
			t.Fatalf("%d is %s, which is %v (%v)", code, f, got, err)
		}
		if known {
			kinds[f] = true
		}
	}
	if len(kinds) != len(arch.Names()) {
		t.Errorf("%d kinds have %d names", len(kinds), len(arch.Names()))
	}
	for _, name := range arch.Names() {
		f, err := arch.Parse(name)
		if err != nil || !kinds[f] || f.String() != name {
			t.Errorf("%s is %v (%v)", name, f, err)
		}
	}
}

func TestParse(t *testing.T) {
	if f, err := arch.Parse("arch-16"); err != nil || f != arch.X64 {
		t.Errorf("arch-16 is %v (%v), want uefi-x64", f, err)
	}
	for _, wrong := range []string{"", "efi", "UEFI-X64", "arch-", "arch-65536", "arch--1", "7"} {
		if f, err := arch.Parse(wrong); err == nil {
			t.Errorf("%q is %v", wrong, f)
		}
	}
}
