package config

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"rollcall/internal/caret"
)

// Errors is everything that is wrong with the content of a file, sorted by place. It is never empty.
type Errors struct {
	List []Error
}

// Error is one mistake in a configuration file.
type Error struct {
	// File is the name given to Parse or Load.
	File string
	// Line and Column count from 1; Column counts characters.
	Line, Column int
	// Msg says what is wrong, and names the other place where two contradict each other.
	Msg string
	// Hint says what to write instead. It may be empty where Msg says it.
	Hint string
	// Source is the text of the line.
	Source string
}

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

// At returns a mistake that came out at a place of a configuration file after that had been read: most often one in a file that it
// names. The text of the line is read again, and is empty where that cannot be.
func At(file string, at Pos, hint, msg string) Error {
	e := Error{File: file, Line: at.Line, Column: at.Column, Msg: msg, Hint: hint}
	if data, err := os.ReadFile(file); err == nil {
		text, _ := line(data, at.Line)
		e.Source = strings.ToValidUTF8(string(text), "\uFFFD")
	}
	return e
}

// Error renders the mistake: file:line:column and what is wrong; then, if there is a hint, the line with the hint under the
// column it is about.
func (e Error) Error() string {
	return caret.Render(e.File, e.Line, e.Column, e.Msg, e.Hint, e.Source)
}

// sortErrors puts mistakes in the order of the file, each once. Those of one place keep the order in which they were found.
func sortErrors(list []Error) []Error {
	slices.SortStableFunc(list, func(a, b Error) int {
		return comparePos(Pos{a.Line, a.Column}, Pos{b.Line, b.Column})
	})
	return slices.Compact(list)
}
