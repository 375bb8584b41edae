package config

import (
	"reflect"
	"strings"

	"rollcall/internal/fault"
)

// ReasonNeedsRestart is the reason of a reload that changes what only a restart can.
const ReasonNeedsRestart = "NEEDS_RESTART"

// NeedsRestart returns the fault of a reload that changes keys which only a restart can change; nil if there are none.
func NeedsRestart(keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	return fault.New(fault.Precondition, ReasonNeedsRestart, "%s changed, which takes a restart; nothing was applied",
		strings.Join(keys, ", "))
}

// Fixed returns the keys in which next differs and that only a restart can change, because connections and sockets hang on them.
func (f *Frontend) Fixed(next *Frontend) []string {
	var keys []string
	keys = differ(keys, "frontend.name", f.Name, next.Name)
	keys = differ(keys, "frontend.leased", f.Leased, next.Leased)
	keys = differ(keys, "frontend.listen", f.Listen, next.Listen)
	keys = f.Assets.fixed(keys, next.Assets)
	return differ(keys, "frontend.tls", f.TLS, next.TLS)
}

// fixed appends the keys in which next differs and on which sockets hang. Where only one of them serves anything, it is the whole.
func (a *Assets) fixed(keys []string, next *Assets) []string {
	if a == nil || next == nil {
		return differ(keys, "frontend.assets", a, next)
	}
	keys = differ(keys, "frontend.assets.tftp", a.TFTP, next.TFTP)
	return differ(keys, "frontend.assets.http", a.HTTP, next.HTTP)
}

// Fixed returns the keys in which next differs and that only a restart can change, because sockets and the open event log hang on
// them.
func (l *Leased) Fixed(next *Leased) []string {
	var keys []string
	keys = differ(keys, "leased.listen", l.Listen, next.Listen)
	keys = differ(keys, "leased.tls", l.TLS, next.TLS)
	keys = differ(keys, "leased.events.max_age", l.Events.MaxAge, next.Events.MaxAge)
	return differ(keys, "leased.events.max_count", l.Events.MaxCount, next.Events.MaxCount)
}

// Fixed returns the keys in which next differs and that only a restart can change, because connections and sockets hang on them.
func (w *Webhookd) Fixed(next *Webhookd) []string {
	var keys []string
	keys = differ(keys, "webhookd.leased", w.Leased, next.Leased)
	keys = differ(keys, "webhookd.listen", w.Listen, next.Listen)
	return differ(keys, "webhookd.tls", w.TLS, next.TLS)
}

// differ appends key if a and b differ.
func differ(keys []string, key string, a, b any) []string {
	if reflect.DeepEqual(a, b) {
		return keys
	}
	return append(keys, key)
}
