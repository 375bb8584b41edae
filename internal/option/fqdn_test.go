package option_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"rollcall/internal/option"
)

const (
	fqdnS = option.FQDNServerUpdates
	fqdnE = option.FQDNEncoded
	fqdnN = option.FQDNNoUpdate
)

func TestParseFQDN(t *testing.T) {
	label63 := "3f" + strings.Repeat("61", 63)
	tests := []struct {
		name, in string
		want     option.FQDN
		ok       bool
	}{
		{"labels", "05 0000 04686f7374 03 6c616e 00", option.FQDN{Flags: fqdnS | fqdnE, Name: "host.lan"}, true},
		{"partial", "04 0000 04686f7374", option.FQDN{Flags: fqdnE, Name: "host", Partial: true}, true},
		{"no name", "0c 0000", option.FQDN{Flags: fqdnE | fqdnN, Partial: true}, true},
		{"the root", "04 0000 00", option.FQDN{Flags: fqdnE}, true},
		{"result codes are ignored", "04 ffff 0161", option.FQDN{Flags: fqdnE, Name: "a", Partial: true}, true},
		{"ASCII", "01 0000 686f73742e6c616e", option.FQDN{Flags: fqdnS, Name: "host.lan"}, true},
		{"ASCII partial", "00 0000 686f7374", option.FQDN{Name: "host", Partial: true}, true},
		{"ASCII with NUL", "00 0000 686f737400", option.FQDN{Name: "host", Partial: true}, true},
		{"ASCII with a last dot", "00 0000 686f73742e", option.FQDN{Name: "host"}, true},
		{"ASCII without name", "00 0000", option.FQDN{Partial: true}, true},
		{"UTF-8", "00 0000 c3a4", option.FQDN{Name: "ä", Partial: true}, true},
		{"too short", "04 00", option.FQDN{}, false},
		{"empty", "", option.FQDN{}, false},
		{"label over the end", "04 0000 05686f7374", option.FQDN{}, false},
		{"bytes after the root", "04 0000 0161 00 0162", option.FQDN{}, false},
		{"compression", "04 0000 0161 c000", option.FQDN{}, false},
		{"compression loop", "04 0000 c003", option.FQDN{}, false},
		{"reserved label type", "04 0000 40", option.FQDN{}, false},
		{"dot in a label", "04 0000 03612e62 00", option.FQDN{}, false},
		{"NUL in a label", "04 0000 03610062 00", option.FQDN{}, false},
		{"newline in ASCII", "00 0000 610a", option.FQDN{}, false},
		{"empty label in ASCII", "00 0000 612e2e62", option.FQDN{}, false},
		{"ASCII label of 64", "00 0000 " + strings.Repeat("61", 64), option.FQDN{}, false},
		{"over 255 bytes", "04 0000 " + label63 + label63 + label63 + label63 + "00", option.FQDN{}, false},
		{"ASCII over 255 bytes", "00 0000 " + strings.Repeat("612e", 200), option.FQDN{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := option.ParseFQDN(unhex(t, tt.in)); got != tt.want || ok != tt.ok {
				t.Errorf("ParseFQDN = %+v, %v; want %+v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestFQDNReply(t *testing.T) {
	tests := []struct {
		name   string
		client option.FQDNFlags
		host   string
		want   string
	}{
		{"update wanted", fqdnS | fqdnE, "host.lan", "0effff" + "04686f7374" + "036c616e" + "00"},
		{"no update wanted", fqdnE | fqdnN, "host.lan", "0cffff" + "04686f7374" + "036c616e" + "00"},
		{"partial", fqdnE, "host", "0cffff" + "04686f7374"},
		{"ASCII", fqdnS, "host.lan", "0affff" + hex.EncodeToString([]byte("host.lan"))},
		{"no name", fqdnE, "", "0cffff"},
		{"an impossible name", fqdnE, "a..b", "0cffff"},
		{"unknown flags are not returned", 0xf4, "a.b", "0cffff" + "0161" + "0162" + "00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.client.AppendReply(nil, []byte(tt.host)); hex.EncodeToString(got) != tt.want {
				t.Errorf("AppendReply = %x, want %s", got, tt.want)
			}
		})
	}
}
