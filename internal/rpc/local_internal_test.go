package rpc

import "testing"

func TestLeadsTo(t *testing.T) {
	for _, tt := range []struct {
		dialled, listen string
		want            bool
	}{
		{"unix:///run/leased.sock", "unix:///run/leased.sock", true},
		{"unix:///run/leased.sock", "unix:///run/other.sock", false},
		{"unix:///run/leased.sock", "tcp://:8068", false},
		{"tcp://10.0.0.1:8068", "tcp://10.0.0.1:8068", true},
		{"tcp://10.0.0.1:8068", "tcp://10.0.0.1:8069", false},
		{"tcp://10.0.0.1:8068", "tcp://10.0.0.2:8068", false},
		{"tcp://leased.example.org:8068", "tcp://leased.example.org:8068", true},
		{"tcp://localhost:8068", "tcp://:8068", true},
		{"tcp://:8068", "tcp://[::]:8068", true},
		{"tcp://127.0.0.1:8068", "tcp://[::]:8068", true},
		{"tcp://[::1]:8068", "tcp://:8068", true},
		{"tcp://[::1]:8069", "tcp://:8068", false},
		{"tcp://[::1]:8068", "tcp://0.0.0.0:8068", false},
		{"tcp://10.0.0.1:8068", "tcp://:8068", false}, // may be another host
		{"tcp://leased.example.org:8068", "tcp://:8068", false},
	} {
		dialled, err := Parse(tt.dialled)
		if err != nil {
			t.Fatal(err)
		}
		listen, err := Parse(tt.listen)
		if err != nil {
			t.Fatal(err)
		}
		if got := dialled.leadsTo(listen); got != tt.want {
			t.Errorf("%s leads to %s: %v, want %v", dialled, listen, got, tt.want)
		}
	}
}
