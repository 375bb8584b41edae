package report

import "fmt"

// Row is a line of the table.
type Row struct {
	Key     string // a word, for flags and CSV
	What    string
	Unit    string
	Digits  int // behind the point
	Reach   Goal
	Aim     Goal
	Figures Figures
	// Failures say why there are fewer measurements than there should be.
	Failures []string
	Notes    []string
}

// Verdict says which of the goals are met.
func (r *Row) Verdict() string {
	if !r.Figures.Rollcall.Measured() {
		return "not measured"
	}
	state := func(g Goal) (met, known bool) {
		if g.met == nil || !g.known(r.Figures) {
			return false, false
		}
		return g.met(r.Figures), true
	}
	reached, knowReach := state(r.Reach)
	aimed, knowAim := state(r.Aim)
	switch {
	case aimed && (reached || !knowReach):
		return "aim"
	case reached:
		return "reached"
	case knowReach:
		return "short"
	case knowAim:
		return "short of the aim"
	default:
		return "reported"
	}
}

// Ratio says how rollcall compares with what was measured beside it.
func (r *Row) Ratio() string {
	own := r.Figures.Rollcall
	if !own.Measured() {
		return ""
	}
	text := ""
	for _, other := range []struct {
		name string
		stat Stat
	}{{"Kea", r.Figures.Kea}, {"ceiling", r.Figures.Ceiling}} {
		if m := other.stat.Median(); m > 0 {
			if text != "" {
				text += ", "
			}
			text += fmt.Sprintf("%.2f × %s", own.Median()/m, other.name)
		}
	}
	return text
}

// Cell writes a median with its spread.
func (r *Row) Cell(s Stat) string {
	switch {
	case !s.Measured():
		return "–"
	case len(s.Values) == 1:
		return r.number(s.Median()) + r.unit()
	default:
		return fmt.Sprintf("%s%s (%s – %s)", r.number(s.Median()), r.unit(), r.number(s.Min()), r.number(s.Max()))
	}
}

func (r *Row) unit() string {
	if r.Unit == "" {
		return ""
	}
	return " " + r.Unit
}

// number writes a number with the digits of the row and with commas between thousands.
func (r *Row) number(v float64) string {
	text := fmt.Sprintf("%.*f", r.Digits, v)
	whole := len(text)
	if r.Digits > 0 {
		whole -= r.Digits + 1
	}
	for i := whole - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
