package option

import "strings"

// appendRecord appends fields of the types in d.fields, which are written with
// spaces between them. The last one takes the rest: all of a text, or all
// items of a list.
func (d Def) appendRecord(b []byte, v string) ([]byte, error) {
	rest := strings.TrimSpace(v)
	for i, t := range d.fields {
		field := Def{Name: d.Name, Type: t}
		word := rest
		if i < len(d.fields)-1 {
			word, rest, _ = strings.Cut(rest, " ")
			rest = strings.TrimSpace(rest)
		}
		if word == "" {
			return nil, d.rejectf(v, "ends too early")
		}
		items := []string{word}
		if t.list() {
			items = strings.Fields(word)
		}
		for _, item := range items {
			var err error
			if b, err = field.encodeOne(b, item); err != nil {
				// Say what was expected of the field, and show the whole.
				want, _ := t.describe()
				return nil, d.rejectf(v, "has %q where %s belongs", item, want)
			}
		}
	}
	return b, nil
}

// textRecord is the inverse of appendRecord. ok is false for bytes that do not
// fit.
func (d Def) textRecord(b []byte) (text string, ok bool) {
	var words []string
	for i, t := range d.fields {
		mine := b
		if i < len(d.fields)-1 {
			if len(b) < t.size() {
				return "", false
			}
			mine, b = b[:t.size()], b[t.size():]
		}
		values, ok := Def{Type: t}.values(mine)
		if !ok || t == String && strings.TrimSpace(values[0]) != values[0] {
			return "", false
		}
		words = append(words, values...)
	}
	return strings.Join(words, " "), true
}
