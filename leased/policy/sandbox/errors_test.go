package sandbox_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"rollcall/leased/policy/sandbox"
)

// TestErrors reads testdata/errors/*.star. A line with three dashes separates files. A comment
//
//	### "regexp" ["regexp"…]
//
// expects, for each regexp, a mistake on that very line whose message and remedy match it. Mistakes that are not expected, and
// expectations that are not met, both fail.
func TestErrors(t *testing.T) {
	names, err := filepath.Glob("testdata/errors/*.star")
	if err != nil || len(names) == 0 {
		t.Fatalf("no test files: %v", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		above := 0
		for chunk := range strings.SplitSeq(string(data), "\n---\n") {
			// Empty lines in front keep the line numbers those of the file.
			text := strings.Repeat("\n", above) + chunk
			above += strings.Count(chunk, "\n") + 2
			t.Run(filepath.Base(name)+":"+strconv.Itoa(strings.Count(text, "\n")), func(t *testing.T) { checkChunk(t, name, text) })
		}
	}
}

func checkChunk(t *testing.T, name, text string) {
	want := map[int32][]*regexp.Regexp{}
	for i, line := range strings.Split(text, "\n") {
		_, comment, found := strings.Cut(line, "### ")
		if !found {
			continue
		}
		for comment = strings.TrimSpace(comment); comment != ""; comment = strings.TrimSpace(comment) {
			quoted, err := quotedPrefix(comment)
			if err != nil {
				t.Fatalf("line %d: the expectation is not quoted: %s", i+1, comment)
			}
			// Only the quotes are escaped: the rest is the regexp as it stands.
			want[int32(i+1)] = append(want[int32(i+1)], regexp.MustCompile(strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)))
			comment = comment[len(quoted):]
		}
	}
	_, err := (&sandbox.Loader{Read: files{name: text}.read}).Load(name)
	list, _ := errors.AsType[*sandbox.Errors](err)
	if list == nil {
		list = &sandbox.Errors{}
	}
	for _, p := range list.List {
		met := false
		for i, re := range want[p.Pos.Line] {
			if re.MatchString(p.Msg + " | " + p.Remedy) {
				want[p.Pos.Line] = append(want[p.Pos.Line][:i:i], want[p.Pos.Line][i+1:]...)
				met = true
				break
			}
		}
		if !met {
			t.Errorf("unexpected: %s", p.Error())
		}
	}
	for line, missing := range want {
		for _, re := range missing {
			t.Errorf("%s:%d: no mistake matches %q", name, line, re)
		}
	}
}

func TestErrorsAreRenderedLikeThoseOfTheConfiguration(t *testing.T) {
	_, err := (&sandbox.Loader{Read: files{"p/a.star": "def f(x):\n\treturn x is None\n", "p/b.star": "x = y\n"}.read}).Load("p/a.star", "p/b.star")
	want := `p/a.star:2:11: there is no is
    2 | 	return x is None
      | 	         ^ compare with ==
p/b.star:1:5: undefined: y
2 errors`
	if err == nil || err.Error() != want {
		t.Errorf("got:\n%v\nwant:\n%s", err, want)
	}
}

// quotedPrefix returns the text in quotes that s begins with.
func quotedPrefix(s string) (string, error) {
	m := quotedText.FindString(s)
	if m == "" {
		return "", strconv.ErrSyntax
	}
	return m, nil
}

var quotedText = regexp.MustCompile(`^"(?:[^"\\]|\\.)*"`)

// TestByteOrderMark: some editors begin a file with one.
func TestByteOrderMark(t *testing.T) {
	if _, err := (&sandbox.Loader{Read: files{"a.star": "\ufeffdef f(x):\n    return x\n"}.read}).Load("a.star"); err != nil {
		t.Error(err)
	}
}
