package lookup_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/config"
	"rollcall/leased/lookup"
)

// What the manual says may be answered means, with the example beside it, what the manual says.
func TestManual(t *testing.T) {
	manual, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(manual), "\n### A registration system that answers\n")
	if !found {
		t.Fatal("the manual has no such section")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	cfg, err := config.Load("../../deploy/examples/lookup.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := lookup.Load(cfg.Leased)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range regexp.MustCompile("(?s)```json\n(.*?)```|`(\\{\"[^`]*\\})`|`(null|\\{\\})`").FindAllStringSubmatch(section, -1) {
		text := m[1] + m[2] + m[3]
		if strings.HasPrefix(text, `{"mac"`) {
			continue // the question
		}
		a, known, problem := lookup.Read(s, []byte(text))
		if !known {
			got = append(got, problem)
			continue
		}
		got = append(got, assigned(a))
	}
	want := []string{
		"the answer was null",
		"the answer was {}",
		`10.20.0.7 "desk7" hall for 3600 3=0a140001 6=0a1400010a140002 15=6c616e2e6578616d706c652e6f7267 28=0a1403ff 42=0a140003 ` +
			`66=31302e32302e302e39 224=0a0b map[owner:desk 7]`,
		` "" hall`,
		"pool printers",
		"ignore",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
