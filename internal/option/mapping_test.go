package option_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/option"
)

func set(key string, values ...string) option.Entry {
	return option.Entry{Key: key, Values: values}
}

func vendor(enterprise string, entries ...option.Entry) option.Entry {
	return option.Entry{Key: enterprise, Entries: entries}
}

func vendorNames(t *testing.T) *option.Names {
	return define(t,
		option.Definition{Name: "acs-url", Code: 1, Type: "string", Of: "vendor-specific"},
		option.Definition{Name: "vlan", Code: 66, Type: "uint16", Of: "vendor-specific"},
		option.Definition{Name: "phone", Code: 224, Type: "sub-options"},
		option.Definition{Name: "gain", Code: 1, Type: "int8", Of: "phone"},
		option.Definition{Name: "script", Code: 200, Type: "string", Of: "etherboot"},
		option.Definition{Name: "servers", Code: 3, Type: "addresses", Of: "vi-vendor-specific 3561"},
		option.Definition{Name: "url", Code: 255, Type: "string", Of: "vi-vendor-specific 3561"},
	)
}

func TestEncodeMapping(t *testing.T) {
	tests := []struct {
		name    string
		option  string
		entries []option.Entry
		want    string // hex
		text    string
	}{
		{"in the order given", "vendor-specific", []option.Entry{set("vlan", "66"), set("acs-url", "ab")}, "42020042" + "01026162", "vlan=66 acs-url=ab"},
		{"by number", "vendor-specific", []option.Entry{set("66", "1"), set("1", "a b")}, "42020001" + "0103612062", `vlan=1 acs-url="a b"`},
		{"without definition", "vendor-specific", []option.Entry{set("7", "text"), set("8", "hex:00ff"), set("9", "hex:")}, "070474657874" + "080200ff" + "0900", "7=text 8=hex:00ff 9=hex:"},
		{"empty values", "vendor-specific", []option.Entry{set("acs-url", ""), set("7"), set("8", "x")}, "080178", "8=x"},
		{"an own option", "phone", []option.Entry{set("gain", "-1"), set("2", "x")}, "0101ff" + "020178", "gain=-1 2=x"},
		{"sub-options of a standard", "etherboot", []option.Entry{set("no-pxedhcp", "1"), set("8", "0"), set("script", "x")}, "b00101" + "080100" + "c80178", "no-pxedhcp=1 keep-san=0 script=x"},
		{"RFC 2242 section 3", "nwip-suboptions", []option.Entry{set("exist-in-options-area", "true"), set("nsq-broadcast", "true"), set("nearest-nwip-server", "10.20.0.1")},
			"0200" + "050101" + "07040a140001", "exist-in-options-area=true nsq-broadcast=true nearest-nwip-server=10.20.0.1"},
		{"RFC 3925 section 4", "vi-vendor-specific", []option.Entry{
			vendor("3561", set("servers", "10.20.0.1", "10.20.0.2"), set("url", "x")), vendor("9", set("1", "y"))},
			"00000de90d" + "03080a1400010a140002" + "ff0178" + "0000000903" + "010179",
			`3561{servers="10.20.0.1, 10.20.0.2" url=x} 9{1=y}`},
		{"an enterprise in hex", "vi-vendor-specific", []option.Entry{set("9", "hex:0105")}, "00000009020105", "9=hex:0105"},
		{"RFC 3925 section 3", "vi-vendor-class", []option.Entry{set("3561", "dslforum.org"), set("9", "a", "hex:00")},
			"00000de90c" + hex.EncodeToString([]byte("dslforum.org")) + "000000090161" + "000000090100", "3561=dslforum.org 9=a 9=hex:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, ok := vendorNames(t).ByName(tt.option)
			if !ok || !d.Mapped() {
				t.Fatalf("%s is not a mapping", tt.option)
			}
			b, err := d.EncodeMapping(tt.entries)
			if err != nil || hex.EncodeToString(b) != tt.want {
				t.Fatalf("EncodeMapping = %x, %v; want %s", b, err, tt.want)
			}
			if got := d.Text(b); got != tt.text {
				t.Errorf("Text = %s, want %s", got, tt.text)
			}
		})
	}
}

