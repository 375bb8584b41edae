//go:build netns && boot

package boottest_test

import (
	"slices"
	"strings"
)

// failed checks what boot show says of a boot that came to nothing: that it is in this state, with the likely cause in words, and the
// code that the machine shows; "" if rollcall cannot know it.
func (m *machine) failed(state, cause, code string) course {
	m.Helper()
	r := m.show("it is "+state, func(r course) bool { return r.State == state })
	if !strings.Contains(r.Cause, cause) || r.Remedy == "" || r.Code != code {
		m.Errorf("boot show: want a cause with %q, a remedy, and code %q; it is\n%v", cause, code, r)
	}
	m.shows(code)
	return r
}

// told reports whether a step has this reason.
func (r course) told(reason string) bool {
	return slices.ContainsFunc(r.Steps, func(s step) bool { return s.Reason == reason })
}
