package engine

// CleanHostname makes a host name of what a client sent as option 12: letters, digits, dashes and dots (RFC 1123 §2.1), at
// most 63 octets a label and 253 in all. Anything else becomes a dash; leading and trailing dashes and dots go. It returns ""
// when nothing is left.
func CleanHostname(b []byte) string {
	var room [hostnameRoom]byte
	return string(appendHostname(room[:0], b))
}

// hostnameRoom is what a host name fits in.
const hostnameRoom = 253

// appendHostname returns what CleanHostname does, in dst, which is empty.
func appendHostname(dst, b []byte) []byte {
	if len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1] // some clients send the terminating NUL
	}
	clean, label := dst, 0
	for _, c := range b {
		if len(clean) == hostnameRoom {
			break
		}
		switch {
		case c == '.':
			clean = trimDashes(clean)
			if len(clean) == 0 || clean[len(clean)-1] == '.' {
				continue
			}
			label = -1
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		default:
			c = '-'
			if label == 0 {
				continue
			}
		}
		if label == 63 {
			continue
		}
		label++
		clean = append(clean, c)
	}
	clean = trimDashes(clean)
	for len(clean) > 0 && clean[len(clean)-1] == '.' {
		clean = trimDashes(clean[:len(clean)-1])
	}
	return clean
}

func trimDashes(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == '-' {
		b = b[:len(b)-1]
	}
	return b
}
