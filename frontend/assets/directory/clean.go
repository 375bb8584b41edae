package directory

import (
	"strings"

	"rollcall/frontend/assets/refusal"
)

// maxPath is the longest path that is looked at, in octets. The boot file of a DHCP message has at most 255.
const maxPath = 1024

// Clean returns the path that asked names below the directory, with slashes and without one in front; or why it names none.
//
// Firmware writes \EFI\boot.efi, //boot.efi and /boot.efi; all mean the same. Old boot ROMs take the end of the option area along
// as an octet 255. A path may go up as long as it does not leave the directory.
func Clean(asked string) (string, refusal.Reason) {
	if len(asked) > maxPath {
		return "", refusal.Malformed
	}
	asked = strings.TrimSuffix(asked, "\xff")
	var parts []string
	for _, part := range strings.FieldsFunc(asked, func(r rune) bool { return r == '/' || r == '\\' }) {
		switch part {
		case ".":
		case "..":
			if len(parts) == 0 {
				return "", refusal.Outside
			}
			parts = parts[:len(parts)-1]
		default:
			if strings.ContainsFunc(part, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				return "", refusal.Malformed
			}
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return "", refusal.Directory
	}
	return strings.Join(parts, "/"), ""
}
