package layers_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rollcall/internal/cli"
	"rollcall/internal/config"
)

// root is the top of the repository.
const root = "../.."

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The configuration to copy works as it stands.
func TestReadmeConfiguration(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(readme(t), -1)
	if len(blocks) == 0 {
		t.Fatal("README.md shows no configuration")
	}
	for _, block := range blocks {
		if _, err := config.Parse("README.md", []byte(block[1])); err != nil {
			t.Errorf("a configuration of README.md is refused:\n%v", err)
		}
	}
}

// verbs asks the command line for its verbs: each with those below it, none where it has none.
func verbs(t *testing.T) map[string][]string {
	t.Helper()
	run := func(args ...string) string {
		var out bytes.Buffer
		status := cli.Run(t.Context(), cli.Env{
			Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" }, Now: time.Now,
		})
		if status != 0 {
			t.Fatalf("rollcall %s: status %d\n%s", strings.Join(args, " "), status, out.String())
		}
		return out.String()
	}
	listed := regexp.MustCompile(`(?m)^  ([a-z]+) {2,}[A-Z]`)
	below := func(path ...string) (names []string) {
		help := run(append(path, "--help")...)
		if !strings.Contains(help, "rollcall "+strings.Join(append(path, "VERB"), " ")) {
			return nil
		}
		for _, m := range listed.FindAllStringSubmatch(help, -1) {
			names = append(names, m[1])
		}
		return names
	}
	tree := map[string][]string{}
	for _, verb := range below() {
		tree[verb] = below(verb)
	}
	if len(tree) < 10 || len(tree["lease"]) < 3 {
		t.Fatalf("the help lists %v; this test reads it wrongly", tree)
	}
	return tree
}

// README.md names no verb that is not there, and forgets none.
func TestReadmeVerbs(t *testing.T) {
	tree, named := verbs(t), map[string]bool{}
	// Commands stand at the beginning of a line or of `code`; both the verb and the one below it may be several with bars.
	words := `([a-z]+(?:\|[a-z]+)*)`
	for _, m := range regexp.MustCompile("(?m)(?:^|`)rollcall "+words+"(?: "+words+")?").FindAllStringSubmatch(readme(t), -1) {
		for verb := range strings.SplitSeq(m[1], "|") {
			below, ok := tree[verb]
			if !ok {
				t.Errorf("README.md names `rollcall %s`, which is no verb", verb)
			}
			named[verb] = true
			if len(below) == 0 || m[2] == "" {
				continue
			}
			for name := range strings.SplitSeq(m[2], "|") {
				if !slices.Contains(below, name) {
					t.Errorf("README.md names `rollcall %s %s`, which is no verb", verb, name)
				}
				named[verb+" "+name] = true
			}
		}
	}
	for verb, below := range tree {
		if !named[verb] {
			t.Errorf("README.md does not name `rollcall %s`", verb)
		}
		for _, name := range below {
			if !named[verb+" "+name] {
				t.Errorf("README.md does not name `rollcall %s %s`", verb, name)
			}
		}
	}
}

// Links within the repository lead somewhere.
func TestReadmeLinks(t *testing.T) {
	links := regexp.MustCompile(`\]\(([^)#]+)`).FindAllStringSubmatch(readme(t), -1)
	if len(links) == 0 {
		t.Fatal("README.md has no links")
	}
	for _, m := range links {
		if strings.Contains(m[1], "://") {
			continue
		}
		if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
			t.Errorf("a link of README.md leads nowhere: %v", err)
		}
	}
}

// Each metric has one name in one place, and README.md tells only of those that are there.
func TestMetricNames(t *testing.T) {
	places := map[string][]string{}
	for _, p := range list(t) {
		for _, file := range p.GoFiles {
			code, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`"(rollcall_[a-z0-9_]+)"`).FindAllStringSubmatch(string(code), -1) {
				places[m[1]] = append(places[m[1]], p.ImportPath+"/"+file)
			}
		}
	}
	if len(places) < 10 {
		t.Fatalf("%d metrics were found; this test reads the sources wrongly", len(places))
	}
	for name, in := range places {
		if len(in) > 1 {
			t.Errorf("%s stands in %s", name, strings.Join(in, " and "))
		}
	}
	for _, name := range regexp.MustCompile(`rollcall_[a-z0-9_]+`).FindAllString(readme(t), -1) {
		if places[name] == nil {
			t.Errorf("README.md tells of %s, which no source has", name)
		}
	}
}
