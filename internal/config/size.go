package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Size is a number of bytes, written as such or with a unit: 65536, 64KiB, 4MiB, 16GiB.
type Size int64

// units are those of sizes, the largest first.
var units = []struct {
	name  string
	bytes Size
}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// String returns the size as it is written in the file.
func (s Size) String() string {
	for _, u := range units {
		if s >= u.bytes && s%u.bytes == 0 {
			return strconv.FormatInt(int64(s/u.bytes), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}

func (v value) size(fallback, low, high Size) Size {
	return read(v, fallback, func(s string) (Size, *problem) {
		digits, unit := s, Size(1)
		for _, u := range units {
			if d, ok := strings.CutSuffix(s, u.name); ok {
				digits, unit = strings.TrimSpace(d), u.bytes
			}
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n < 0 || Size(n) > high/unit || Size(n)*unit < low {
			return 0, &problem{fmt.Sprintf("%q is not a size from %s to %s", s, low, high), "write a size such as 4MiB"}
		}
		return Size(n) * unit, nil
	})
}
