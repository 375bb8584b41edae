package sandbox

import (
	"maps"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"rollcall/internal/spelling"
)

// nearest returns the name, of those that every file finds, that a slip of the fingers turns into word; "" when none is near.
// The interpreter suggests the names of the file itself.
func nearest(word string, predeclared starlark.StringDict) string {
	best, bestDistance := "", 1+max(1, min(len(word)/3, 2))
	if len(word) > 64 {
		return ""
	}
	for _, names := range []starlark.StringDict{predeclared, starlark.Universe} {
		for _, name := range slices.Sorted(maps.Keys(names)) {
			if strings.HasPrefix(name, hiddenMark) {
				continue
			}
			if d := spelling.Distance(word, name); d < bestDistance && d < len(name) {
				best, bestDistance = name, d
			}
		}
	}
	return best
}
