package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/config"
)

func TestPolicyAndLookup(t *testing.T) {
	got := parse(t, `
leased:
  policy:
    files: [policy/phones.star, /srv/site.star]
    timeout: 2ms
    on_error: {filter: closed, reply: open}
  lookup:
    url: https://register.example.org/lookup?site=hall
    method: GET
    headers: {x-site: hall}
    headers_file: lookup.headers
    fields: {ip: data.ip, ignore: blocked}
    keep: {negative: 1m}
    rate: 10
  subnets:
    - {name: lobby, prefix: 10.99.0.0/24, pools: [{range: 10.99.0.50-10.99.0.99, name: guests}]}
`).Leased
	wantPolicy := &config.Policy{
		Files: []string{"/etc/rollcall/policy/phones.star", "/srv/site.star"}, Steps: 10_000, Timeout: 2 * time.Millisecond,
		Closed: map[string]bool{config.HookFilter: true},
	}
	if diff := cmp.Diff(wantPolicy, got.Policy, cmp.FilterPath(func(p cmp.Path) bool { return strings.HasSuffix(p.String(), "Pos") }, cmp.Ignore())); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
	if want := (config.Pos{Line: 4, Column: 33}); got.Policy.FilePos[1] != want {
		t.Errorf("place of the second file: %v, want %v", got.Policy.FilePos[1], want)
	}
	wantLookup := &config.Lookup{
		URL: "https://register.example.org/lookup?site=hall", Method: "GET", Headers: map[string]string{"X-Site": "hall"},
		HeadersFile: "/etc/rollcall/lookup.headers", Fields: map[string]string{"ip": "data.ip", "ignore": "blocked"},
		Timeout: 2 * time.Second, Positive: 5 * time.Minute, Negative: time.Minute, Stale: 24 * time.Hour, Concurrent: 4, Rate: 10, Machines: 65536,
	}
	if diff := cmp.Diff(wantLookup, got.Lookup, ignorePlaces); diff != "" {
		t.Errorf("lookup (-want +got):\n%s", diff)
	}
	if name := got.Subnets[0].Pools[0].Name; name != "guests" {
		t.Errorf("the pool is called %q", name)
	}
}

// One word holds for all hooks that can fail closed.
func TestOnErrorAsOneWord(t *testing.T) {
	for word, want := range map[string]map[string]bool{
		"open":   nil,
		"closed": {config.HookFilter: true, config.HookUnknown: true, config.HookChoose: true, config.HookReply: true},
	} {
		got := parse(t, "leased: {policy: {files: a.star, on_error: "+word+"}}").Leased.Policy.Closed
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", word, diff)
		}
	}
}

// A section of which everything is commented out is none.
func TestEmptyPolicyAndLookupAreNone(t *testing.T) {
	if got := parse(t, "leased:\n  policy:\n  lookup:\n").Leased; got.Policy != nil || got.Lookup != nil {
		t.Errorf("policy %v, lookup %v; want none", got.Policy, got.Lookup)
	}
}

func TestParseHeaders(t *testing.T) {
	got, err := config.ParseHeaders("# of the desk\n\nauthorization: Bearer a:b\r\nX-Empty:\n")
	if diff := cmp.Diff(map[string]string{"Authorization": "Bearer a:b", "X-Empty": ""}, got); err != nil || diff != "" {
		t.Errorf("ParseHeaders: %v (-want +got):\n%s", err, diff)
	}
	for text, want := range map[string]string{
		"a: b\nsecret":                        "line 2: there is no colon",
		"Host: secret":                        "line 1: Host is the host of url",
		"X: secret\x00":                       "line 1: X has characters",
		"X: a\nx: secret":                     "line 2: X is given twice",
		"X: " + strings.Repeat("secret", 1e3): "line 1: X has 6001 bytes",
		": secret":                            `line 1: "" is not the name`,
	} {
		if _, err := config.ParseHeaders(text); err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("ParseHeaders(%q): %v, want %q", text, err, want)
		}
	}
}

// What comes out later is shown like any other mistake, if the file is still there.
func TestErrorAtAPlace(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f.yaml")
	if err := os.WriteFile(name, []byte("leased:\n  policy: {files: a.star}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := name + ":2:20: a.star is not there\n    2 |   policy: {files: a.star}\n      |                    ^ make it"
	if got := config.At(name, config.Pos{Line: 2, Column: 20}, "make it", "a.star is not there").Error(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := config.At("none.yaml", config.Pos{Line: 2, Column: 1}, "make it", "gone"); got.Source != "" || got.Line != 2 {
		t.Errorf("of a file that is gone: %+v", got)
	}
}
