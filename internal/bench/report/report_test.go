package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/bench/report"
)

func stat(values ...float64) report.Stat { return report.Stat{Values: values} }

func TestStat(t *testing.T) {
	for _, c := range []struct {
		stat             report.Stat
		median, min, max float64
	}{
		{stat(), 0, 0, 0},
		{stat(7), 7, 7, 7},
		{stat(9, 1, 4), 4, 1, 9},
		{stat(8, 1, 4, 6), 5, 1, 8},
	} {
		if got := [3]float64{c.stat.Median(), c.stat.Min(), c.stat.Max()}; got != [3]float64{c.median, c.min, c.max} {
			t.Errorf("%v: median, min and max %v; want %v, %v, %v", c.stat.Values, got, c.median, c.min, c.max)
		}
	}
}

func TestVerdict(t *testing.T) {
	kea := report.Row{Reach: report.TimesKea(1.5), Aim: report.TimesCeiling(0.9)}
	plain := report.Row{Reach: report.AtMost(400, "400"), Aim: report.AtMost(150, "150")}
	aimOnly := report.Row{Aim: report.AtMost(40, "40")}
	figures := func(own, kea, ceiling report.Stat) report.Figures {
		return report.Figures{Rollcall: own, Kea: kea, Ceiling: ceiling}
	}
	for _, c := range []struct {
		name string
		row  report.Row
		f    report.Figures
		want string
	}{
		{"nothing", kea, figures(stat(), stat(1), stat(1)), "not measured"},
		{"short", kea, figures(stat(100), stat(90), stat(200)), "short"},
		{"reached", kea, figures(stat(150), stat(100), stat(200)), "reached"},
		{"aim", kea, figures(stat(180), stat(100), stat(200)), "aim"},
		{"near the ceiling, and yet not far from Kea", kea, figures(stat(100), stat(90), stat(100)), "short"},
		{"no Kea", kea, figures(stat(180), stat(), stat()), "reported"},
		{"at most: short", plain, figures(stat(401), stat(), stat()), "short"},
		{"at most: reached", plain, figures(stat(400), stat(), stat()), "reached"},
		{"at most: aim", plain, figures(stat(150), stat(), stat()), "aim"},
		{"only an aim, missed", aimOnly, figures(stat(41), stat(), stat()), "short of the aim"},
		{"only an aim, met", aimOnly, figures(stat(40), stat(), stat()), "aim"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.row.Figures = c.f
			if got := c.row.Verdict(); got != c.want {
				t.Errorf("verdict %q; want %q", got, c.want)
			}
		})
	}
}

func sample() *report.Report {
	return &report.Report{
		Facts: []report.Fact{{"machine", "a loom"}},
		Rows: []*report.Row{
			{
				Key: "clean", What: "clean rate", Unit: "/s", Reach: report.TimesKea(1.5), Aim: report.TimesCeiling(0.9),
				Figures: report.Figures{Rollcall: stat(12000, 1234567, 9000), Kea: stat(8000), Ceiling: stat(14000)},
				Notes:   []string{"first grants are another row"},
			},
			{
				Key: "memory", What: "memory", Unit: "MB", Digits: 1, Reach: report.AtMost(400, "400 MB"),
				Failures: []string{"no database"},
			},
		},
		Notes: []string{"with care"},
	}
}

func TestMarkdown(t *testing.T) {
	var b strings.Builder
	if err := sample().Markdown(&b); err != nil {
		t.Fatal(err)
	}
	want := `# Benchmark

Made by ` + "`make bench`" + `. Compare figures within one sitting, never across machines.

| what | rollcall, median (spread) | Kea, median (spread) | ceiling | ratio | reach | aim | verdict |
|---|---|---|---|---|---|---|---|
| clean rate | 12,000 /s (9,000 – 1,234,567) | 8,000 /s | 14,000 /s | 1.50 × Kea, 0.86 × ceiling | 1.5 × Kea | 0.9 × ceiling | reached |
| memory | – | – | – |  | 400 MB |  | not measured |

- clean rate: first grants are another row
- memory: no database

## The sitting

- machine: a loom

## How it is measured

- with care
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestCSV(t *testing.T) {
	var b strings.Builder
	if err := sample().CSV(&b); err != nil {
		t.Fatal(err)
	}
	want := `row,what,unit,server,median,min,max,repetitions,values,reach,aim,verdict
clean,clean rate,/s,rollcall,12000,9000,1.23457e+06,3,12000 1.23457e+06 9000,1.5 × Kea,0.9 × ceiling,reached
clean,clean rate,/s,kea,8000,8000,8000,1,8000,,,
clean,clean rate,/s,ceiling,14000,14000,14000,1,14000,,,
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestText(t *testing.T) {
	var b strings.Builder
	if err := sample().Text(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if strings.Index(lines[0], "Kea, median") != len([]rune(lines[1][:strings.Index(lines[1], "8,000 /s")])) {
		t.Errorf("columns are not in line:\n%s", b.String())
	}
}
