package option_test

import (
	"slices"
	"testing"

	"rollcall/internal/option"
)

func TestUserClasses(t *testing.T) {
	tests := []struct {
		in   string
		want []string
	}{
		{"", nil},
		{"iPXE", []string{"iPXE"}},
		{"\x04iPXE", []string{"iPXE"}},
		{"\x04iPXE\x06stage2", []string{"iPXE", "stage2"}},
		{"\x05iPXE", []string{"\x05iPXE"}},         // one byte short: not counted
		{"\x03iPXE", []string{"\x03iPXE"}},         // bytes left over
		{"\x04iPXE\x00", []string{"\x04iPXE\x00"}}, // RFC 3004 §4: at least one octet
		{"\x00", []string{"\x00"}},
	}
	for _, tt := range tests {
		var got []string
		for class := range option.UserClasses([]byte(tt.in)) {
			got = append(got, string(class))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("UserClasses(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// What is read or written for every packet must cost nothing.
func TestClientReadersDoNotAllocate(t *testing.T) {
	classes, reply := []byte("\x04iPXE\x06stage2"), make([]byte, 0, 64)
	n := testing.AllocsPerRun(100, func() {
		for class := range option.UserClasses(classes) {
			_ = class
		}
		f := option.FQDN{Flags: option.FQDNEncoded}
		reply = f.Flags.AppendReply(reply[:0], []byte("host.lan.example.org"))
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