func TestEncodeMappingNothing(t *testing.T) {
	for _, tt := range []struct {
		option  string
		entries []option.Entry
	}{
		{"vendor-specific", nil},
		{"vendor-specific", []option.Entry{set("1", ""), set("2")}},
		{"vi-vendor-specific", nil},
		{"vi-vendor-specific", []option.Entry{vendor("9", set("1", "")), vendor("10"), set("11", "")}},
		{"vi-vendor-class", []option.Entry{set("9", ""), set("10")}},
	} {
		d, _ := option.ByName(tt.option)
		if b, err := d.EncodeMapping(tt.entries); b != nil || err != nil {
			t.Errorf("%s: EncodeMapping(%v) = %x, %v; want nothing", tt.option, tt.entries, b, err)
		}
	}
}

func TestEncodeMappingErrors(t *testing.T) {
	long := strings.Repeat("a", 200)
	tests := []struct {
		option  string
		entries []option.Entry
		want    option.ValueError
	}{
		{"vendor-specific", []option.Entry{set("7", "x"), set("acs-ulr", "x")},
			option.ValueError{Keys: []string{"acs-ulr"}, BadKey: true, Value: "acs-ulr", Problem: "is not a known sub-option", Example: "acs-url"}},
		{"vendor-specific", []option.Entry{set("colour", "x")},
			option.ValueError{Keys: []string{"colour"}, BadKey: true, Value: "colour", Problem: "is neither the number of a sub-option nor the name of one that is defined", Example: "1"}},
		{"vendor-specific", []option.Entry{set("255", "x")},
			option.ValueError{Keys: []string{"255"}, BadKey: true, Value: "255", Problem: "is neither the number of a sub-option nor the name of one that is defined", Example: "1"}},
		{"vendor-specific", []option.Entry{set("acs-url", "x"), set("1", "y")},
			option.ValueError{Keys: []string{"1"}, BadKey: true, Value: "1", Problem: "is given twice"}},
		{"vendor-specific", []option.Entry{set("vlan", "x")},
			option.ValueError{Keys: []string{"vlan"}, Value: "x", Problem: "is not a number from 0 to 65535", Example: "1500"}},
		{"vendor-specific", []option.Entry{set("7", long+long)},
			option.ValueError{Keys: []string{"7"}, BadKey: true, Value: "7", Problem: "has a value of 400 bytes, and a sub-option holds no more than 255"}},
		{"vendor-specific", []option.Entry{vendor("7", set("1", "x"))},
			option.ValueError{Keys: []string{"7"}, BadKey: true, Value: "7", Problem: "has no sub-options of its own"}},
		{"vi-vendor-specific", []option.Entry{vendor("cisco", set("1", "x"))},
			option.ValueError{Keys: []string{"cisco"}, BadKey: true, Value: "cisco", Problem: "is not an enterprise number", Example: "3561"}},
		{"vi-vendor-specific", []option.Entry{vendor("9", set("1", "x")), vendor("9", set("2", "x"))},
			option.ValueError{Keys: []string{"9"}, BadKey: true, Value: "9", Problem: "is given twice", Example: "3561"}},
		{"vi-vendor-specific", []option.Entry{vendor("3561", set("servers", "x"))},
			option.ValueError{Keys: []string{"3561", "servers"}, Value: "x", Problem: "is not an IPv4 address", Example: "10.20.0.1"}},
		{"vi-vendor-specific", []option.Entry{vendor("9", set("servers", "x"))},
			option.ValueError{Keys: []string{"9", "servers"}, BadKey: true, Value: "servers", Problem: "is neither the number of a sub-option nor the name of one that is defined", Example: "1"}},
		{"vi-vendor-specific", []option.Entry{vendor("9", set("1", long), set("2", long))},
			option.ValueError{Keys: []string{"9"}, BadKey: true, Value: "9", Problem: "has 404 bytes, and no more than 255 can be sent for one enterprise"}},
		{"vi-vendor-specific", []option.Entry{set("9", "text")},
			option.ValueError{Keys: []string{"9"}, Value: "text", Problem: "is neither sub-options of the enterprise nor their bytes", Example: "9: {1: text}"}},
		{"vi-vendor-class", []option.Entry{vendor("9", set("1", "x"))},
			option.ValueError{Keys: []string{"9"}, BadKey: true, Value: "9", Problem: "takes text, not sub-options", Example: "example"}},
	}
	for _, tt := range tests {
		d, _ := vendorNames(t).ByName(tt.option)
		b, err := d.EncodeMapping(tt.entries)
		got, ok := errors.AsType[*option.ValueError](err)
		if !ok || b != nil {
			t.Errorf("%s %v: %x, %v", tt.option, tt.entries, b, err)
			continue
		}
		tt.want.Option = tt.option
		if diff := cmp.Diff(&tt.want, got); diff != "" {
			t.Errorf("%s %v (-want +got):\n%s", tt.option, tt.entries, diff)
		}
	}
}

