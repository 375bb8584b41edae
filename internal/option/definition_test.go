package option_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rollcall/internal/option"
)

// define builds the names of a configuration with own definitions.
func define(t *testing.T, defs ...option.Definition) *option.Names {
	t.Helper()
	names := option.Standard()
	for _, d := range defs {
		var err error
		if names, err = names.Define(d); err != nil {
			t.Fatalf("%+v: %v", d, err)
		}
	}
	return names
}

func TestDefine(t *testing.T) {
	names := define(t,
		option.Definition{Name: "phone-vlan", Code: 224, Type: "uint16"},
		option.Definition{Name: "gateways", Code: 3, Type: "addresses"}, // another name for a standard option
		option.Definition{Name: "place", Code: 123, Type: "string"},     // raw bytes in the table
		option.Definition{Name: "lunches", Code: 26, Type: "uint16"},
	)
	phone, ok := names.ByName("phone-vlan")
	if !ok || phone.Code != 224 || names.ByCode(224).Name != "phone-vlan" {
		t.Fatalf("phone-vlan is option %d, %v", phone.Code, ok)
	}
	b, err := phone.Encode([]string{"100"})
	if fmt.Sprintf("%x", b) != "0064" || err != nil || phone.Text(b) != "100" {
		t.Errorf("phone-vlan 100 = %x, %v, %q", b, err, phone.Text(b))
	}
	for _, name := range []string{"gateways", "routers", "option-3"} {
		if d, ok := names.ByName(name); !ok || d.Code != option.Router {
			t.Errorf("%s is option %d, %v", name, d.Code, ok)
		}
	}
	if lunches, _ := names.ByName("lunches"); true {
		if _, err := lunches.Encode([]string{"67"}); err == nil {
			t.Error("the smallest MTU does not hold for another name of interface-mtu")
		}
	}
	if got := names.Suggest("fone-vlan"); got != "phone-vlan" {
		t.Errorf("Suggest = %q", got)
	}
	if _, ok := option.ByName("phone-vlan"); ok {
		t.Error("a definition reached the standard table")
	}
}

// Each type can be used in a definition, and what it writes it reads.
func TestEveryType(t *testing.T) {
	examples := map[string]struct {
		values []string
		want   string // hex
	}{
		"hex":             {[]string{"hex:0a0b"}, "0a0b"},
		"opaque":          {[]string{"text"}, "74657874"},
		"address":         {[]string{"10.20.0.1"}, "0a140001"},
		"addresses":       {[]string{"10.20.0.1", "10.20.0.2"}, "0a1400010a140002"},
		"address-pairs":   {[]string{"10.0.0.0 255.0.0.0"}, "0a000000ff000000"},
		"ipv6-address":    {[]string{"2001:db8::1"}, "20010db8000000000000000000000001"},
		"uint8":           {[]string{"255"}, "ff"},
		"uint16":          {[]string{"65535"}, "ffff"},
		"uint32":          {[]string{"4294967295"}, "ffffffff"},
		"int8":            {[]string{"-128"}, "80"},
		"int16":           {[]string{"-32768"}, "8000"},
		"int32":           {[]string{"-2147483648"}, "80000000"},
		"seconds":         {[]string{"1h30m"}, "00001518"},
		"uint8-list":      {[]string{"0", "255"}, "00ff"},
		"uint16-list":     {[]string{"0", "65535"}, "0000ffff"},
		"uint32-list":     {[]string{"0", "4294967295"}, "00000000ffffffff"},
		"bool":            {[]string{"true"}, "01"},
		"string":          {[]string{"a, b"}, "612c2062"},
		"counted-strings": {[]string{"a", "b"}, "01610162"},
		"domain-name":     {[]string{"a.b"}, "0161016200"},
		"domain-names":    {[]string{"a.b", "c.b"}, "01610162000163016200"},
		"domain-search":   {[]string{"a.b", "c.b"}, "01610162000163c002"},
		"routes":          {[]string{"10.0.0.0/8 via 10.20.0.1"}, "080a0a140001"},
		"sub-options":     {[]string{"1=x"}, "010178"},
		"flag":            {[]string{"true"}, ""},
	}
	for _, name := range option.TypeNames() {
		t.Run(name, func(t *testing.T) {
			example, ok := examples[name]
			if !ok {
				t.Fatal("no example")
			}
			d, _ := define(t, option.Definition{Name: "mine", Code: 224, Type: name}).ByName("mine")
			b, err := d.Encode(example.values)
			if err != nil || fmt.Sprintf("%x", b) != example.want {
				t.Fatalf("Encode(%q) = %x, %v; want %s", example.values, b, err, example.want)
			}
			if got := d.Values(b); !slices.Equal(got, example.values) {
				t.Errorf("Values(%x) = %q, want %q", b, got, example.values)
			}
		})
	}
}

