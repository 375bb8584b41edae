package service

import (
	"bufio"
	"encoding/hex"
	"io"
	"os"
	"strings"

	"rollcall/internal/hwaddr"
	"rollcall/leased/engine"
)

// vendorLists is where distributions install the list of the IEEE (Debian: ieee-data or hwdata).
var vendorLists = []string{"/usr/share/ieee-data/oui.txt", "/usr/share/hwdata/oui.txt", "/usr/share/misc/oui.txt"}

// vendors maps the first three octets of a hardware address (MA-L) to who makes it. It is empty where no list is installed.
type vendors map[[3]byte]string

// loadVendors reads the first list that is installed.
func loadVendors(paths []string) vendors {
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			continue
		}
		defer f.Close()
		return readVendors(f)
	}
	return nil
}

// readVendors reads lines such as "00-22-72   (hex)		American Micro-Fuel Device Corp." and passes over all others.
func readVendors(r io.Reader) vendors {
	v := vendors{}
	for lines := bufio.NewScanner(r); lines.Scan(); {
		prefix, name, ok := strings.Cut(lines.Text(), "(hex)")
		if !ok {
			continue
		}
		var key [3]byte
		digits := strings.ReplaceAll(strings.TrimSpace(prefix), "-", "")
		if n, err := hex.Decode(key[:], []byte(digits[:min(len(digits), 6)])); err == nil && n == len(key) {
			v[key] = strings.ToValidUTF8(strings.TrimSpace(name), "?") // or no event of such a machine could be sent
		}
	}
	return v
}

// of returns the maker, or "" for one that is not listed and for a randomised address, which says nothing of its maker.
func (v vendors) of(hw engine.HW) string {
	if hw.Type != 1 || hw.Len != 6 || hwaddr.Randomised(hw.Octets[:6]) {
		return ""
	}
	return v[[3]byte(hw.Octets[:3])]
}
