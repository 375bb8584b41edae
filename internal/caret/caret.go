// Package caret shows a mistake in a text that an administrator wrote: where, what, and the line with a remedy under a caret.
package caret

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// Render returns file:line:column and what is wrong; then, if there is a hint, the line with the hint under the column it
// is about. Line and column count from 1, the column in characters; source is the text of the line.
func Render(file string, line, column int, msg, hint, source string) string {
	head := fmt.Sprintf("%s:%d:%d: %s", file, line, column, msg)
	if hint == "" {
		return head
	}
	source, indent := excerpt(source, column)
	return fmt.Sprintf("%s\n%5d | %s\n      | %s^ %s", head, line, source, indent, hint)
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
