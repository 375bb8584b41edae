package obs

import (
	"slices"
	"strings"
	"sync"
)

// Ready is a set of named readiness checks. The zero Ready is empty and ready to use.
type Ready struct {
	mu     sync.Mutex // guards checks, is not held while they run
	checks []namedCheck
}

type namedCheck struct {
	name  string
	check func() error
}

// Result is what one check said.
type Result struct {
	Name string
	Err  error // nil if the check passed
}

// Add registers a check, replacing one of the same name. The check is called by any goroutine at any time, must return at once
// (look at a state, never make a call) and says in its error what is missing.
func (r *Ready) Add(name string, check func() error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.checks {
		if r.checks[i].name == name {
			r.checks[i].check = check
			return
		}
	}
	r.checks = append(r.checks, namedCheck{name, check})
}

// Remove forgets a check, for instance that of a link that left the configuration. An unknown name is no error.
func (r *Ready) Remove(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.checks = slices.DeleteFunc(r.checks, func(c namedCheck) bool { return c.name == name })
}

// Check runs every check and returns the results sorted by name.
func (r *Ready) Check() []Result {
	r.mu.Lock()
	checks := slices.Clone(r.checks)
	r.mu.Unlock()

	results := make([]Result, 0, len(checks))
	for _, c := range checks {
		results = append(results, Result{c.name, c.check()})
	}
	slices.SortFunc(results, func(a, b Result) int { return strings.Compare(a.Name, b.Name) })
	return results
}
