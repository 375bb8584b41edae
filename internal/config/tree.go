package config

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"rollcall/internal/option"
)

// document is one file while it is read. It collects the mistakes.
type document struct {
	name, dir string
	data      []byte
	errors    []Error
	listeners []listener
	// files are the places where files are served by HTTP.
	files []listener
	// classUses are the places where classes are named.
	classUses []classUse
	// names are the options that may be named.
	names *option.Names

	// keys collects the path of every key that is asked for, instead of reading anything: see Keys. Every mapping then is
	// empty and every list has one element, so that the readers pass through everything they know.
	keys map[string]bool
}

// addAt notes a mistake. The hint may be empty.
func (d *document) addAt(at Pos, hint, format string, args ...any) {
	d.errors = append(d.errors, Error{File: d.name, Line: at.Line, Column: at.Column, Msg: fmt.Sprintf(format, args...), Hint: hint})
}

// line returns the text of a line without its end, or "" when there is no such line.
func line(data []byte, n int) (text, rest []byte) {
	for ; n > 1 && len(data) > 0; n-- {
		_, data, _ = bytes.Cut(data, []byte{'\n'})
	}
	text, _, _ = bytes.Cut(data, []byte{'\n'})
	return bytes.TrimPrefix(bytes.TrimSuffix(text, []byte{'\r'}), []byte("\ufeff")), data
}

// charAt returns the character at a place, or 0 behind the end of the line.
func (d *document) charAt(at Pos) rune {
	text, _ := line(d.data, at.Line)
	for i := 1; i < at.Column && len(text) > 0; i++ {
		_, n := utf8.DecodeRune(text)
		text = text[n:]
	}
	if len(text) == 0 {
		return 0
	}
	c, _ := utf8.DecodeRune(text)
	return c
}

// fillSource gives the mistakes the text of their lines, in one pass over the file: they must be sorted.
func (d *document) fillSource() {
	rest, at := d.data, 1
	for i := range d.errors {
		var text []byte
		text, rest = line(rest, d.errors[i].Line-at+1)
		at = d.errors[i].Line
		d.errors[i].Source = strings.ToValidUTF8(string(text), "\uFFFD")
	}
}

// value is a node of the tree, or the absence of one. Reading an absent value gives its default.
type value struct {
	doc  *document
	node *yaml.Node
	// pos is where the node is; for an absent one, where it is missing.
	pos Pos
	// label is the key, for messages; trail is the path to it, for Keys.
	label, trail string
	// excused is whether nobody may miss the value, because what it would stand in was wrong already.
	excused bool
}

// present reports whether the key is in the file, if only with nothing behind it.
func (v value) present() bool { return v.node != nil || v.doc.keys != nil }

// null reports whether there is nothing behind the key, as when all below it is commented out.
func (v value) null() bool {
	return v.node == nil || v.node.Kind == yaml.ScalarNode && v.node.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|
		yaml.LiteralStyle|yaml.FoldedStyle) == 0 && (v.node.Value == "" || v.node.Value == "~" || v.node.Value == "null")
}

// fail notes a mistake at the value.
func (v value) fail(hint, format string, args ...any) {
	v.doc.addAt(v.pos, hint, "%s: %s", v.label, fmt.Sprintf(format, args...))
}

// remark notes a mistake at the value, of which the message need not name the key.
func (v value) remark(hint, format string, args ...any) {
	v.doc.addAt(v.pos, hint, format, args...)
}

// require notes a mistake when the value is absent, and reports whether it is there.
func (v value) require(example string) bool {
	if v.node == nil && v.doc.keys == nil && !v.excused {
		v.doc.addAt(v.pos, fmt.Sprintf("add %s: %s", v.label, example), "%q is missing", v.label)
	}
	return v.node != nil
}

// plain refuses what YAML can do and a configuration does not need. It reports whether the node may be used.
func (v value) plain() bool {
	switch {
	case v.node.Kind == yaml.AliasNode:
		v.fail("write the value out; put a value that begins with * in quotes", "YAML aliases (*name) are not supported")
	case v.node.Anchor != "":
		v.fail("remove it; put a value that begins with & in quotes", "YAML anchors (&name) are not supported")
	case v.node.Style&yaml.TaggedStyle != 0:
		v.fail("remove it; put a value that begins with ! in quotes", "YAML tags (!name) are not supported")
	default:
		return true
	}
	return false
}

// text returns the text of a scalar as it stands in the file. It reports false when there is none, after noting why.
func (v value) text() (string, bool) {
	switch {
	case v.node == nil || !v.plain():
		return "", false
	case v.node.Kind != yaml.ScalarNode:
		v.fail("write it on one line behind the key", "one value is expected here, not %s", kindName(v.node))
		return "", false
	case v.null():
		v.fail("give it a value, or remove the key to get the default", "there is no value")
		return "", false
	case strings.ContainsAny(v.node.Value, "\r\n\t\x00"):
		v.fail("write it on one line", "line breaks and tabs are not allowed here")
		return "", false
	}
	return v.node.Value, true
}

