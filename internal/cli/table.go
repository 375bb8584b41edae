package cli

import (
	"bufio"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// gap is what stands between two columns.
const gap = "  "

// table writes aligned columns under upper-case headings. Without rows it writes nothing.
type table[T any] struct {
	w     io.Writer
	cols  []column[T]
	now   time.Time
	cells [][]string
}

func (t *table[T]) row(v T) error {
	var cells []string
	for _, c := range t.cols {
		if c.head != "" {
			cells = append(cells, c.cellOf(v, t.now))
		}
	}
	t.cells = append(t.cells, cells)
	return nil
}

func (t *table[T]) close() error {
	if len(t.cells) == 0 {
		return nil
	}
	var heads []string
	var right []bool
	for _, c := range t.cols {
		if c.head != "" {
			heads = append(heads, c.head)
			right = append(right, c.right())
		}
	}
	return align(t.w, append([][]string{heads}, t.cells...), right)
}

// align writes lines of cells in columns. right says which columns are aligned to the right; nil: none.
func align(w io.Writer, lines [][]string, right []bool) error {
	width := make([]int, len(lines[0]))
	for _, cells := range lines {
		for i, c := range cells {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	b := bufio.NewWriter(w)
	for _, cells := range lines {
		var line strings.Builder
		for i, c := range cells {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(c))
			if right != nil && right[i] {
				line.WriteString(pad + c)
			} else {
				line.WriteString(c + pad)
			}
			line.WriteString(gap)
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	return b.Flush()
}

// properties writes one thing as a table of its properties, leaving out empty ones.
func properties[T any](w io.Writer, cols []column[T], v T, now time.Time) error {
	var lines [][]string
	for _, c := range cols {
		name := strings.ReplaceAll(c.key, "_", " ")
		if c.lines != nil {
			for _, text := range c.lines(v) {
				lines = append(lines, []string{name, printable(text)})
				name = ""
			}
		} else if text := c.cellOf(v, now); text != "" {
			lines = append(lines, []string{name, text})
		}
	}
	return align(w, lines, nil)
}
