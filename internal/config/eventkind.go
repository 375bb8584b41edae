package config

import (
	"fmt"
	"slices"
	"strings"
)

// eventKinds are the kinds of leased's event log.
var eventKinds = []string{
	"client.unknown", "client.suspended",
	"lease.granted", "lease.renewed", "lease.released", "lease.expired",
	"address.declined", "address.conflict",
	"pool.low", "pool.exhausted",
	"reservation.added", "reservation.changed", "reservation.deleted",
	"boot.offered", "boot.refused", "boot.loop",
	"link.up", "link.down",
}

// Wants reports whether the endpoint is sent events of a kind.
func (e WebhookEndpoint) Wants(kind string) bool {
	return len(e.Events) == 0 || slices.ContainsFunc(e.Events, func(p string) bool { return kindMatches(p, kind) })
}

// kindMatches reports whether a kind is the one meant, or falls under a pattern such as "lease.*".
func kindMatches(pattern, kind string) bool {
	if family, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(kind, family)
	}
	return pattern == kind
}

func parseEventKind(s string) (string, *problem) {
	wellFormed := !strings.Contains(s, "*") || strings.HasSuffix(s, ".*")
	if wellFormed && slices.ContainsFunc(eventKinds, func(kind string) bool { return kindMatches(s, kind) }) {
		return s, nil
	}
	hint := "write one of " + strings.Join(eventKinds, ", ") + ", or a family such as lease.*"
	if near := nearest(s, eventKinds); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return "", &problem{fmt.Sprintf("%q is no kind of event", s), hint}
}
