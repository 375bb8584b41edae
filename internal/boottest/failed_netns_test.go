//go:build netns && boot

package boottest_test

// failed checks what boot show says of a boot that came to nothing: its state and the reason, with the cause and what to do in words,
// and the code that the machine shows; "" if rollcall cannot know it.
func (m *machine) failed(state, reason, code string) course {
	m.Helper()
	r := m.show("it is "+state, func(r course) bool { return r.State == state })
	if r.Reason != reason || r.Cause == "" || r.Remedy == "" || r.Code != code {
		m.Errorf("boot show: want reason %s with its cause and remedy, and code %q; it is\n%v", reason, code, r)
	}
	m.shows(code)
	return r
}
