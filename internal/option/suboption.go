package option

// SubOption finds the first sub-option with the given code in a value made of
// code, length, value, such as that of [RelayAgentInfo] (RFC 3046 §2.0), which
// knows neither padding nor end. A sub-option that runs past the end is not
// found, nor is any after it. The result shares b's memory.
func SubOption(b []byte, code uint8) (value []byte, ok bool) {
	for len(b) >= 2 && 2+int(b[1]) <= len(b) {
		end := 2 + int(b[1])
		if b[0] == code {
			return b[2:end:end], true
		}
		b = b[end:]
	}
	return nil, false
}
