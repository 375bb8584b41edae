package option_test

import (
	"errors"
	"fmt"
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
