package headroom_test

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"rollcall/internal/headroom"
)

func read(name string) uint64 {
	s := []metrics.Sample{{Name: name}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// TestKeep: whatever lives, the heap grows by as much as is said, and not by a multiple of what lives.
func TestKeep(t *testing.T) {
	headroom.Keep(func(string) string { return "" })
	const mib = 1 << 20
	var held [][]byte
	for _, test := range []struct{ live, room uint64 }{{1, 64}, {100, 64}, {200, 64}, {600, 150}, {100, 64}} {
		if held = held[:min(len(held), int(test.live))]; len(held) == 0 || uint64(len(held)) < test.live {
			for uint64(len(held)) < test.live {
				held = append(held, make([]byte, mib))
			}
		}
		clear(held[len(held):cap(held)])
		// It is told after a collection, so the next one is the first that knows.
		var goal, want uint64
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
			runtime.GC()
			goal, want = read("/gc/heap/goal:bytes"), test.live+test.room
			if goal > (want-want/8)*mib && goal < (want+want/8)*mib {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("with %d MiB in use the heap may grow to %d MiB, want %d", test.live, goal/mib, want)
			}
		}
	}
	runtime.KeepAlive(held)
}

// TestEnvironment: whoever starts the program has the last word.
func TestEnvironment(t *testing.T) {
	before := read("/gc/gogc:percent")
	headroom.Keep(func(name string) string {
		if name == "GOGC" {
			return "100"
		}
		return ""
	})
	if after := read("/gc/gogc:percent"); after != before {
		t.Errorf("GOGC went from %d to %d", before, after)
	}
}
