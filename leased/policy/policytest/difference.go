package policytest

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"rollcall/leased/policy/sandbox"
)

// briefLength is how much of a text is shown, in characters.
const briefLength = 200

// brief is a value as text that fits on a line or two.
func brief(v starlark.Value) string {
	s, ok := v.(starlark.String)
	if !ok {
		return sandbox.Show(v)
	}
	if text := []rune(string(s)); len(text) > briefLength {
		s = starlark.String(text[:briefLength]) + "…"
	}
	return s.String()
}

// mostDifferences is how many are listed.
const mostDifferences = 10

// difference says how got differs from want: of lists and dicts the elements that differ, so that nobody has to look for them.
func difference(got, want starlark.Value) string {
	head := fmt.Sprintf("got %s, want %s", brief(got), brief(want))
	if g, w := kindOf(got), kindOf(want); g != w {
		return fmt.Sprintf("got %s %s, want %s %s", g, brief(got), w, brief(want))
	}
	var lines []string
	switch g := got.(type) {
	case starlark.String:
		return head + stringDifference(string(g), string(want.(starlark.String)))
	case starlark.IterableMapping:
		if w, ok := want.(starlark.IterableMapping); ok {
			lines = mappingDifference(g, w)
		}
	case starlark.Indexable:
		if w, ok := want.(starlark.Indexable); ok && max(g.Len(), w.Len()) > 1 {
			lines = listDifference(g, w)
		}
	}
	if len(lines) > mostDifferences {
		lines = append(lines[:mostDifferences], fmt.Sprintf("and %d more", len(lines)-mostDifferences))
	}
	return strings.Join(append([]string{head}, lines...), "; ")
}

// kindOf names the type of a value. Numbers are of one kind, for they compare.
func kindOf(v starlark.Value) string {
	switch v.(type) {
	case starlark.Int, starlark.Float:
		return "number"
	case starlark.NoneType:
		return "the value" // None says it itself
	}
	return v.Type()
}

// stringDifference says where two long texts part.
func stringDifference(got, want string) string {
	const short = 24
	if len(got) < short && len(want) < short {
		return ""
	}
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	return fmt.Sprintf("; they are the same up to character %d", i)
}

func listDifference(got, want starlark.Indexable) (lines []string) {
	if got.Len() != want.Len() {
		lines = append(lines, fmt.Sprintf("got %d elements, want %d", got.Len(), want.Len()))
	}
	for i := range min(got.Len(), want.Len()) {
		if same, err := starlark.Equal(got.Index(i), want.Index(i)); err != nil || !same {
			lines = append(lines, fmt.Sprintf("[%d]: got %s, want %s", i, brief(got.Index(i)), brief(want.Index(i))))
		}
	}
	return lines
}

func mappingDifference(got, want starlark.IterableMapping) (lines []string) {
	for _, item := range want.Items() {
		v, found, err := got.Get(item[0])
		if err != nil || !found {
			lines = append(lines, fmt.Sprintf("[%s]: it is missing, want %s", brief(item[0]), brief(item[1])))
		} else if same, err := starlark.Equal(v, item[1]); err != nil || !same {
			lines = append(lines, fmt.Sprintf("[%s]: got %s, want %s", brief(item[0]), brief(v), brief(item[1])))
		}
	}
	for _, item := range got.Items() {
		if _, found, err := want.Get(item[0]); err != nil || !found {
			lines = append(lines, fmt.Sprintf("[%s]: got %s, want none", brief(item[0]), brief(item[1])))
		}
	}
	return lines
}
