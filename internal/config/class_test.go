package config_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rollcall/internal/config"
	"rollcall/internal/option"
)

func TestMatch(t *testing.T) {
	cfg := parse(t, `
leased:
  classes:
    - name: all
      match:
        known: false
        vendor_class: [Aastra*, "hex:4d53*"]
        user_class: iPXE
        arch: [7, 0x10, uefi-arm64]
        hardware: [DE-AD-BE-*, 0800272C494B, "8:0:27:*", deadbe*, dead.b*, "?2:*"]
        client_id: ["01:08:*", "01:08:00*", host-*, hex:00]
        duid: "00:03:*"
        circuit_id: [eth 0/1/?, ge:*, "ab:*"]
        remote_id: 08:00:27
        subscriber_id: voice
        giaddr: [10.0.0.1, 10.1.0.0/16]
        link: eth*
        requested: [66, routers]
        option: {host-name: sip-*, option-224: "hex:0a*", rapid-commit: true, domain-name: "true"}
    - {name: by-reservation}
`).Leased
	glob := func(s string) config.Pattern { return config.Pattern{Glob: s} }
	begins := func(b ...byte) config.Pattern { return config.Pattern{Bytes: b, More: true} }
	exactly := func(b ...byte) config.Pattern { return config.Pattern{Bytes: b} }
	want := []config.Criterion{
		{Key: config.MatchVendorClass, Any: []config.Pattern{glob("Aastra*"), begins('M', 'S')}},
		{Key: config.MatchUserClass, Any: []config.Pattern{glob("iPXE")}},
		{Key: config.MatchHardware, Any: []config.Pattern{
			glob("de:ad:be:*"), glob("08:00:27:2c:49:4b"), glob("08:00:27:*"), glob("de:ad:be:*"), glob("de:ad:b*"), glob("?2:*"),
		}},
		{Key: config.MatchClientID, Any: []config.Pattern{begins(1, 8), begins(1, 8, 0), glob("host-*"), exactly(0)}},
		{Key: config.MatchDUID, Any: []config.Pattern{begins(0, 3)}},
		{Key: config.MatchCircuitID, Any: []config.Pattern{glob("eth 0/1/?"), glob("ge:*"), begins(0xab)}},
		{Key: config.MatchRemoteID, Any: []config.Pattern{exactly(8, 0, 0x27)}},
		{Key: config.MatchSubscriberID, Any: []config.Pattern{glob("voice")}},
		{Key: config.MatchLink, Any: []config.Pattern{glob("eth*")}},
		{Key: config.MatchArch, Archs: []uint16{7, 16, 11, 19}},
		{Key: config.MatchGiaddr, Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32"), netip.MustParsePrefix("10.1.0.0/16")}},
		{Key: config.MatchRequested, Requested: []option.Code{66, 3}},
		{Key: config.MatchKnown},
		{Key: config.MatchOption, Option: option.ByCode(option.HostName), Any: []config.Pattern{glob("sip-*")}},
		{Key: config.MatchOption, Option: option.ByCode(224), Any: []config.Pattern{begins(0x0a)}},
		{Key: config.MatchOption, Option: option.ByCode(option.RapidCommit)},
		{Key: config.MatchOption, Option: option.ByCode(option.DomainName), Any: []config.Pattern{glob("true")}},
	}
	if diff := cmp.Diff(want, cfg.Classes[0].Match, ignorePlaces, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("match (-want +got):\n%s", diff)
	}
	if got := cfg.Classes[1].Match; len(got) != 0 {
		t.Errorf("a class without match has the criteria %+v", got)
	}
}

func TestNumberOfClassesIsBounded(t *testing.T) {
	var text strings.Builder
	text.WriteString("leased:\n  classes:\n")
	for i := range 255 {
		fmt.Fprintf(&text, "    - {name: c%d}\n", i)
	}
	parse(t, text.String())
	text.WriteString("    - {name: more}\n")
	_, err := config.Parse("rollcall.yaml", []byte(text.String()))
	if err == nil || !strings.Contains(err.Error(), "rollcall.yaml:258:14: this is class number 256; 255 is the most") {
		t.Errorf("256 classes: %v", err)
	}
}