// items returns the elements of a list. One scalar is a list of one, nothing is the empty list.
func (v value) items() []value {
	item := value{doc: v.doc, pos: v.pos, label: v.label}
	if v.doc.keys != nil {
		item.trail = v.trail + "[]"
		return []value{item}
	}
	if v.null() || !v.plain() {
		return nil
	}
	if v.node.Kind != yaml.SequenceNode {
		item.node = v.node
		return []value{item}
	}
	items := make([]value, len(v.node.Content))
	for i, n := range v.node.Content {
		items[i] = item
		items[i].node, items[i].pos = n, Pos{n.Line, n.Column}
	}
	return items
}

// mapping is a node with keys.
type mapping struct {
	value
	entries map[string]entry
	asked   []string
	// misfit is 1 + the index of the error that says that the value is not a mapping; done, who knows the keys by then, tells
	// them. 0: there is none.
	misfit int
}

type entry struct {
	pos  Pos
	node *yaml.Node
}

// mapping returns the value as a mapping. Nothing is the empty mapping, and so is what is not one, after noting that.
func (v value) mapping() *mapping {
	m := &mapping{value: v}
	if v.null() {
		return m
	}
	if m.excused = !v.plain(); m.excused {
		return m
	}
	if v.node.Kind != yaml.MappingNode {
		m.excused = true
		v.fail(`write "key: value" lines below it`, "keys with values are expected here, not %s", kindName(v.node))
		m.misfit = len(v.doc.errors)
		return m
	}
	m.entries = make(map[string]entry, len(v.node.Content)/2)
	m.asked = make([]string, 0, 16)
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key := value{doc: v.doc, node: v.node.Content[i], pos: Pos{v.node.Content[i].Line, v.node.Content[i].Column}, label: "key"}
		name, ok := key.text()
		if !ok {
			continue
		}
		if first, dup := m.entries[name]; dup {
			v.doc.addAt(key.pos, "remove one of them", "key %q is given twice, first on line %d", name, first.pos.Line)
			continue
		}
		m.entries[name] = entry{pos: key.pos, node: v.node.Content[i+1]}
	}
	return m
}

// get returns the value of a key and marks the key as known.
func (m *mapping) get(key string) value {
	m.asked = append(m.asked, key)
	v := value{doc: m.doc, pos: m.pos, label: key, excused: m.excused}
	if m.doc.keys != nil {
		v.trail = strings.TrimPrefix(m.trail+"."+key, ".")
		m.doc.keys[v.trail] = true
	}
	if e, ok := m.entries[key]; ok {
		v.node, v.pos = e.node, Pos{e.node.Line, e.node.Column}
		if v.null() {
			// An empty node stands nowhere; its key does.
			v.pos = e.pos
		}
	}
	return v
}

// byPlace returns the keys in the order of the file.
func (m *mapping) byPlace() []string {
	return slices.SortedFunc(maps.Keys(m.entries), func(a, b string) int { return comparePos(m.entries[a].pos, m.entries[b].pos) })
}

// done notes every key that nobody asked for.
func (m *mapping) done() {
	if m.misfit > 0 {
		m.doc.errors[m.misfit-1].Hint = "write key: value; the keys are " + strings.Join(slices.Sorted(slices.Values(m.asked)), ", ")
	}
	for name, e := range m.entries {
		if slices.Contains(m.asked, name) {
			continue
		}
		known := slices.Sorted(slices.Values(m.asked))
		if now := renamed[name]; slices.Contains(m.asked, now) {
			m.doc.addAt(e.pos, fmt.Sprintf("write %s: in its place", now), "unknown key %q; it is called %q now", name, now)
		} else if ours := m.translate(name); ours != "" {
			m.doc.addAt(e.pos, ours, "unknown key %q", name)
		} else if s := Nearest(name, known); s != "" {
			m.doc.addAt(e.pos, "", "unknown key %q; did you mean %q?", name, s)
		} else if opt := m.optionOutside(name); opt != "" {
			m.doc.addAt(e.pos, opt, "unknown key %q", name)
		} else {
			m.doc.addAt(e.pos, "known here: "+strings.Join(known, ", "), "unknown key %q", name)
		}
	}
}

// refuse notes the keys that are for other places, with what to do.
func (m *mapping) refuse(hint string, keys ...string) {
	for _, key := range keys {
		if e, ok := m.entries[key]; ok {
			m.doc.addAt(e.pos, hint, "%s: this is said of a network, and not here", key)
			m.asked = append(m.asked, key)
		}
	}
}

// renamed holds the keys of earlier versions that are called something else now.
var renamed = map[string]string{"flood": "limits"}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys with values"
	case yaml.SequenceNode:
		return "a list"
	default:
		return "one value"
	}
}
