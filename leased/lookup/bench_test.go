package lookup_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"rollcall/leased/engine"
	"rollcall/leased/lookup"
)

// BenchmarkFind is what a message of a machine costs that is remembered, or that there is no room to ask about.
func BenchmarkFind(b *testing.B) {
	for name, c := range map[string]struct {
		status int
		answer string
		kind   engine.AssignmentKind
	}{
		"known":   {200, known, engine.AssignDefinition},
		"unknown": {404, "", engine.AssignDefault},
	} {
		b.Run(name, func(b *testing.B) {
			d := &desk{}
			d.says(c.status, c.answer)
			l := lookup.New(lookup.Config{Settings: settings(b, "keep: {positive: 1d, negative: 1d}"), Transport: d})
			ctx, cancel := context.WithCancel(b.Context())
			done := make(chan error, 1)
			go func() { done <- l.Run(ctx) }()
			q := machine(1)
			l.Find(q, floor)
			for story := ""; !strings.Contains(story, "it said"); time.Sleep(time.Millisecond) {
				_, _, story = l.Peek(q, floor)
			}
			b.ReportAllocs()
			for b.Loop() {
				if a, _ := l.Find(q, floor); a.Kind != c.kind {
					b.Fatal(a.Kind)
				}
			}
			cancel()
			<-done
		})
	}
	b.Run("no room", func(b *testing.B) {
		l := lookup.New(lookup.Config{Settings: settings(b, "")})
		for n := range 1000 {
			q := machine(0)
			q.HW.Octets[4], q.HW.Octets[5] = byte(n>>8), byte(n)
			l.Find(q, floor)
		}
		q := machine(9)
		q.HW.Octets[0] = 2
		b.ReportAllocs()
		for b.Loop() {
			l.Find(q, floor)
		}
	})
}
