package sandbox

import (
	"fmt"
	"strings"

	"go.starlark.net/syntax"

	"rollcall/internal/caret"
)

// Problem is a mistake in a file, at a place.
type Problem struct {
	// Pos has the file's name as given, line and column from 1; line 0 is the file as a whole.
	Pos syntax.Position
	// Msg says what is wrong, Remedy what to do about it; that may be empty.
	Msg, Remedy string
	// Source is the text of the line.
	Source string
}

// Error renders the mistake as those of the configuration are rendered.
func (p Problem) Error() string {
	if p.Pos.Line == 0 {
		return p.Pos.Filename() + ": " + p.Msg
	}
	return caret.Render(p.Pos.Filename(), int(p.Pos.Line), int(p.Pos.Col), p.Msg, p.Remedy, p.Source)
}

// Errors are all mistakes that Load found, in the order of the files. It is never empty.
type Errors struct{ List []Problem }

// Error renders all mistakes, one below the other, and their number. The last line does not end in a newline.
func (e *Errors) Error() string {
	var b strings.Builder
	for _, one := range e.List {
		b.WriteString(one.Error())
		b.WriteByte('\n')
	}
	if len(e.List) == 1 {
		b.WriteString("1 error")
	} else {
		fmt.Fprintf(&b, "%d errors", len(e.List))
	}
	return b.String()
}
