package option

import (
	"strconv"
	"strings"
)

// ByCode describes the option with the given code. A code the registry has no
// name for is called "option-N" and its type is [Hex].
func ByCode(c Code) Def { return byCode[c] }

// ByName finds an option by the name operators write: its own name, that of
// another server ("dhcp-lease-time"), or "option-N" with N from 1 to 254.
func ByName(name string) (Def, bool) {
	if c, ok := byName[name]; ok {
		return byCode[c], true
	}
	digits, ok := strings.CutPrefix(name, "option-")
	if !ok {
		return Def{}, false
	}
	n, err := strconv.ParseUint(digits, 10, 8)
	if err != nil || n == uint64(Pad) || n == uint64(End) || strconv.FormatUint(n, 10) != digits {
		return Def{}, false
	}
	return byCode[n], true
}

// Suggest returns the name an operator probably meant by a name that
// [ByName] does not find, or "" when nothing is near.
func Suggest(name string) string {
	name = strings.ToLower(strings.ReplaceAll(name, "_", "-"))
	if d, ok := ByName(name); ok {
		return d.Name
	}
	// A third of the letters may be wrong: more than that is guessing.
	best, nearest := "", len(name)/3+1
	for known, c := range byName {
		// Of two equally near names the lesser wins, so that the answer does
		// not depend on the order of the map.
		d := distance(name, known)
		if proper := byCode[c].Name; d < nearest || d == nearest && best != "" && proper < best {
			best, nearest = proper, d
		}
	}
	return best
}

// distance is the Levenshtein distance of two ASCII strings.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
