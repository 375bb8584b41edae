package config

import (
	"strings"

	"rollcall/internal/spelling"
)

// Nearest returns the candidate that a slip of the fingers turns into word, or "" when none is near. Ties go to the first.
func Nearest(word string, candidates []string) string {
	best, bestDistance := "", 1+max(1, min(len(word)/3, 3))
	if len(word) > 64 {
		return ""
	}
	for _, c := range candidates {
		d := spelling.Distance(word, c)
		if len(c) > 2 && strings.HasPrefix(word, c) || len(word) > 2 && strings.HasPrefix(c, word) {
			d = 1 // such as "warning" for "warn"
		}
		if d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}
