package boot

import "slices"

// The words that the configuration, the API and people use, by value.
var (
	roles   = []string{"combined", "proxy"}
	styles  = []string{"plain", "pxe"}
	quirks  = []string{"auto", "none", "raspberry-pi", "intel", "dell", "ampere"}
	intents = []string{"always", "never", "once", "local"}
	modes   = []string{"pxe", "full"}
	stages  = []string{"", "file", "menu", "port", "script", "local", "diagnostic"}
)

// String returns the word for it.
func (r Role) String() string { return roles[r] }

// String returns the word for it.
func (s Style) String() string { return styles[s] }

// String returns the word for it.
func (q Quirk) String() string { return quirks[q] }

// String returns the word for it.
func (n Netboot) String() string { return intents[n] }

// String returns the word for it.
func (m PortMode) String() string { return modes[m] }

// String returns the word for it, "" for StageNone.
func (s Stage) String() string { return stages[s] }

// Styles, Quirks and Intents return the words of each.
func Styles() []string { return slices.Clone(styles) }

// Quirks: see Styles.
func Quirks() []string { return slices.Clone(quirks) }

// Intents: see Styles.
func Intents() []string { return slices.Clone(intents) }

// ParseStyle, ParseQuirk and ParseNetboot read what String writes; ok is false for another word.
func ParseStyle(word string) (_ Style, ok bool) { return parse[Style](styles, word) }

// ParseQuirk: see ParseStyle.
func ParseQuirk(word string) (_ Quirk, ok bool) { return parse[Quirk](quirks, word) }

// ParseNetboot: see ParseStyle.
func ParseNetboot(word string) (_ Netboot, ok bool) { return parse[Netboot](intents, word) }

func parse[T ~uint8](words []string, word string) (T, bool) {
	i := slices.Index(words, word)
	return T(max(i, 0)), i >= 0
}
