package config

// readExtra reads the pairs that mean nothing to the server.
func readExtra(v value) map[string]string {
	if v.node == nil {
		return nil
	}
	m := v.mapping()
	if len(m.entries) > MaxExtra {
		v.fail("leave the rest to the registration system", "there are %d keys; %d is the most", len(m.entries), MaxExtra)
		return nil
	}
	extra := make(map[string]string, len(m.entries))
	for key, e := range m.entries {
		text, ok := m.get(key).text()
		switch {
		case key == "" || len(key) > MaxExtraBytes:
			v.doc.addAt(e.pos, "choose another key", "extra: a key has 1 to %d bytes, this one %d", MaxExtraBytes, len(key))
		case len(text) > MaxExtraBytes:
			v.doc.addAt(m.get(key).pos, "leave the rest to the registration system", "extra: the value has %d bytes; %d is the most", len(text), MaxExtraBytes)
		case ok:
			extra[key] = text
		}
	}
	return extra
}
