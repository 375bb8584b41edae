package option

// SubOption finds the first sub-option with the given code in a value made of
// code, length, value, such as that of [RelayAgentInfo] (RFC 3046 §2.0), which
// knows neither padding nor end. A sub-option that runs past the end is not
// found, nor is any after it. The result shares b's memory.
func SubOption(b []byte, code uint8) (value []byte, ok bool) {
	for {
		c, value, rest, ok := nextSub(b)
		if !ok {
			return nil, false
		}
		if c == code {
			return value, true
		}
		b = rest
	}
}

// nextSub splits off the first sub-option. ok is false when it is truncated.
func nextSub(b []byte) (code uint8, value, rest []byte, ok bool) {
	if len(b) < 2 || len(b) < 2+int(b[1]) {
		return 0, nil, nil, false
	}
	end := 2 + int(b[1])
	return b[0], b[2:end:end], b[end:], true
}
