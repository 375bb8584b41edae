//go:build netns && boot

package boottest_test

import "testing"

// Where nothing is configured for the architecture of a machine, it gets its address, and the reason is told.
func TestNoFileForArchitecture(t *testing.T) {
	w := newWorld(t, "nofile")
	w.up()
	m := w.machine(w.floor, "bench7", "52:54:00:00:00:07", uefi)
	m.on()
	m.awaits(bootLimit, "PXE-E")
	m.failed("refused", "no-file-for-arch", "PXE-E16")
}
