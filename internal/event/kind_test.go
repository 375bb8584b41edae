package event_test

import (
	"slices"
	"testing"

	"rollcall/internal/event"
)

func TestChosen(t *testing.T) {
	for _, c := range []struct {
		pattern string
		want    []event.Kind
	}{
		{"client.unknown", []event.Kind{event.ClientUnknown}},
		{"link.*", []event.Kind{event.LinkUp, event.LinkDown}},
		{"pool.*", []event.Kind{event.PoolLow, event.PoolExhausted}},
		{"*", nil},
		{"lin*", nil},
		{"link.", nil},
		{"nosuch.*", nil},
		{"", nil},
	} {
		if got := event.Chosen(c.pattern); !slices.Equal(got, c.want) {
			t.Errorf("%q chooses %v, want %v", c.pattern, got, c.want)
		}
	}
}

func TestEveryKindHasAFamily(t *testing.T) {
	for _, k := range event.Kinds() {
		if !slices.Contains(event.Chosen(string(k)), k) {
			t.Errorf("%s does not choose itself", k)
		}
	}
}
