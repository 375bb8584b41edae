package engine

// Glob is a pattern of octets: literal ones, any one, and any run of them. Any number may be compared with it at the same time.
type Glob []uint16

// What stands in a Glob besides the literal octets 0 to 255.
const (
	AnyOne uint16 = 256 // any one octet
	AnyRun uint16 = 257 // any run of octets, also none
)

// TextGlob reads a pattern in which * stands for any run and ? for any one octet.
func TextGlob(s string) Glob {
	g := make(Glob, len(s))
	for i := range len(s) {
		switch s[i] {
		case '*':
			g[i] = AnyRun
		case '?':
			g[i] = AnyOne
		default:
			g[i] = uint16(s[i])
		}
	}
	return g
}

// BytesGlob returns the pattern of exactly these octets, or, with more, of all that begins with them.
func BytesGlob(b []byte, more bool) Glob {
	g := make(Glob, len(b), len(b)+1)
	for i, c := range b {
		g[i] = uint16(c)
	}
	if more {
		g = append(g, AnyRun)
	}
	return g
}

// Match reports whether the octets are of the pattern. It takes at most len(g) times len(b) steps.
func (g Glob) Match(b []byte) bool {
	at, retry, from := 0, -1, 0 // retry: where to go on in the pattern when it fails, having skipped from octets
	for i := 0; i < len(b) || at < len(g); {
		if at < len(g) {
			switch c := g[at]; {
			case c == AnyRun:
				retry, from = at, i+1
				at++
				continue
			case i < len(b) && (c == AnyOne || c == uint16(b[i])):
				at++
				i++
				continue
			}
		}
		if retry < 0 || from > len(b) {
			return false
		}
		at, i = retry, from
	}
	return true
}

// begins returns the literal octet that every match begins with; ok is false if there is none.
func (g Glob) begins() (c uint8, ok bool) {
	if len(g) == 0 || g[0] > 255 {
		return 0, false
	}
	return uint8(g[0]), true
}
