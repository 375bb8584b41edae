package option_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"rollcall/internal/option"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEnterprises(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"00000009 02 0100 00000de9 00", "9:0100 3561:"},
		{"00000009 02 0100 00000de9", "9:0100"},
		{"00000009 05 0100", ""},
		{"000000", ""},
	}
	for _, tt := range tests {
		var got []string
		for e, data := range option.Enterprises(unhex(t, tt.in)) {
			got = append(got, fmt.Sprintf("%d:%x", e, data))
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("Enterprises(%s) = %s, want %s", tt.in, s, tt.want)
		}
	}
}

func TestFilterEnterprises(t *testing.T) {
	const nine, dsl, ten = "0000000902010a", "00000de90161", "0000000a00"
	tests := []struct {
		name, value, class, specific, want string
	}{
		{"the client names none", nine + dsl, "", "", nine + dsl},
		{"the client's options are malformed", nine + dsl, "0000", "00000009ff", nine + dsl},
		{"one of two", nine + dsl, "00000de900", "", dsl},
		{"each option of the client counts", nine + ten + dsl, "00000de900", "0000000900", nine + dsl},
		{"all", nine + dsl, "00000de9000000000900", "", nine + dsl},
		{"none", nine + dsl, "0000000b00", "", ""},
		{"not made of entries", "0102", "00000de900", "", "0102"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := option.FilterEnterprises(unhex(t, tt.value), unhex(t, tt.class), unhex(t, tt.specific))
			if want := unhex(t, tt.want); !bytes.Equal(got, want) {
				t.Errorf("%x, want %x", got, want)
			}
		})
	}
}

func TestFilterEnterprisesAllocatesOnlyToRemove(t *testing.T) {
	value, client := unhex(t, "0000000902010a00000de90161"), unhex(t, "00000de9000000000900")
	if n := testing.AllocsPerRun(100, func() { option.FilterEnterprises(value, client, nil) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
