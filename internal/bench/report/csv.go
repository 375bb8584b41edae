package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// CSV writes the rows for programs: one line for each server that a row has figures
// of, with every measurement.
func (r *Report) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	lines := [][]string{{"row", "what", "unit", "server", "median", "min", "max", "repetitions", "values", "reach", "aim", "verdict"}}
	for _, row := range r.Rows {
		for _, of := range []struct {
			name string
			stat Stat
		}{{"rollcall", row.Figures.Rollcall}, {"kea", row.Figures.Kea}, {"ceiling", row.Figures.Ceiling}} {
			if !of.stat.Measured() {
				continue
			}
			reach, aim, verdict := "", "", ""
			if of.name == "rollcall" {
				reach, aim, verdict = row.Reach.Text, row.Aim.Text, row.Verdict()
			}
			var values []string
			for _, v := range of.stat.Values {
				values = append(values, number(v))
			}
			lines = append(lines, []string{
				row.Key, row.What, row.Unit, of.name, number(of.stat.Median()), number(of.stat.Min()), number(of.stat.Max()),
				strconv.Itoa(len(of.stat.Values)), strings.Join(values, " "), reach, aim, verdict,
			})
		}
	}
	return out.WriteAll(lines)
}

// number writes a number with as many digits as a measurement may have.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
