package config

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
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
	head := fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Msg)
	if e.Hint == "" {
		return head
	}
	source, indent := excerpt(e.Source, e.Column)
	return fmt.Sprintf("%s\n%5d | %s\n      | %s^ %s", head, e.Line, source, indent, e.Hint)
}

// excerptWidth is the longest piece of a line that is shown, in characters.
const excerptWidth = 120

// excerpt returns the part of the line around the column, safe to print, and the white space that puts a caret under the
// column. Tabs are kept in both, so that the caret stands right whatever the terminal makes of them.
func excerpt(line string, column int) (source, indent string) {
	chars := []rune(line)
	at := min(max(column-1, 0), len(chars))
	if at > excerptWidth*3/4 {
		// The marker for what was cut off takes the place of the first character shown.
		from := at - excerptWidth/4
		chars = chars[from:]
		chars[0] = '…'
		at -= from
	}
	if len(chars) > excerptWidth {
		chars = append(chars[:excerptWidth], '…')
	}
	for i, c := range chars {
		if c != '\t' && !unicode.IsPrint(c) {
			// A file from a stranger must not drive the administrator's terminal.
			chars[i] = utf8.RuneError
		}
	}
	pad := make([]rune, at)
	for i := range pad {
		pad[i] = ' '
		if chars[i] == '\t' {
			pad[i] = '\t'
		}
	}
	return string(chars), string(pad)
}

// sortErrors puts mistakes in the order of the file, each once. Those of one place keep the order in which they were found.
func sortErrors(list []Error) []Error {
	slices.SortStableFunc(list, func(a, b Error) int {
		return comparePos(Pos{a.Line, a.Column}, Pos{b.Line, b.Column})
	})
	return slices.Compact(list)
}
