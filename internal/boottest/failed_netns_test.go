//go:build netns && boot

package boottest_test

import (
	"slices"
)

// failed checks that boot show names a reason, the likely cause in words and what to do, and the code that the machine shows.
func (m *machine) failed(reason string) course {
	m.Helper()
	r := m.show("it says "+reason, func(r course) bool {
		return r.Cause != "" && slices.ContainsFunc(r.Steps, func(s step) bool { return s.Reason == reason })
	})
	if r.Remedy == "" || r.Code == "" {
		m.Errorf("boot show has no remedy or no code:\n%v", r)
	}
	m.shows(r.Code)
	return r
}
