//go:build netns

package link_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"rollcall/frontend/link"
)

// withoutCapability runs do on a thread that lacks a capability.
func withoutCapability(t *testing.T, capability uint, do func()) {
	t.Helper()
	var err error
	onOwnThread(func() {
		hdr := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var data [2]unix.CapUserData
		if err = unix.Capget(&hdr, &data[0]); err != nil {
			return
		}
		data[0].Effective &^= 1 << capability
		if err = unix.Capset(&hdr, &data[0]); err == nil {
			do()
		}
	})
	must(t, err)
}

func TestAutoFallsBackToUDP(t *testing.T) {
	f := newFar(t)
	f.veth(t, "b-near", "", "b-far", "")
	k := link.NewKernel(nil)
	info := find(t, k, "b-near")
	withoutCapability(t, unix.CAP_NET_RAW, func() {
		_, err := k.Open(link.Config{Interface: "b-near", Mode: link.ModeRaw}, info)
		if !errors.Is(err, unix.EPERM) || !strings.Contains(err.Error(), "CAP_NET_RAW") {
			t.Errorf("raw without permission: %v, want it to name CAP_NET_RAW", err)
		}
		conn, err := k.Open(link.Config{Interface: "b-near", Mode: link.ModeAuto}, info)
		if err != nil {
			t.Errorf("auto without permission: %v, want udp sockets", err)
			return
		}
		defer conn.Close()
		got := reads(conn)
		f.inject(t, "b-far", clientFrame("discover", 67))
		if r := <-got; string(r.Payload) != "discover" {
			t.Errorf("received %q (%v)", r.Payload, r.Drop)
		}
	})
	tunnel := info
	tunnel.Ethernet = false
	if _, err := k.Open(link.Config{Interface: "b-near", Mode: link.ModeRaw}, tunnel); err == nil || !strings.Contains(err.Error(), "mode: udp") {
		t.Errorf("raw without Ethernet: %v, want it to name mode: udp", err)
	}
	conn, err := k.Open(link.Config{Interface: "b-near", Mode: link.ModeAuto}, tunnel)
	must(t, err)
	must(t, conn.Close())
	withoutCapability(t, unix.CAP_NET_BIND_SERVICE, func() {
		_, err := k.Open(link.Config{Interface: "b-near", Mode: link.ModeAuto}, info)
		if err == nil || !strings.Contains(err.Error(), "CAP_NET_BIND_SERVICE") {
			t.Errorf("bind without permission: %v, want it to name CAP_NET_BIND_SERVICE", err)
		}
	})
}
