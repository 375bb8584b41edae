package report

import (
	"fmt"
	"io"
	"strings"
)

// Fact is a line about the sitting: the machine, a version.
type Fact struct{ Name, Value string }

// Report is all of it.
type Report struct {
	Facts []Fact
	Rows  []*Row
	Notes []string // how it was measured
}

// Markdown writes the report for people.
func (r *Report) Markdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# Benchmark\n\n")
	b.WriteString("Made by `make bench`. Compare figures within one sitting, never across machines.\n\n")
	r.table(&b)
	b.WriteString("\n")
	r.remarks(&b)
	b.WriteString("## The sitting\n\n")
	for _, f := range r.Facts {
		fmt.Fprintf(&b, "- %s: %s\n", f.Name, f.Value)
	}
	b.WriteString("\n## How it is measured\n\n")
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "- %s\n", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

var columns = []string{"what", "rollcall, median (spread)", "Kea, median (spread)", "ceiling", "ratio", "reach", "aim", "verdict"}

func (r *Report) table(b *strings.Builder) {
	fmt.Fprintf(b, "| %s |\n|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
	for _, row := range r.Rows {
		f := row.Figures
		cells := []string{
			row.What, row.Cell(f.Rollcall), row.Cell(f.Kea), row.Cell(f.Ceiling), row.Ratio(),
			row.Reach.Text, row.Aim.Text, row.Verdict(),
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
	}
}

func (r *Report) remarks(b *strings.Builder) {
	begun := false
	for _, row := range r.Rows {
		for _, text := range append(row.Notes, row.Failures...) {
			fmt.Fprintf(b, "- %s: %s\n", row.What, text)
			begun = true
		}
	}
	if begun {
		b.WriteString("\n")
	}
}

// Text writes the table for a terminal.
func (r *Report) Text(w io.Writer) error {
	rows := [][]string{columns}
	for _, row := range r.Rows {
		f := row.Figures
		rows = append(rows, []string{
			row.What, row.Cell(f.Rollcall), row.Cell(f.Kea), row.Cell(f.Ceiling), row.Ratio(),
			row.Reach.Text, row.Aim.Text, row.Verdict(),
		})
	}
	width := make([]int, len(columns))
	for _, cells := range rows {
		for i, c := range cells {
			width[i] = max(width[i], len([]rune(c)))
		}
	}
	var b strings.Builder
	for _, cells := range rows {
		var line strings.Builder
		for i, c := range cells {
			line.WriteString(c + strings.Repeat(" ", width[i]-len([]rune(c))+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	b.WriteString("\n")
	r.remarks(&b)
	_, err := io.WriteString(w, b.String())
	return err
}
