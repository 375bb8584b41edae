//go:build netns && boot

package boottest_test

import (
	"os"
	"strings"
	"testing"
)

// A machine whose script is nowhere to be found loads iPXE again and again. The fourth time iPXE shows why, and the fifth time there
// is nothing to load. With a script, it boots as soon as it may again.
func TestLoop(t *testing.T) {
	const notFound, why = "No such file or directory", "Reason:"
	w := newWorld(t, "loop", "ipxe.efi")
	w.up()
	m := w.machine(w.floor, "bench8", "52:54:00:00:00:08", uefi)
	for turn := 1; turn <= 3; turn++ {
		m.on()
		if shown := m.awaits(bootLimit, notFound, why); shown != notFound {
			t.Errorf("turn %d: the machine shows %q, want %q", turn, shown, notFound)
		}
		m.off()
	}
	m.on()
	if shown := m.awaits(bootLimit, notFound, why); shown != why {
		t.Errorf("turn 4: the machine shows %q, want %q", shown, why)
	}
	m.off()
	m.on()
	m.awaits(bootLimit, "PXE-E", "NBP filename")
	m.failed("looping", "boot-loop", "PXE-E16")
	m.off()
	if events := w.must("event", "list", "--kind", "boot.loop"); strings.Count(events, m.mac) != 1 {
		t.Errorf("want one event boot.loop of %s, the events are\n%s", m.mac, events)
	}

	if err := os.CopyFS(w.path("assets/forgotten"), os.DirFS("testdata/assets/boot")); err != nil {
		t.Fatal(err)
	}
	w.must("boot", "restart", m.mac)
	m.boot()
	m.shows("HELLO bench8")
	m.show("it is done", done)
}

// A machine with iPXE in its card has no other first stage than the script. The fifth time it shows why there is none.
func TestLoopOfIPXE(t *testing.T) {
	const notFound, why = "No such file or directory", "Reason:"
	w := newWorld(t, "loop", "undionly.kpxe")
	w.up()
	m := w.machine(w.floor, "bench8", "52:54:00:00:00:08", bios)
	for turn := 1; turn <= 5; turn++ {
		want := notFound
		if turn == 5 {
			want = why
		}
		m.on()
		if shown := m.awaits(bootLimit, notFound, why); shown != want {
			t.Errorf("turn %d: the machine shows %q, want %q", turn, shown, want)
		}
		if turn < 5 {
			m.off()
		}
	}
	m.failed("looping", "boot-loop", "")
}
