//go:build netns && boot

package boottest_test

import "testing"

// A machine that is to boot from the network once does, and is sent to its disk at its next turn.
func TestOnce(t *testing.T) {
	w := newWorld(t, "once", "undionly.kpxe")
	w.up()
	m := w.machine(w.floor, "bench10", "52:54:00:00:00:0a", bios)
	m.boot()
	m.shows("HELLO bench10")
	m.show("it is done", done)

	m.on()
	m.awaits(bootLimit, "No bootable device", "HELLO")
	m.show("it is sent to its disk", func(r course) bool { return r.State == "local" })
}
