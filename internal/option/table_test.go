package option_test

import (
	"testing"

	"github.com/insomniacslk/dhcp/dhcpv4"

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

func TestReserved(t *testing.T) {
	for _, c := range []option.Code{0, 50, 51, 52, 53, 54, 55, 57, 58, 59, 61, 82, 255} {
		if option.ByCode(c).Reserved == "" {
			t.Errorf("an operator may set option %d", c)
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

// Codes that an independent library can read have a type here too.
func TestTypesAreKnown(t *testing.T) {
	for _, c := range []dhcpv4.OptionCode{
		dhcpv4.OptionTimeOffset, dhcpv4.OptionMeritDumpFile, dhcpv4.OptionStreetTalkServer, dhcpv4.OptionStreetTalkDirectoryAssistanceServer,
		dhcpv4.OptionUserClassInformation, dhcpv4.OptionDNSDomainSearchList, dhcpv4.OptionClasslessStaticRoute, dhcpv4.OptionSubnetSelection,
		dhcpv4.OptionClientSystemArchitectureType, dhcpv4.OptionIPv6OnlyPreferred,
	} {
		if d := option.ByCode(option.Code(c.Code())); d.Type == option.Hex {
			t.Errorf("option %d, %v, has no type", c.Code(), c)
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
