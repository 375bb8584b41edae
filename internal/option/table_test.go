package option_test

import (
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"rollcall/internal/option"
)

func TestNames(t *testing.T) {
	tests := []struct {
		name string
		want option.Code
	}{
		{"routers", 3}, {"domain-name-servers", 6}, {"domain-name", 15}, {"interface-mtu", 26}, {"static-routes", 33},
		{"ntp-servers", 42}, {"log-servers", 7}, {"netbios-name-servers", 44}, {"tftp-server-name", 66},
		{"bootfile-name", 67}, {"boot-file-name", 67}, {"vendor-class-identifier", 60}, {"domain-search", 119},
		{"classless-static-routes", 121}, {"tftp-server-address", 150}, {"dhcp-lease-time", 51},
		{"vendor-specific", 43}, {"vi-vendor-class", 124}, {"vi-vendor-specific", 125}, {"auto-configure", 116},
		{"option-224", 224}, {"option-3", 3}, {"option-254", 254},
	}
	for _, tt := range tests {
		if d, ok := option.ByName(tt.name); !ok || d.Code != tt.want {
			t.Errorf("ByName(%q) = %d, %v; want %d", tt.name, d.Code, ok, tt.want)
		}
	}
	for _, name := range []string{"", "Routers", "router s", "option-", "option-0", "option-255", "option-256", "option-03", "option-+3", "option-3x"} {
		if d, ok := option.ByName(name); ok {
			t.Errorf("ByName(%q) = %d, want none", name, d.Code)
		}
	}
}

// Each name leads back to its own row: no name is given away twice.
func TestTableIsConsistent(t *testing.T) {
	for c := range 256 {
		d := option.ByCode(option.Code(c))
		if int(d.Code) != c || d.Name == "" || option.Code(c).String() != d.Name {
			t.Errorf("ByCode(%d) = %d %q", c, d.Code, d.Name)
		}
		if got, ok := option.ByName(d.Name); ok && int(got.Code) != c {
			t.Errorf("%q names both %d and %d", d.Name, c, got.Code)
		}
		for _, alias := range option.Aliases(d) {
			if got, ok := option.ByName(alias); !ok || int(got.Code) != c {
				t.Errorf("%q, an alias of %s, leads to %d", alias, d.Name, got.Code)
			}
		}
	}
}

func TestEveryNameIsFound(t *testing.T) {
	for c := option.Pad + 1; c < option.End; c++ {
		want := option.ByCode(c)
		if got, ok := option.ByName(want.Name); !ok || got.Code != c {
			t.Errorf("%q is option %d, %v; want %d", want.Name, got.Code, ok, c)
		}
	}
}

func TestReserved(t *testing.T) {
	for _, c := range []option.Code{0, 50, 51, 52, 53, 54, 55, 57, 58, 59, 61, 80, 81, 82, 90, 91, 92, 118, 151, 152, 153, 154, 155, 156, 157, 255} {
		if option.ByCode(c).Reserved == "" {
			t.Errorf("an operator may set option %d", c)
		}
	}
}

// registered are the codes that the registry assigns, and the two of private
// use that clients everywhere ask for.
func registered() (codes []option.Code) {
	for _, span := range [][2]option.Code{{1, 83}, {85, 95}, {97, 101}, {108, 109}, {112, 114}, {116, 125}, {128, 148}, {150, 162},
		{175, 177}, {208, 213}, {220, 221}, {249, 249}, {252, 252}} {
		for c := span[0]; c <= span[1]; c++ {
			codes = append(codes, c)
		}
	}
	return codes
}

// Each registered code has a name, and each row of the table an example, which
// reads and writes.
func TestEveryOption(t *testing.T) {
	data, err := os.ReadFile("testdata/options.txt")
	if err != nil {
		t.Fatal(err)
	}
	var seen []option.Code
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		head, text, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "= ")
		var code int
		var name, typ, digits string
		fmt.Sscan(head, &code, &name, &typ, &digits) // a flag has no digits
		value, err := hex.DecodeString(digits)
		if !ok || err != nil {
			t.Fatalf("not an example: %s", line)
		}
		seen = append(seen, option.Code(code))
		d := option.ByCode(option.Code(code))
		if d.Name != name || d.Type.String() != typ {
			t.Errorf("option %d is %s, %s; want %s, %s", code, d.Name, d.Type, name, typ)
		}
		values := d.Values(value)
		if got := strings.Join(values, " | "); got != text {
			t.Errorf("%s: Values(%x) = %s, want %s", name, value, got, text)
		}
		if d.Type == option.ClientName {
			continue // clients write it
		}
		if b, err := d.Encode(values); err != nil || hex.EncodeToString(b) != digits {
			t.Errorf("%s: Encode(%q) = %x, %v; want %s", name, values, b, err, digits)
		}
	}
	if !slices.Equal(seen, registered()) {
		t.Errorf("examples for %d\nregistered are %d", seen, registered())
	}
	for c := option.Pad + 1; c < option.End; c++ {
		if named := option.ByCode(c).Name != fmt.Sprintf("option-%d", c); named != slices.Contains(seen, c) {
			t.Errorf("option %d, %v: named %v, has an example %v", c, c, named, !named)
		}
	}
}

// The names of the registry itself lead to their codes, written as operators
// write names.
func TestRegistryNames(t *testing.T) {
	data, err := os.ReadFile("testdata/registry.txt")
	if err != nil {
		t.Fatal(err)
	}
	spell := strings.NewReplacer(" ", "-", "/", "-", "_", "-")
	for line := range strings.Lines(string(data)) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if code == "#" {
			continue
		}
		name = spell.Replace(strings.ToLower(name))
		if d, ok := option.ByName(name); !ok || fmt.Sprint(uint8(d.Code)) != code {
			t.Errorf("%s is option %d, %v; want %s", name, d.Code, ok, code)
		}
	}
}

func TestSuggest(t *testing.T) {
	tests := []struct{ name, want string }{
		{"router", "routers"}, {"routes", "routers"}, {"domain-name-server", "domain-name-servers"}, {"domain_name_servers", "domain-name-servers"},
		{"Domain-Name", "domain-name"}, {"ntp-sever", "ntp-servers"}, {"bootfilename", "bootfile-name"}, {"tftp-servername", "tftp-server-name"},
		{"clasless-static-routes", "classless-static-routes"}, {"dns-servers", "domain-name-servers"},
		{"colour", ""}, {"", ""}, {"x", ""},
	}
	for _, tt := range tests {
		if got := option.Suggest(tt.name); got != tt.want {
			t.Errorf("Suggest(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}
