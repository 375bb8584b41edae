package config

import (
	"fmt"
	"strconv"
	"strings"

	"rollcall/internal/arch"
)

// foreignFirmware are the names that other servers and other people have for kinds of firmware.
var foreignFirmware = map[string]string{
	"x86pc": "bios", "pcbios": "bios", "legacy": "bios", "i386": "bios", "x86": "bios or uefi-x86",
	"ia32_efi": "uefi-x86", "efi32": "uefi-x86", "ia32": "uefi-x86",
	"x86-64_efi": "uefi-x64", "bc_efi": "uefi-x64", "efi64": "uefi-x64", "x64": "uefi-x64", "x86_64": "uefi-x64", "amd64": "uefi-x64",
	"uefi": "uefi-x64 or another one of uefi-…", "efi": "uefi-x64 or another one of uefi-…",
	"arm32_efi": "uefi-arm32", "arm32": "uefi-arm32", "arm": "uefi-arm32 or uboot-arm32",
	"arm64_efi": "uefi-arm64", "arm64": "uefi-arm64 or uboot-arm64", "aarch64": "uefi-arm64 or uboot-arm64",
	"riscv64": "uefi-riscv64", "loong64": "uefi-loongarch64", "raspberry-pi": "rpi", "ia64_efi": "uefi-itanium", "pc98": "nec-pc98",
}

// parseFirmware reads the name of a kind of firmware. One by number must be one without a name, so that each has one name only.
func parseFirmware(s string) (arch.Firmware, *problem) {
	f, err := arch.Parse(s)
	switch {
	case err == nil && f.String() == s:
		return f, nil
	case err == nil:
		return f, &problem{fmt.Sprintf("%s is called %s", s, f), "write " + f.String()}
	case strings.HasPrefix(s, "arch-"):
		return f, &problem{fmt.Sprintf("%q: %v", s, err), "write the number of option 93, as in arch-42"}
	}
	if s == "ipxe" {
		return f, &problem{`"ipxe" is no kind of firmware`, "write ipxe: beside files:, with what every iPXE fetches"}
	}
	if code, err := strconv.ParseUint(s, 10, 16); err == nil {
		f, _, _ := arch.Of(uint16(code))
		return f, &problem{fmt.Sprintf("%q is no kind of firmware", s), "write " + f.String()}
	}
	hint := "write one of " + strings.Join(arch.Names(), ", ") + ", or arch-42 for one without a name"
	if ours, ok := foreignFirmware[strings.ToLower(s)]; ok {
		hint = "write " + ours
	} else if near := Nearest(strings.ToLower(s), arch.Names()); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return f, &problem{fmt.Sprintf("%q is no kind of firmware", s), hint}
}
