package main

import (
	"testing"
	"time"
)

func TestTicks(t *testing.T) {
	const stat = "4242 (a (strange) name) S 1 4242 4242 0 -1 4194560 1 2 3 4 150 50 7 8 20 0 9 0 100 1000 200"
	if got, err := ticks(stat); got != 2*time.Second || err != nil {
		t.Errorf("ticks = %v, %v; want 2s", got, err)
	}
	for _, bad := range []string{"", "1 (x) S 1 2", "1 (x) S 1 2 3 4 5 6 7 8 9 10 a b 13"} {
		if got, err := ticks(bad); err == nil {
			t.Errorf("ticks(%q) = %v; want an error", bad, got)
		}
	}
}

func TestStatusLine(t *testing.T) {
	const status = "Name:\tx\nVmRSS:\t  102400 kB\nRssAnon:\t   51200 kB\n"
	if got, err := statusLine(status, "RssAnon"); got != 50<<20 || err != nil {
		t.Errorf("RssAnon = %d, %v; want 50 MiB", got, err)
	}
	if _, err := statusLine(status, "VmSwap"); err == nil {
		t.Error("VmSwap was found")
	}
}
