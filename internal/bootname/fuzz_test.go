package bootname_test

import (
	"strings"
	"testing"

	"rollcall/internal/bootname"
)

// FuzzNames: whatever an operator writes is refused, or fits its place in a message and holds nothing that would end it there.
func FuzzNames(f *testing.F) {
	for _, s := range []string{"", "a/{mac}", "{http}/x?{uuid}", "http://{server}:80/${net0/mac}", "tftp://x/", "{", "$", "${", "}{mac:colon}"} {
		f.Add(s, "host.example.org")
	}
	f.Fuzz(func(t *testing.T, name, hostname string) {
		m := *machine
		m.Hostname = hostname
		full := bootname.Expand(name, &m)
		for what, check := range map[string]struct {
			fault *bootname.Fault
			most  int
		}{
			"file": {bootname.File(name), bootname.MaxFile}, "path": {bootname.Path(name), bootname.MaxName},
			"url": {bootname.URL(name), bootname.MaxName}, "script": {bootname.Script(name), bootname.MaxName},
		} {
			if check.fault != nil {
				if check.fault.Problem == "" || check.fault.Remedy == "" {
					t.Errorf("%q as %s: %+v", name, what, check.fault)
				}
				continue
			}
			if len(full) > check.most || strings.ContainsRune(full, 0) || strings.ContainsAny(full, "\r\n") {
				t.Errorf("%q as %s becomes %q", name, what, full)
			}
		}
		bootname.HostToResolve(name)
	})
}
