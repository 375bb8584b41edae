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

// hexPair returns the octet that two literal hexadecimal digits in front come to.
func (g Glob) hexPair() (c uint8, ok bool) {
	if len(g) < 2 {
		return 0, false
	}
	for _, digit := range g[:2] {
		switch {
		case digit >= '0' && digit <= '9':
			c = c<<4 | uint8(digit-'0')
		case digit >= 'a' && digit <= 'f':
			c = c<<4 | uint8(digit-'a'+10)
		default:
			return 0, false
		}
	}
	return c, true
}

// ofOctets returns the pattern of octets that matches the same hardware addresses as a pattern of their text: de:ad:be:* or a whole
// address. ok is false for any other.
func (g Glob) ofOctets() (octets Glob, ok bool) {
	for {
		c, ok := g.hexPair()
		if !ok {
			return nil, false
		}
		octets = append(octets, uint16(c))
		switch g = g[2:]; {
		case len(g) == 0:
			return octets, true
		case g[0] != ':':
			return nil, false
		}
		if g = g[1:]; len(g) == 1 && g[0] == AnyRun {
			return append(octets, AnyOne, AnyRun), true // the colon wants one more
		}
	}
}
