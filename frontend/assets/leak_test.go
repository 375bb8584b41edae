package assets_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/frontend/assets"
)

// held counts what a process can leak.
func held(t *testing.T) (files, goroutines int) {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list), runtime.NumGoroutine()
}

// Reloads and a stop leave nothing behind, and clients that say nothing do not hold up the stop.
func TestNothingIsLeftBehind(t *testing.T) {
	root, at := t.TempDir(), free(t)
	write(t, root, "file", strings.Repeat("x", 1000))
	files, goroutines := held(t)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	set := assets.Settings{Root: root, MaxClients: 4, MaxSize: 1000}
	s := assets.New(assets.Config{
		TFTP: []string{at}, HTTP: []string{at}, Settings: set, Machines: nobody{}, Report: nobody{}, Registry: prometheus.NewRegistry(),
	})
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	await(t, s, nil)
	for range 20 {
		apply, err := s.Prepare(set)
		if err != nil {
			t.Fatal(err)
		}
		apply()
		if got, err := byTFTP(t, at, "file"); len(got) != 1000 || err != nil {
			t.Fatalf("TFTP: %d octets, %v", len(got), err)
		}
	}
	silent, err := net.Dial("tcp4", at)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	if _, err := fmt.Fprint(silent, "GET /file HTTP/1.1\r\n"); err != nil {
		t.Fatal(err)
	}
	deaf, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	if _, err := deaf.WriteTo([]byte("\x00\x01file\x00octet\x00"), net.UDPAddrFromAddrPort(netip.MustParseAddrPort(at))); err != nil {
		t.Fatal(err)
	}
	_, peer, err := deaf.ReadFrom(make([]byte, 2000))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the stop took %v", took)
	}
	silent.Close()
	if _, err := deaf.WriteTo([]byte("\x00\x05\x00\x00\x00"), peer); err != nil { // or it is waited for
		t.Fatal(err)
	}
	deaf.Close()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		nowFiles, nowGoroutines := held(t)
		if nowFiles <= files && nowGoroutines <= goroutines {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d files and %d goroutines, before %d and %d", nowFiles, nowGoroutines, files, goroutines)
		}
	}
}
