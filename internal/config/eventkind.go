package config

import (
	"fmt"
	"slices"
	"strings"

	"rollcall/internal/event"
)

// Wants reports whether the endpoint is sent events of a kind.
func (e WebhookEndpoint) Wants(kind string) bool {
	return len(e.Events) == 0 || slices.ContainsFunc(e.Events, event.Kind(kind).Matches)
}

func parseEventKind(s string) (string, *problem) {
	if len(event.Chosen(s)) > 0 {
		return s, nil
	}
	kinds := make([]string, 0, len(event.Kinds()))
	for _, k := range event.Kinds() {
		kinds = append(kinds, string(k))
	}
	hint := "write one of " + strings.Join(kinds, ", ") + ", or a family such as lease.*"
	if near := Nearest(s, kinds); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return "", &problem{fmt.Sprintf("%q is no kind of event", s), hint}
}
