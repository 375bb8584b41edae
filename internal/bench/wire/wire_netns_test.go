//go:build netns

package wire_test

import (
	"os/exec"
	"strings"
	"testing"

	"rollcall/internal/bench/wire"
)

func list(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("ip", "netns", "list").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// What a killed benchmark left is removed, and the wire of one that lives is not.
func TestOpenSweeps(t *testing.T) {
	const left = "rollcall-bench-4194305-srv" // no process has a number above 2^22
	if out, err := exec.Command("ip", "netns", "add", left).CombinedOutput(); err != nil {
		t.Fatalf("ip netns add: %v: %s", err, out)
	}
	w, err := wire.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(list(t), left) {
		t.Errorf("%s is still there", left)
	}
	if err := wire.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(list(t), w.Server.Namespace) {
		t.Errorf("%s, which is in use, was removed", w.Server.Namespace)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := list(t); strings.Contains(got, w.Server.Namespace) || strings.Contains(got, w.Relay.Namespace) {
		t.Errorf("after Close there is still:\n%s", got)
	}
}
