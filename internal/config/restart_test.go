package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What leased decides by may change while it runs; what its sockets and its log hang on may not.
func TestRulesChangeWithoutRestart(t *testing.T) {
	before := parse(t, "leased:\n").Leased
	after := parse(t, `
leased:
  option_definitions: [{name: phone-vlan, code: 224, type: uint16}]
  options: {phone-vlan: 7}
  boot: {file: x}
  lease: {time: 2h, min: 1m, max: infinite, affinity: 1h, reuse: 5%, scarce: 5%}
  rapid_commit: true
  bootp: true
  echo_client_id: false
  nak_renewals: true
  limits: {leases_per_client: 1, leases_per_circuit: 1}
  leasequery: {allow: 10.0.0.1}
  policy: {files: a.star}
  lookup: {url: "http://127.0.0.1/"}
  classes: [{name: phones}]
  shared_networks: [{name: hall, link_selection: ignore}]
  subnets: [{name: hall, prefix: 10.0.0.0/24}]
`).Leased
	if keys := before.Fixed(after); len(keys) > 0 {
		t.Errorf("%v take a restart", keys)
	}
	if !after.RapidCommit || !after.BOOTP || after.EchoClientID || !after.NAKRenewals {
		t.Errorf("switches: %+v", after)
	}
	moved := parse(t, "leased: {listen: unix:///run/other.sock, events: {max_age: 1d}}\n").Leased
	if diff := cmp.Diff([]string{"leased.listen", "leased.events.max_age"}, before.Fixed(moved)); diff != "" {
		t.Errorf("keys that take a restart (-want +got):\n%s", diff)
	}
}
