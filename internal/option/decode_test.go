package option_test

import (
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rollcall/internal/option"
)

func TestWritten(t *testing.T) {
	tests := []struct {
		option, value string // hex
		want          []string
	}{
		{"routers", "0a1400010a140002", []string{"10.20.0.1", "10.20.0.2"}},
		{"routers", "0a1400", []string{"hex:0a1400"}},
		{"domain-name", hex.EncodeToString([]byte("lan.example.org")), []string{"lan.example.org"}},
		{"domain-name", "6c616e00", []string{"hex:6c616e00"}}, // the zero byte must not get lost
		{"domain-name", "20", []string{"hex:20"}},             // which as text would send nothing
		{"root-path", "", []string{"hex:"}},
		{"domain-search", "03666f6f00036261720003666f6f00", []string{"hex:03666f6f00036261720003666f6f00"}}, // we would compress it
		{"user-class", "0361622c0163", []string{"ab,", "c"}},
		{"user-class", "04612c2062", []string{"a, b"}}, // one text
		{"renewal-time", "00000078", []string{"2m"}},
		{"rapid-commit", "", []string{"true"}},
		{"option-224", "0a0b", []string{"hex:0a0b"}},
		{"vendor-specific", "0101", []string{"hex:0101"}},
	}
	for _, tt := range tests {
		d, ok := option.ByName(tt.option)
		if !ok {
			t.Fatalf("no option %s", tt.option)
		}
		b, _ := hex.DecodeString(tt.value)
		got := d.Written(b)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", tt.option, tt.value, diff)
		}
		if back, err := d.Encode(got); err != nil || hex.EncodeToString(back) != tt.value {
			t.Errorf("%s %q = %x, %v; want %s", tt.option, got, back, err, tt.value)
		}
	}
	if got := option.ByCode(option.Router).Written(nil); got != nil {
		t.Errorf("nothing to send is %q", got)
	}
}

func TestEntries(t *testing.T) {
	tests := []struct {
		option, value string // hex
		want          []option.Entry
	}{
		{"vendor-specific", "42020042" + "01026162", []option.Entry{set("vlan", "66"), set("acs-url", "ab")}},
		{"vendor-specific", "0900", []option.Entry{set("9", "hex:")}},
		{"vendor-specific", "0101" + "61" + "010162", nil}, // one given twice
		{"vendor-specific", "0105", nil},
		{"vendor-specific", "", nil},
		{"vi-vendor-specific", "00000de90d" + "03080a1400010a140002" + "ff0178" + "0000000903" + "010179", []option.Entry{
			vendor("3561", set("servers", "10.20.0.1", "10.20.0.2"), set("url", "x")), vendor("9", set("1", "y"))}},
		{"vi-vendor-specific", "00000009020105", []option.Entry{set("9", "hex:0105")}},
		{"vi-vendor-class", "000000090161" + "000000090100", []option.Entry{set("9", "a", "hex:00")}},
		{"vi-vendor-class", "0000000901", nil},
	}
	for _, tt := range tests {
		d, ok := vendorNames(t).ByName(tt.option)
		if !ok {
			t.Fatalf("no option %s", tt.option)
		}
		b, _ := hex.DecodeString(tt.value)
		got, ok := d.Entries(b)
		if !ok {
			got = nil
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", tt.option, tt.value, diff)
		}
	}
}

// Whatever is kept of an option can be written down and read back.
func TestEveryValueIsReadBack(t *testing.T) {
	names := vendorNames(t)
	rapid.Check(t, func(t *rapid.T) {
		d := names.ByCode(option.Code(rapid.IntRange(1, 254).Draw(t, "code")))
		b := rapid.SliceOfN(rapid.Byte(), 0, 24).Draw(t, "value")
		switch d.Code { // what the server itself goes by has its length, or it would not have been kept
		case option.IPv6OnlyPreferred:
			b = append(b, 0, 0, 0, 0)[:4]
		case option.AutoConfigure:
			b = append(b, 0)[:1]
		}
		if _, err := d.Encode([]string{"hex:" + hex.EncodeToString(b)}); err != nil {
			return // what the server itself goes by must make sense to it
		}
		if back, err := d.Encode(d.Written(b)); err != nil || hex.EncodeToString(back) != hex.EncodeToString(b) || back == nil {
			t.Errorf("%s %x as %q comes back as %x, %v", d.Name, b, d.Written(b), back, err)
		}
		if !d.Mapped() {
			return
		}
		if entries, ok := d.Entries(b); ok {
			if back, err := d.EncodeMapping(entries); err != nil || hex.EncodeToString(back) != hex.EncodeToString(b) {
				t.Errorf("%s %x as %v comes back as %x, %v", d.Name, b, entries, back, err)
			}
		}
	})
}
