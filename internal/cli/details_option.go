package cli

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"rollcall/internal/option"
	leasedv1 "rollcall/proto/leased/v1"
)

// plainOptions returns options in a form in which the same ones are equal.
func plainOptions(r *leasedv1.Reservation) map[string]string {
	m := make(map[string]string)
	for name, v := range r.GetOptions() {
		send := v.GetSend()
		text := fmt.Sprintf("%q", v.GetValues()) + entriesText(v.GetEntries())
		if def, known := option.ByName(name); known {
			if b, err := encodeOption(def, v); err == nil {
				name, text = def.Name, hex.EncodeToString(b)
				if b == nil {
					send = leasedv1.OptionValue_SEND_NEVER
				}
			}
		}
		m[name] = send.String() + " " + text
	}
	return m
}

// encodeOption returns the octets of an option; nil to send nothing.
func encodeOption(def option.Def, v *leasedv1.OptionValue) ([]byte, error) {
	switch {
	case len(v.GetEntries()) == 0:
		return def.Encode(v.GetValues())
	case def.Mapped():
		return def.EncodeMapping(optionEntries(v.GetEntries()))
	default:
		return nil, fmt.Errorf("option %s takes a value, not sub-options", def.Name)
	}
}

// unfit says what is wrong with the options of a line, by the names of the configuration; nil: not known here, and left to leased.
func unfit(r *leasedv1.Reservation, names *option.Names) string {
	if names == nil {
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(r.GetOptions())) {
		def, ok := names.ByName(name)
		if !ok {
			if near := names.Suggest(name); near != "" {
				return fmt.Sprintf("unknown option %q; did you mean %q?", name, near)
			}
			return fmt.Sprintf("unknown option %q", name)
		}
		if def.Reserved != "" {
			return fmt.Sprintf("option %s %s", def.Name, def.Reserved)
		}
		if _, err := encodeOption(def, r.GetOptions()[name]); err != nil {
			return err.Error()
		}
	}
	return ""
}

func optionEntries(list []*leasedv1.OptionEntry) []option.Entry {
	var entries []option.Entry
	for _, e := range list {
		entries = append(entries, option.Entry{Key: e.GetKey(), Values: e.GetValues(), Entries: optionEntries(e.GetEntries())})
	}
	return entries
}
