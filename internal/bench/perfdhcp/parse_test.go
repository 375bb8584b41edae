package perfdhcp_test

import (
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/bench/perfdhcp"
)

func us(n int) time.Duration { return time.Duration(n) * time.Microsecond }

// The files are what perfdhcp 2.2.0 wrote.
func TestParse(t *testing.T) {
	for file, want := range map[string]*perfdhcp.Result{
		"basic.txt": {
			Rate:  1999.06,
			Offer: perfdhcp.Phase{Sent: 5999, Received: 5999, Avg: us(65), Max: us(3870)},
			Ack:   perfdhcp.Phase{Sent: 5999, Received: 5999, Avg: us(54), Max: us(2301)},
		},
		"renew.txt": {
			Rate:    1998.98,
			Offer:   perfdhcp.Phase{Sent: 5999, Received: 5999, Avg: us(96), Max: us(6381)},
			Ack:     perfdhcp.Phase{Sent: 5999, Received: 5999, Avg: us(90), Max: us(1656)},
			Renewal: perfdhcp.Phase{Sent: 4498, Received: 4498, Avg: us(88), Max: us(5710)},
		},
		"silence.txt": {Offer: perfdhcp.Phase{Sent: 199, Drops: 199}},
		"avalanche.txt": {
			Rate:         1121.87,
			Offer:        perfdhcp.Phase{Sent: 5000, Received: 5000, Avg: us(397609), Max: us(4207984)},
			Ack:          perfdhcp.Phase{Sent: 5000, Received: 5000, Avg: us(96474), Max: us(4201687)},
			Provisioning: us(4455929), Resent: 3033,
		},
	} {
		t.Run(file, func(t *testing.T) {
			output, err := os.ReadFile("testdata/" + file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := perfdhcp.Parse(output)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, output := range []string{
		"",
		"ERROR: running perfdhcp: Failed to bind socket 4 to cli0/port=67\n",
		"***Statistics for: DISCOVER-OFFER***\nsent packets: many\n",
		"***Statistics for: SOMETHING NEW***\n",
	} {
		if r, err := perfdhcp.Parse([]byte(output)); err == nil {
			t.Errorf("Parse(%q) = %+v; want an error", output, r)
		}
	}
}

func TestDropped(t *testing.T) {
	r := perfdhcp.Result{Offer: perfdhcp.Phase{Sent: 600, Drops: 3}, Ack: perfdhcp.Phase{Sent: 400, Drops: 1}}
	if got := r.Dropped(); got != 0.004 {
		t.Errorf("Dropped = %v; want 0.004", got)
	}
	if got := new(perfdhcp.Result).Dropped(); got != 1 {
		t.Errorf("Dropped of nothing sent = %v; want 1", got)
	}
}
