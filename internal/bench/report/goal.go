package report

import "fmt"

// Figures are what was measured for a row: of rollcall, and beside it.
type Figures struct {
	Rollcall, Kea, Ceiling Stat
}

// Goal is something to reach.
type Goal struct {
	Text string
	// met is told medians only of what was measured; nil for what is only reported.
	met   func(f Figures) bool
	needs []func(f Figures) Stat
}

func rollcall(f Figures) Stat { return f.Rollcall }
func kea(f Figures) Stat      { return f.Kea }
func ceiling(f Figures) Stat  { return f.Ceiling }

// NoGoal is for what is reported only.
var NoGoal = Goal{}

// AtLeast is a goal of so much or more.
func AtLeast(n float64, text string) Goal {
	return Goal{text, func(f Figures) bool { return f.Rollcall.Median() >= n }, []func(Figures) Stat{rollcall}}
}

// AtMost is a goal of so much or less.
func AtMost(n float64, text string) Goal {
	return Goal{text, func(f Figures) bool { return f.Rollcall.Median() <= n }, []func(Figures) Stat{rollcall}}
}

// TimesKea is a goal of so many times what Kea does, or more.
func TimesKea(n float64) Goal {
	return Goal{
		fmt.Sprintf("%g × Kea", n), func(f Figures) bool { return f.Rollcall.Median() >= n*f.Kea.Median() },
		[]func(Figures) Stat{rollcall, kea},
	}
}

// AtMostTimesKea is a goal of so many times what Kea takes, or less.
func AtMostTimesKea(n float64) Goal {
	text := fmt.Sprintf("%g × Kea", n)
	if n == 1 {
		text = "Kea's"
	}
	return Goal{
		text, func(f Figures) bool { return f.Rollcall.Median() <= n*f.Kea.Median() },
		[]func(Figures) Stat{rollcall, kea},
	}
}

// TimesCeiling is a goal of so many times what the ceiling does, or more.
func TimesCeiling(n float64) Goal {
	return Goal{
		fmt.Sprintf("%g × ceiling", n), func(f Figures) bool { return f.Rollcall.Median() >= n*f.Ceiling.Median() },
		[]func(Figures) Stat{rollcall, ceiling},
	}
}

// known reports whether all was measured that tells whether the goal is met.
func (g Goal) known(f Figures) bool {
	for _, of := range g.needs {
		if !of(f).Measured() {
			return false
		}
	}
	return true
}