func TestNumbersHaveBounds(t *testing.T) {
	for name, values := range map[string][]string{
		"uint8": {"-1", "256"}, "uint16": {"-1", "65536"}, "uint32": {"-1", "4294967296"}, "int8": {"-129", "128"},
		"int16": {"-32769", "32768"}, "int32": {"-2147483649", "2147483648"}, "seconds": {"-1s", "4294967295s"},
		"uint8-list": {"1,256"}, "uint16-list": {"65536"}, "uint32-list": {"4294967296"}, "bool": {"2"}, "flag": {"maybe"},
	} {
		d, _ := define(t, option.Definition{Name: "mine", Code: 224, Type: name}).ByName("mine")
		for _, v := range values {
			if b, err := d.Encode([]string{v}); err == nil {
				t.Errorf("%s: Encode(%s) = %x, want an error", name, v, b)
			}
		}
	}
}

func TestDefineErrors(t *testing.T) {
	names := define(t, option.Definition{Name: "phone-vlan", Code: 224, Type: "uint16"},
		option.Definition{Name: "acs-url", Code: 1, Type: "string", Of: "vendor-specific"})
	tests := []struct {
		def         option.Definition
		field, want string
	}{
		{option.Definition{Name: "x", Code: 225, Type: "word"}, "type", `unknown type "word"; write one of hex, opaque, address, `},
		{option.Definition{Name: "", Code: 225, Type: "uint8"}, "name", `"" cannot be a name; `},
		{option.Definition{Name: "Phone", Code: 225, Type: "uint8"}, "name", `"Phone" cannot be a name; use lower case letters`},
		{option.Definition{Name: "2x", Code: 225, Type: "uint8"}, "name", `"2x" cannot be a name; `},
		{option.Definition{Name: strings.Repeat("x", 64), Code: 225, Type: "uint8"}, "name", ``},
		{option.Definition{Name: "option-225", Code: 225, Type: "uint8"}, "name", `names beginning with option- are for numbers; `},
		{option.Definition{Name: "routers", Code: 225, Type: "uint8"}, "name", `"routers" is the name of option 3; `},
		{option.Definition{Name: "hostname", Code: 225, Type: "uint8"}, "name", `"hostname" is the name of option 12; `},
		{option.Definition{Name: "phone-vlan", Code: 225, Type: "uint8"}, "name", `"phone-vlan" is the name of option 224; `},
		{option.Definition{Name: "vlan", Code: 224, Type: "uint16"}, "code", `code 224 is defined already, as phone-vlan; `},
		{option.Definition{Name: "x", Code: 0, Type: "uint8"}, "code", `code 0 cannot be used; write a number from 1 to 254`},
		{option.Definition{Name: "x", Code: 255, Type: "uint8"}, "code", `code 255 cannot be used; `},
		{option.Definition{Name: "x", Code: -1, Type: "uint8"}, "code", `code -1 cannot be used; `},
		{option.Definition{Name: "x", Code: 256, Type: "uint8"}, "code", `code 256 cannot be used; `},
		{option.Definition{Name: "x", Code: 3, Type: "uint8"}, "type", `code 3 is routers, whose type is addresses; write addresses, or use routers`},
		{option.Definition{Name: "acs", Code: 1, Type: "string", Of: "vendor-specific"}, "code", `code 1 is defined already, as acs-url; `},
		{option.Definition{Name: "acs-url", Code: 2, Type: "string", Of: "vendor-specific"}, "name", `"acs-url" is the name of sub-option 1; `},
		{option.Definition{Name: "x", Code: 255, Type: "string", Of: "vendor-specific"}, "code", `code 255 cannot be used; `},
		{option.Definition{Name: "x", Code: 1, Type: "sub-options", Of: "vendor-specific"}, "type", `unknown type "sub-options"; `},
		{option.Definition{Name: "x", Code: 1, Type: "string", Of: "vendor"}, "of", `unknown option "vendor"; `},
		{option.Definition{Name: "x", Code: 1, Type: "string", Of: "routers"}, "of", `option routers has no sub-options; `},
		{option.Definition{Name: "x", Code: 1, Type: "string", Of: "relay-agent-information"}, "of", `option relay-agent-information is returned`},
		{option.Definition{Name: "x", Code: 1, Type: "string", Of: "vendor-specific 9"}, "of", `option vendor-specific is not divided by enterprise numbers; `},
		{option.Definition{Name: "x", Code: 1, Type: "string", Of: "vi-vendor-specific"}, "of", `"vi-vendor-specific" does not name an enterprise; `},
		{option.Definition{Name: "x", Code: 1, Type: "string", Of: "vi-vendor-specific 4294967296"}, "of", `"vi-vendor-specific 4294967296" does not name an enterprise; `},
	}
	for _, tt := range tests {
		_, err := names.Define(tt.def)
		bad, ok := errors.AsType[*option.DefinitionError](err)
		if !ok || bad.Field != tt.field || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%+v:\n got %v\nwant %s: %s", tt.def, err, tt.field, tt.want)
		}
	}
}

func TestDefineRefusesTheServersOwn(t *testing.T) {
	for _, c := range []int{50, 51, 52, 53, 54, 55, 57, 58, 59, 61, 80, 81, 82, 90, 91, 92, 118, 151, 152, 153, 154, 155, 156, 157} {
		_, err := option.Standard().Define(option.Definition{Name: "x", Code: c, Type: "hex"})
		if bad, ok := errors.AsType[*option.DefinitionError](err); !ok || bad.Field != "code" {
			t.Errorf("code %d: %v", c, err)
		}
	}
}
