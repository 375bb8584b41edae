package config

// What a reservation may carry for the registration system.
const (
	maxExtra      = 32  // keys
	maxExtraBytes = 255 // of a key or a value
)

// readExtra reads the pairs that mean nothing to the server.
func readExtra(v value) map[string]string {
	if v.node == nil {
		return nil
	}
	m := v.mapping()
	if len(m.entries) > maxExtra {
		v.fail("leave the rest to the registration system", "there are %d keys; %d is the most", len(m.entries), maxExtra)
		return nil
	}
	extra := make(map[string]string, len(m.entries))
	for key, e := range m.entries {
		text, ok := m.get(key).text()
		switch {
		case key == "" || len(key) > maxExtraBytes:
			v.doc.addAt(e.pos, "choose another key", "extra: a key has 1 to %d bytes, this one %d", maxExtraBytes, len(key))
		case len(text) > maxExtraBytes:
			v.doc.addAt(m.get(key).pos, "leave the rest to the registration system", "extra: the value has %d bytes; %d is the most", len(text), maxExtraBytes)
		case ok:
			extra[key] = text
		}
	}
	return extra
}
