package option

import "iter"

// UserClasses iterates over the texts of a [UserClass] value. RFC 3004 §4
// counts each text; iPXE, Windows and others send one bare text instead. The
// value is read as counted only if every length is positive and the last text
// ends exactly at the end of the value; otherwise all of it is one text. The
// texts share b's memory.
func UserClasses(b []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		if !counted(b) {
			if len(b) > 0 {
				yield(b)
			}
			return
		}
		for len(b) > 0 {
			end := 1 + int(b[0])
			if !yield(b[1:end:end]) {
				return
			}
			b = b[end:]
		}
	}
}

// counted reports whether b is texts, each preceded by its length.
func counted(b []byte) bool {
	for rest := b; len(rest) > 0; {
		end := 1 + int(rest[0])
		if end == 1 || end > len(rest) {
			return false
		}
		rest = rest[end:]
	}
	return len(b) > 0
}
