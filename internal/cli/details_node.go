package cli

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"go.yaml.in/yaml/v4"

	leasedv1 "rollcall/proto/leased/v1"
)

// sends are the words for when an option goes out, as in the configuration file; the default has none.
var sends = words[leasedv1.OptionValue_Send]{
	{"always", leasedv1.OptionValue_SEND_ALWAYS},
	{"requested", leasedv1.OptionValue_SEND_REQUESTED},
	{"never", leasedv1.OptionValue_SEND_NEVER},
}

// This file writes what only some reservations have as the configuration file does; a node is nil for nothing.

// detail returns one of detailKeys.
func detail(r *leasedv1.Reservation, key string) document {
	switch key {
	case "options":
		return document{optionsNode(r.GetOptions()), "{}"}
	case "boot":
		return document{bootNode(r.GetBoot()), "{}"}
	case "classes":
		return document{classesNode(r.GetClasses()), "[]"}
	default:
		return document{extraNode(r.GetExtra()), "{}"}
	}
}

func optionsNode(m map[string]*leasedv1.OptionValue) *yaml.Node {
	if len(m) == 0 {
		return nil
	}
	n := mappingNode()
	for _, name := range slices.Sorted(maps.Keys(m)) {
		put(n, name, settingNode(m[name]))
	}
	return n
}

// settingNode writes the value of an option; the long form, with value and send, where the short one is not enough.
func settingNode(v *leasedv1.OptionValue) *yaml.Node {
	long := mappingNode()
	if v.GetSend() == leasedv1.OptionValue_SEND_NEVER || len(v.GetValues())+len(v.GetEntries()) == 0 {
		return put(long, "send", textNode("never"))
	}
	value := valueNode(v.GetValues(), v.GetEntries())
	if v.GetSend() == leasedv1.OptionValue_SEND_UNSPECIFIED && (value.Kind != yaml.MappingNode || !isLong(value)) {
		return value
	}
	put(long, "value", value)
	if word := sends.word(v.GetSend()); word != "" {
		put(long, "send", textNode(word))
	}
	return long
}

// isLong reports whether a mapping is read as value and send, not as sub-options.
func isLong(n *yaml.Node) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i].Value; key == "value" || key == "send" {
			return true
		}
	}
	return false
}

func valueNode(values []string, entries []*leasedv1.OptionEntry) *yaml.Node {
	if len(entries) > 0 {
		n := mappingNode()
		for _, e := range entries {
			put(n, e.GetKey(), valueNode(e.GetValues(), e.GetEntries()))
		}
		return n
	}
	if len(values) == 1 {
		return textNode(values[0])
	}
	return listNode(values)
}

func classesNode(names []string) *yaml.Node {
	if len(names) == 0 {
		return nil
	}
	return listNode(names)
}

func extraNode(m map[string]string) *yaml.Node {
	if len(m) == 0 {
		return nil
	}
	n := mappingNode()
	for _, key := range slices.Sorted(maps.Keys(m)) {
		put(n, key, textNode(m[key]))
	}
	return n
}

func mappingNode() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle} }

func put(n *yaml.Node, key string, value *yaml.Node) *yaml.Node {
	n.Content = append(n.Content, textNode(key), value)
	return n
}

func textNode(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

func listNode(texts []string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, s := range texts {
		n.Content = append(n.Content, textNode(s))
	}
	return n
}

// document is a value with parts: an object or array in JSON, that as text in CSV. Its node may be nil.
type document struct {
	node *yaml.Node
	// none is written in JSON where there is no node: {} or [].
	none string
}

// json writes all texts as strings, and keeps the order.
func (d document) json() json.RawMessage {
	if d.node == nil {
		return json.RawMessage(d.none)
	}
	var b bytes.Buffer
	writeJSON(&b, d.node)
	return b.Bytes()
}

func writeJSON(b *bytes.Buffer, n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		b.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b.WriteString(", ")
			}
			writeJSON(b, n.Content[i])
			b.WriteString(": ")
			writeJSON(b, n.Content[i+1])
		}
		b.WriteByte('}')
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, item := range n.Content {
			if i > 0 {
				b.WriteString(", ")
			}
			writeJSON(b, item)
		}
		b.WriteByte(']')
	default:
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(n.Value) // a string can be encoded, and a buffer written
		b.Truncate(b.Len() - 1) // the newline that Encode adds
	}
}
