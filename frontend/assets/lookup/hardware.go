package lookup

import (
	"path"
	"strings"

	"rollcall/internal/hwaddr"
)

// Hardware returns the Ethernet address that an element of the path is, whatever its extension, or the empty string:
// boot/52-54-00-00-00-01.ipxe, menu/525400000001, pxelinux.cfg/01-52-54-00-00-00-01 (hardware type 1 in front).
func Hardware(asked string) string {
	for element := range strings.FieldsFuncSeq(asked, func(r rune) bool { return r == '/' || r == '\\' }) {
		element = strings.TrimSuffix(element, path.Ext(element))
		if len(element) == len("01-52-54-00-00-00-01") {
			element = strings.TrimPrefix(element, "01-")
		}
		switch len(element) {
		case len("525400000001"), len("52-54-00-00-00-01"):
			if a, err := hwaddr.Parse(element); err == nil {
				return a.String()
			}
		}
	}
	return ""
}
