// Package arch names the processor architecture types of machines that boot from the network (option 93, RFC 4578 §2.1, IANA
// registry "Processor Architecture Types"). The configuration names boot files by them, and what is shown to people too.
package arch

import (
	"fmt"
	"strconv"
	"strings"
)

// Firmware is a kind of firmware, apart from how it fetches: the architecture type of the one that fetches by TFTP. A type that
// nobody has registered is a kind of its own.
type Firmware uint16

// The kinds that rules know by name.
const (
	BIOS  Firmware = 0
	X86   Firmware = 6
	X64   Firmware = 7
	ARM32 Firmware = 10
	ARM64 Firmware = 11
	RPi   Firmware = 41
)

// kind is a line of the registry: the name of a kind of firmware and the types that stand for it.
type kind struct {
	name string
	// tftp are the types of those that fetch by TFTP, http of those that fetch by HTTP. The first of tftp is the Firmware.
	tftp, http []uint16
}

// kinds are those of the registry. RFC 4578 has the numbers 7 and 9 the wrong way round (its erratum, and the registry, say so),
// and firmware from before the erratum sends 9 on x64; no machine boots EFI byte code.
var kinds = []kind{
	{"bios", []uint16{0}, []uint16{20}},
	{"nec-pc98", []uint16{1}, nil},
	{"uefi-itanium", []uint16{2}, nil},
	{"dec-alpha", []uint16{3}, nil},
	{"arc-x86", []uint16{4}, nil},
	{"intel-lean", []uint16{5}, nil},
	{"uefi-x86", []uint16{6}, []uint16{15}},
	{"uefi-x64", []uint16{7, 9}, []uint16{16, 17}},
	{"uefi-xscale", []uint16{8}, nil},
	{"uefi-arm32", []uint16{10}, []uint16{18}},
	{"uefi-arm64", []uint16{11}, []uint16{19}},
	{"powerpc-openfirmware", []uint16{12}, nil},
	{"powerpc-epapr", []uint16{13}, nil},
	{"powerpc-opal", []uint16{14}, nil},
	{"uboot-arm32", []uint16{21}, []uint16{23}},
	{"uboot-arm64", []uint16{22}, []uint16{24}},
	{"uefi-riscv32", []uint16{25}, []uint16{26}},
	{"uefi-riscv64", []uint16{27}, []uint16{28}},
	{"uefi-riscv128", []uint16{29}, []uint16{30}},
	{"s390", []uint16{31}, nil},
	{"s390-extended", []uint16{32}, nil},
	{"uefi-mips32", []uint16{33}, nil},
	{"uefi-mips64", []uint16{34}, nil},
	{"uefi-sunway32", []uint16{35}, nil},
	{"uefi-sunway64", []uint16{36}, nil},
	{"uefi-loongarch32", []uint16{37}, []uint16{38}},
	{"uefi-loongarch64", []uint16{39}, []uint16{40}},
	{"rpi", []uint16{41}, nil},
}

// registered is one type of the registry.
type registered struct {
	firmware Firmware
	http     bool
	known    bool
}

var (
	byCode [42]registered
	byName = map[string]Firmware{}
	names  = map[Firmware]string{}
)

func init() {
	for _, k := range kinds {
		f := Firmware(k.tftp[0])
		byName[k.name], names[f] = f, k.name
		for _, code := range k.tftp {
			byCode[code] = registered{f, false, true}
		}
		for _, code := range k.http {
			byCode[code] = registered{f, true, true}
		}
	}
}

// Of returns the kind of firmware of an architecture type, and whether it is one that fetches by HTTP. known is false for a type that
// nobody has registered, which is a kind of its own.
func Of(code uint16) (f Firmware, http, known bool) {
	if int(code) < len(byCode) {
		if r := byCode[code]; r.known {
			return r.firmware, r.http, true
		}
	}
	return Firmware(code), false, false
}

// String returns the name, such as uefi-x64, or arch-42 for a type without one.
func (f Firmware) String() string {
	if name, ok := names[f]; ok {
		return name
	}
	return "arch-" + strconv.Itoa(int(f))
}

// IsUEFI reports whether it is a kind of UEFI.
func (f Firmware) IsUEFI() bool { return strings.HasPrefix(names[f], "uefi-") }

// Names returns the names in the order of the registry.
func Names() []string {
	list := make([]string, len(kinds))
	for i, k := range kinds {
		list[i] = k.name
	}
	return list
}

// Parse reads what String writes. A number of the registry as arch-16 stands for the kind that it belongs to. The error says what is
// wrong, without the text.
func Parse(s string) (Firmware, error) {
	if f, ok := byName[s]; ok {
		return f, nil
	}
	if number, ok := strings.CutPrefix(s, "arch-"); ok {
		code, err := strconv.ParseUint(number, 10, 16)
		if err != nil {
			return 0, fmt.Errorf("an architecture by number is arch-0 to arch-65535")
		}
		f, _, _ := Of(uint16(code))
		return f, nil
	}
	return 0, fmt.Errorf("no architecture has this name")
}
