package cookbook_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/internal/cli"
	"rollcall/internal/config"
	"rollcall/internal/event"
	"rollcall/internal/option"
)

const (
	// root is the top of the repository, and kitchen the directory of the cookbook.
	root    = "../.."
	kitchen = root + "/deploy/examples/policy"
)

// names reads the old names.
func names(t *testing.T) (all []string) {
	t.Helper()
	for line := range strings.Lines(text(t, "testdata/staticdhcpd-names.txt")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	if len(all) < 300 {
		t.Fatalf("%d old names; this test reads them wrongly", len(all))
	}
	return all
}

// Every old name is in the table, once, and nothing else is.
func TestMappingIsComplete(t *testing.T) {
	seen := map[string]int{}
	for _, row := range mapping(t) {
		for _, name := range spans(row[0]) {
			seen[name]++
		}
	}
	for _, name := range names(t) {
		if seen[name] != 1 {
			t.Errorf("from-staticdhcpd.md has %s %d times, want once", name, seen[name])
		}
		delete(seen, name)
	}
	for name := range seen {
		t.Errorf("from-staticdhcpd.md has %s, which is not in testdata/staticdhcpd-names.txt", name)
	}
}

// What takes the place of an old name exists, or it is said plainly that there is nothing, and why.
func TestMappingNamesWhatExists(t *testing.T) {
	is := existing(t)
	for _, row := range mapping(t) {
		equivalents := spans(row[1])
		switch {
		case len(equivalents) > 1:
			t.Errorf("%s: several equivalents in one cell, %s; the others are remarks", row[0], row[1])
		case len(equivalents) == 1:
			if kind := is.kind(equivalents[0]); kind == "" {
				t.Errorf("%s becomes `%s`, which is nothing that rollcall has", row[0], equivalents[0])
			}
		case row[1] != "*none*":
			t.Errorf("%s becomes %q, which is neither code nor *none*", row[0], row[1])
		case row[2] == "":
			t.Errorf("%s becomes nothing, and there is no reason for it", row[0])
		}
		// Remarks quote values and statements too; what looks like a name must be one.
		for _, name := range spans(row[2]) {
			if looksLikeName.MatchString(name) && is.kind(name) == "" {
				t.Errorf("the remark on %s names `%s`, which is nothing that rollcall has", row[0], name)
			}
		}
	}
}

var looksLikeName = regexp.MustCompile(`^((rollcall|frontend|leased|webhookd|observe|log|request|reply|lease|candidate|e)[ ._][a-z_. ]+|[a-z_]+\([a-z, ]*\))$`)

// things are what rollcall has that a name may be of.
type things struct {
	keys, verbs, kinds []string
	sources            string // for metrics
	values             vocabulary
}

func existing(t *testing.T) things {
	t.Helper()
	is := things{values: reference(t), verbs: verbs(t)}
	for _, key := range config.Keys() {
		is.keys = append(is.keys, strings.ReplaceAll(key, "[]", ""))
	}
	for _, k := range event.Kinds() {
		is.kinds = append(is.kinds, string(k))
	}
	for _, dir := range []string{"frontend", "leased", "webhookd"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, _ os.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				is.sources += text(t, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return is
}

// kind says what a name is of, "" for nothing.
func (is things) kind(name string) string {
	if m := regexp.MustCompile(`^(request|reply)\.options\["([a-z0-9-]+)"\]`).FindStringSubmatch(name); m != nil {
		def, ok := option.ByName(m[2])
		if ok && (m[1] == "request" || def.Reserved == "") {
			return "option"
		}
		return ""
	}
	switch {
	case strings.HasPrefix(name, "rollcall_"):
		if strings.Contains(is.sources, `"`+name+`"`) {
			return "metric"
		}
	case strings.HasPrefix(name, "rollcall "):
		if slices.Contains(is.verbs, strings.TrimPrefix(name, "rollcall ")) {
			return "verb"
		}
	case slices.Contains(is.keys, name):
		return "key"
	case name == "leased.v1":
		return "package"
	case slices.Contains(is.kinds, name):
		return "event"
	case is.values.has(name):
		return "value"
	}
	return ""
}

// verbs lists the verbs of the command line, and those below them as "lease list".
func verbs(t *testing.T) (all []string) {
	t.Helper()
	help := func(path ...string) string {
		var out bytes.Buffer
		env := cli.Env{Args: append(path, "--help"), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out,
			Getenv: func(string) string { return "" }, Now: time.Now}
		if status := cli.Run(t.Context(), env); status != 0 {
			t.Fatalf("rollcall %s --help: status %d\n%s", strings.Join(path, " "), status, out.String())
		}
		return out.String()
	}
	listed := regexp.MustCompile(`(?m)^  ([a-z]+) {2,}[A-Z]`)
	for _, m := range listed.FindAllStringSubmatch(help(), -1) {
		all = append(all, m[1])
		for _, below := range listed.FindAllStringSubmatch(help(m[1]), -1) {
			all = append(all, m[1]+" "+below[1])
		}
	}
	if !slices.Contains(all, "lease list") {
		t.Fatalf("the help lists %v; this test reads it wrongly", all)
	}
	return all
}

// Every option has its old name, with dashes, or is in the table of those that have not; and the table is right.
func TestMappingHasTheOptions(t *testing.T) {
	_, section, _ := strings.Cut(text(t, kitchen+"/from-staticdhcpd.md"), optionNames)
	renamed := map[string][]string{}
	for _, row := range tables(section) {
		renamed[spans(row[0])[0]] = []string{spans(row[1])[0], row[2]}
	}
	for line := range strings.Lines(text(t, "testdata/staticdhcpd-options.txt")) {
		old, number, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.HasPrefix(line, "#") {
			continue
		}
		def, same := option.ByName(strings.ReplaceAll(old, "_", "-"))
		same = same && strconv.Itoa(int(def.Code)) == number
		switch row := renamed[old]; {
		case row == nil && !same:
			t.Errorf("from-staticdhcpd.md does not have the option %s (%s)", old, number)
		case row != nil && same:
			t.Errorf("from-staticdhcpd.md has %s, which is understood as it is", old)
		case row != nil:
			if def, ok := option.ByName(row[0]); !ok || strconv.Itoa(int(def.Code)) != number || row[1] != number || def.Name != row[0] {
				t.Errorf("%s (%s) becomes %s (%s), which is not the option", old, number, row[0], row[1])
			}
		}
		delete(renamed, old)
	}
	for old := range renamed {
		t.Errorf("from-staticdhcpd.md has the option %s, which is not in testdata/staticdhcpd-options.txt", old)
	}
}

const optionNames = "\n## Option names\n"

// mapping returns the rows of the tables of from-staticdhcpd.md, but for those of option names.
func mapping(t *testing.T) (rows [][]string) {
	t.Helper()
	document, _, _ := strings.Cut(text(t, kitchen+"/from-staticdhcpd.md"), optionNames)
	for _, row := range tables(document) {
		if len(row) != 3 {
			t.Fatalf("a row of from-staticdhcpd.md has %d cells, want 3: %q", len(row), row)
		}
		rows = append(rows, row)
	}
	if len(rows) < 100 {
		t.Fatalf("%d rows; this test reads the tables wrongly", len(rows))
	}
	return rows
}

// tables returns the rows of all tables of a document, without their heads.
func tables(document string) (rows [][]string) {
	for line := range strings.Lines(document) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "|---"):
			rows = rows[:len(rows)-1] // what stands above it is the head
		case strings.HasPrefix(line, "|"):
			var cells []string
			for cell := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|"), "|") {
				cells = append(cells, strings.TrimSpace(cell))
			}
			rows = append(rows, cells)
		}
	}
	return rows
}

// spans returns what stands in `code`.
func spans(cell string) (codes []string) {
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
		codes = append(codes, m[1])
	}
	return codes
}
