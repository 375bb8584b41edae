package lookup_test

import (
	"testing"

	"rollcall/leased/engine"
	"rollcall/leased/lookup"
)

// FuzzAnswer: whatever a service sends, it is either an assignment that can be, or says what is wrong.
func FuzzAnswer(f *testing.F) {
	for _, text := range []string{
		known, "null", "{}", "[]", `{"pool": "guests"}`, `{"ignore": true}`, `{"ip": "10.20.0.7", "subnet": "10.20.0.0/22", "serial": 0}`,
		`{"ip": "10.20.0.7", "gateway": "10.20.0.1,", "options": {"vi-vendor-specific": {"3561": {"1": "text"}}, "phone-vlan": 7}}`,
		`{"hostname": "a", "classes": "phones, staff", "extra": {"a": 1}, "lease_time": "60"}`, "\xff", `{"ip": "\ud800"}`,
	} {
		f.Add([]byte(text))
	}
	s := settings(f, "fields: {domain_name: data.domain}")
	subnets := map[string]bool{"": true, "hall": true, "lobby": true}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, known, problem := lookup.Read(s, data)
		if !known && (problem == "" || a.Kind != engine.AssignDefault) {
			t.Errorf("%d, %q", a.Kind, problem)
		}
		if r := a.Definition; (a.Kind == engine.AssignDefinition) != (r != nil) || r != nil && !subnets[r.Subnet] {
			t.Errorf("kind %d with %+v", a.Kind, r)
		}
	})
}