func TestMappingErrorText(t *testing.T) {
	d, _ := vendorNames(t).ByName("vi-vendor-specific")
	for _, tt := range []struct {
		key, want string
	}{
		{"servers", `option vi-vendor-specific: 3561: servers: "x" is not an IPv4 address; write for example 10.20.0.1`},
		{"serves", `option vi-vendor-specific: 3561: "serves" is not a known sub-option; write for example servers`},
	} {
		if _, err := d.EncodeMapping([]option.Entry{vendor("3561", set(tt.key, "x"))}); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
}

// The line that Text writes can be written in a configuration, too.
func TestMappingOnOneLine(t *testing.T) {
	tests := []struct{ option, line, want string }{
		{"vendor-specific", "vlan=66 acs-url=http://a/?b=c", "42020042" + "010d" + hex.EncodeToString([]byte("http://a/?b=c"))},
		{"vendor-specific", `1="a \"b\" {}"`, "010861202262222" + "07b7d"},
		{"vendor-specific", `7=C:\x`, "0704433a5c78"},
		{"vi-vendor-specific", `3561{servers="10.20.0.1, 10.20.0.2"} 9=hex:00`, "00000de90a" + "03080a1400010a140002" + "0000000901" + "00"},
		{"vi-vendor-specific", `9{}`, ""},
		{"vi-vendor-class", "9=a 10=b 9=c", "000000090161" + "000000090163" + "0000000a0162"},
	}
	for _, tt := range tests {
		d, _ := vendorNames(t).ByName(tt.option)
		if b, err := d.Encode([]string{tt.line}); err != nil || hex.EncodeToString(b) != tt.want {
			t.Errorf("%s: Encode(%s) = %x, %v; want %s", tt.option, tt.line, b, err, tt.want)
		}
	}
	for _, tt := range []struct{ option, line string }{
		{"vendor-specific", "1"}, {"vendor-specific", "=x"}, {"vendor-specific", `1="x`}, {"vendor-specific", "1=x}"}, {"vendor-specific", "1="},
		{"vendor-specific", "1{2=x}"}, {"vendor-specific", `1=x"y"`}, {"vi-vendor-specific", "9{1=x"}, {"vi-vendor-specific", "9{1{2=x}}"},
		{"vi-vendor-specific", "9{1=x}}"}, {"vi-vendor-class", "9{1=x}"},
	} {
		d, _ := option.ByName(tt.option)
		if b, err := d.Encode([]string{tt.line}); err == nil {
			t.Errorf("%s: Encode(%s) = %x, want an error", tt.option, tt.line, b)
		}
	}
}
