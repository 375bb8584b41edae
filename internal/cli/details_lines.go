package cli

import (
	"maps"
	"slices"
	"strings"

	leasedv1 "rollcall/proto/leased/v1"
)

// optionLines writes options for people, one a line.
func optionLines(r *leasedv1.Reservation) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(r.GetOptions())) {
		v := r.GetOptions()[name]
		text := strings.Join(v.GetValues(), ", ")
		if len(v.GetEntries()) > 0 {
			text = entriesText(v.GetEntries())
		}
		switch v.GetSend() {
		case leasedv1.OptionValue_SEND_ALWAYS:
			text += " (always)"
		case leasedv1.OptionValue_SEND_REQUESTED:
			text += " (if requested)"
		case leasedv1.OptionValue_SEND_NEVER:
			text = "(never)"
		}
		lines = append(lines, name+" "+text)
	}
	return lines
}

func entriesText(entries []*leasedv1.OptionEntry) string {
	var parts []string
	for _, e := range entries {
		text := strings.Join(e.GetValues(), ", ")
		if len(e.GetEntries()) > 0 {
			text = entriesText(e.GetEntries())
		}
		parts = append(parts, e.GetKey()+"="+text)
	}
	return "{" + strings.Join(parts, " ") + "}"
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

// extraLines writes what a reservation carries for the registration system.
func extraLines(m map[string]string) []string {
	var lines []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		lines = append(lines, key+"="+m[key])
	}
	return lines
}
