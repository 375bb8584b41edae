package cli

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	leasedv1 "rollcall/proto/leased/v1"
)

// detailKeys are the keys of what only some reservations have.
var detailKeys = []string{"options", "boot", "classes", "extra"}

// readDetail reads the value of one of detailKeys into a reservation, in the form of the configuration file. What its texts
// mean is for leased to say, which knows the operator's own options. null is nothing.
func readDetail(r *leasedv1.Reservation, key string, n *yaml.Node) (err error) {
	if isNull(n) {
		return nil
	}
	switch key {
	case "options":
		r.Options, err = readOptions(n)
	case "boot":
		r.Boot, err = readBoot(n)
	case "classes":
		if n.Kind == yaml.ScalarNode { // as a table in one cell has it
			for name := range strings.SplitSeq(n.Value, ",") {
				r.Classes = append(r.Classes, strings.TrimSpace(name))
			}
			return nil
		}
		r.Classes, err = readTexts(n)
	case "extra":
		r.Extra = make(map[string]string)
		err = eachKey(n, func(key string, v *yaml.Node) error {
			r.Extra[key] = v.Value
			return demandText(v)
		})
	}
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

func readOptions(n *yaml.Node) (map[string]*leasedv1.OptionValue, error) {
	m := make(map[string]*leasedv1.OptionValue)
	err := eachKey(n, func(name string, v *yaml.Node) (err error) {
		m[name], err = readSetting(v)
		return err
	})
	return m, err
}

// readSetting reads a value, or value and send.
func readSetting(n *yaml.Node) (*leasedv1.OptionValue, error) {
	v := &leasedv1.OptionValue{}
	if n.Kind != yaml.MappingNode || !isLong(n) {
		return v, readValue(n, &v.Values, &v.Entries)
	}
	return v, eachKey(n, func(key string, n *yaml.Node) error {
		switch key {
		case "value":
			return readValue(n, &v.Values, &v.Entries)
		case "send":
			if v.Send = sends.value(n.Value); v.Send == leasedv1.OptionValue_SEND_UNSPECIFIED {
				return fmt.Errorf("%q is none of %s", n.Value, strings.Join(sends.all(), ", "))
			}
			return nil
		default:
			return fmt.Errorf("beside value and send there is no place for it; write sub-options under value")
		}
	})
}

// readValue reads a text, a list of texts, or a mapping.
func readValue(n *yaml.Node, values *[]string, entries *[]*leasedv1.OptionEntry) (err error) {
	if n.Kind != yaml.MappingNode {
		*values, err = readTexts(n)
		return err
	}
	return eachKey(n, func(key string, n *yaml.Node) error {
		e := &leasedv1.OptionEntry{Key: key}
		*entries = append(*entries, e)
		return readValue(n, &e.Values, &e.Entries)
	})
}

// readTexts reads a text or a list of texts.
func readTexts(n *yaml.Node) ([]string, error) {
	if n.Kind != yaml.SequenceNode {
		return []string{n.Value}, demandText(n)
	}
	texts := []string{}
	for _, item := range n.Content {
		if err := demandText(item); err != nil {
			return nil, err
		}
		texts = append(texts, item.Value)
	}
	return texts, nil
}

// eachKey goes through a mapping. Errors name the key.
func eachKey(n *yaml.Node, do func(key string, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("this is no mapping; write {key: value}")
	}
	var seen []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i].Value, n.Content[i+1]
		if slices.Contains(seen, key) {
			return fmt.Errorf("%s is there twice", key)
		}
		seen = append(seen, key)
		if err := do(key, value); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

func demandText(n *yaml.Node) error {
	if n.Kind != yaml.ScalarNode || isNull(n) {
		return fmt.Errorf(`there is no text; "" is an empty one`)
	}
	return nil
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }
