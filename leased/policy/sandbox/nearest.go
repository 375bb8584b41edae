package sandbox

import (
	"maps"
	"slices"
	"strings"

	"go.starlark.net/starlark"
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
			if d := distance(word, name); d < bestDistance && d < len(name) {
				best, bestDistance = name, d
			}
		}
	}
	return best
}

// distance counts the letters to insert, delete or replace to get from a to b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
