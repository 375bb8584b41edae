package config_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/config"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestErrors reads testdata/errors/*.yaml. A line with three dashes separates configurations in one file. A comment
//
//	### "regexp" ["regexp"…]
//
// expects, for each regexp, an error on that very line whose message and hint match it. Errors that are not expected, and
// expectations that are not met, both fail.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test files: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		above := 0
		for chunk := range strings.SplitSeq(string(data), "\n---\n") {
			name := filepath.Base(file) + ":" + strconv.Itoa(above+1)
			// Empty lines in front keep the line numbers those of the file.
			text := strings.Repeat("\n", above) + chunk
			above += strings.Count(chunk, "\n") + 2
			t.Run(name, func(t *testing.T) { checkChunk(t, file, text) })
		}
	}
}

func checkChunk(t *testing.T, file, text string) {
	want := map[int][]*regexp.Regexp{}
	for i, line := range strings.Split(text, "\n") {
		_, comment, found := strings.Cut(line, "### ")
		if !found {
			continue
		}
		for comment = strings.TrimSpace(comment); comment != ""; comment = strings.TrimSpace(comment) {
			quoted, err := strconv.QuotedPrefix(comment)
			if err != nil {
				t.Fatalf("line %d: the expectation is not quoted: %s", i+1, comment)
			}
			pattern, _ := strconv.Unquote(quoted)
			want[i+1] = append(want[i+1], regexp.MustCompile(pattern))
			comment = comment[len(quoted):]
		}
	}
	_, err := config.Parse(file, []byte(text))
	var list *config.Errors
	if err != nil && !errors.As(err, &list) {
		t.Fatalf("Parse: %T %v, want *config.Errors", err, err)
	}
	if list == nil {
		list = &config.Errors{}
	}
	last := config.Error{}
	for _, e := range list.List {
		if e.Line < last.Line || e.Line == last.Line && e.Column < last.Column {
			t.Errorf("line %d comes after line %d", e.Line, last.Line)
		}
		last = e
		met := false
		for i, re := range want[e.Line] {
			if re.MatchString(e.Msg + " | " + e.Hint) {
				want[e.Line] = append(want[e.Line][:i:i], want[e.Line][i+1:]...)
				met = true
				break
			}
		}
		if !met {
			t.Errorf("unexpected: %s", e.Error())
		}
	}
	for line, missing := range want {
		for _, re := range missing {
			t.Errorf("%s:%d: no error matches %q", file, line, re)
		}
	}
}

func TestErrorsRendered(t *testing.T) {
	const golden = "testdata/rendered.golden"
	data, err := os.ReadFile("testdata/rendered.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, err = config.Parse("rollcall.yaml", data)
	if err == nil {
		t.Fatal("Parse succeeded, want errors")
	}
	got := err.Error() + "\n"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("rendered errors (-want +got):\n%s", diff)
	}
}

func TestErrorOfMissingFileIsThePathError(t *testing.T) {
	_, err := config.Load(filepath.Join(t.TempDir(), "none.yaml"))
	var list *config.Errors
	if !errors.Is(err, os.ErrNotExist) || errors.As(err, &list) {
		t.Errorf("Load of a missing file: %v, want one that is os.ErrNotExist and not *config.Errors", err)
	}
}

// TestTextFaults covers what cannot stand in a file beside its expectation.
func TestTextFaults(t *testing.T) {
	deep := strings.Repeat("[", 20000)
	for name, c := range map[string]struct {
		data         string
		line, column int
		msg          string
	}{
		"empty":             {"", 1, 1, "the file is empty"},
		"comments only":     {"# nothing\n", 1, 1, "the file is empty"},
		"null document":     {"---\n", 1, 1, "keys with values are expected|no content|empty"},
		"list":              {"- a\n", 1, 1, "keys with values are expected"},
		"scalar":            {"hello\n", 1, 1, "keys with values are expected"},
		"not UTF-8":         {"data_dir: /var\nlog: {level: \xff}\n", 2, 14, "0xff is not UTF-8"},
		"UTF-16":            {"\xff\xfea\x00:\x00", 1, 1, "0xff is not UTF-8"},
		"control character": {"data_dir: /v\x01\n", 1, 13, "control character U\\+0001"},
		"zero byte":         {"é: \x00\n", 1, 4, "control character U\\+0000"},
		"two documents":     {"data_dir: /a\n---\ndata_dir: /b\n", 2, 1, "second YAML document"},
		"deep in brackets":  {deep, 1, 33, "nested more than 32"},
		"deep in braces":    {strings.Repeat("{a: ", 20000), 1, 129, "nested more than 32"},
		"deep in dashes":    {strings.Repeat("- ", 20000), 1, 65, "nested more than 32"},
		"tab":               {"log:\n\tlevel: info\n", 2, 1, "tab cannot indent"},
		"tab in a value":    {"log: \"a\tb\"\n", 1, 6, "keys with values are expected"},
		"open bracket":      {"leased:\n  listen: [a, b\n", 2, 11, `this "\[" is not closed`},
		"open brace":        {"log: {level: info\n", 1, 6, `this "{" is not closed`},
		"open quote":        {"data_dir: \"/var\n", 1, 11, "quote is not closed"},
		"too large":         {strings.Repeat("#\n", 33<<20), 1, 1, "larger than 64 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.Parse("f.yaml", []byte(c.data))
			var list *config.Errors
			if !errors.As(err, &list) {
				t.Fatalf("Parse: %v, want *config.Errors", err)
			}
			e := list.List[0]
			if len(list.List) != 1 || e.Line != c.line || e.Column != c.column || !regexp.MustCompile(c.msg).MatchString(e.Msg) {
				t.Errorf("got %v, want one error %d:%d: %s", err, c.line, c.column, c.msg)
			}
		})
	}
}
