package option

import "strings"

// Aliases are the other names of an option.
func Aliases(d Def) []string { return strings.Fields(d.aliases) }
