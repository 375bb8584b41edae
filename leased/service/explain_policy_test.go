package service_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rollcall/leased"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

const rules = `
def filter(request):
    return request.mac != "02:00:00:00:00:0d" and request.port in (67, 4011)

def unknown(request):
    if request.vendor_class == "phone":
        return definition(address = "10.99.0.7", lease_time = 60)
    return None

def reply(request, lease, reply):
    reply.options["routers"] = None
    reply.options["domain-name"] = "phones.example.org"
    if request.hostname == "mute":
        return False
    if request.hostname == "broken":
        reply.options["routers"] = 17
`

// Explain names the lines of the policy that decide.
func TestExplainPolicy(t *testing.T) {
	dir := leasedtest.Dir(t)
	if err := os.WriteFile(filepath.Join(dir, "rules.star"), []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := leasedtest.Read(t, dir, leasedtest.Floor+"  policy: {files: [rules.star]}\n")
	s := leasedtest.Run(t, leased.Config{Leased: cfg, DataDir: dir})
	s.Connect(t, "gate")
	s.Await(t, 0, "link.up")
	service := leasedv1.NewExplainServiceClient(s.Conn)
	for name, tc := range map[string]struct {
		ask            *leasedv1.ExplainRequest
		answer, reason string
		lines          []string
	}{
		"changed": {&leasedv1.ExplainRequest{Hardware: guest}, "OFFER", "", []string{"rules.star:11:", "rules.star:12:"}},
		"dropped": {&leasedv1.ExplainRequest{Hardware: "02:00:00:00:00:0d"}, "DROP", "policy-filter", []string{"rules.star:3:"}},
		"defined": {&leasedv1.ExplainRequest{Hardware: guest, VendorClass: "phone"}, "OFFER", "", []string{"rules.star:7:", "rules.star:11:"}},
		"silent":  {&leasedv1.ExplainRequest{Hardware: guest, Hostname: "mute"}, "DROP", "policy-silent", []string{"rules.star:14:"}},
		"broken":  {&leasedv1.ExplainRequest{Hardware: guest, Hostname: "broken"}, "OFFER", "", []string{"rules.star:16:"}},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := service.Explain(leasedtest.Context(t), tc.ask)
			if err != nil {
				t.Fatal(err)
			}
			if res.GetAnswer() != tc.answer || res.GetReason() != tc.reason {
				t.Errorf("%s %q, want %s %q", res.GetAnswer(), res.GetReason(), tc.answer, tc.reason)
			}
			var told strings.Builder
			for _, step := range res.GetSteps() {
				told.WriteString(strings.Join([]string{step.GetSubject(), step.GetOutcome(), step.GetBecause()}, " | ") + "\n")
			}
			for _, line := range tc.lines {
				if !strings.Contains(told.String(), filepath.Join(dir, line)) {
					t.Errorf("no step names %s:\n%s", line, told.String())
				}
			}
		})
	}
}
