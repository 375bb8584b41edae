package cli

// each does something for every item, says which ones failed and goes on: the ones after a failure were asked for just
// the same. It ends with the status of the first failure. Where the service cannot be reached it stops at once.
func (a *app) each(items []string, do func(item string) error) error {
	var first error
	for _, item := range items {
		err := do(item)
		if err == nil {
			continue
		}
		if len(items) == 1 || unavailable(err) {
			return err
		}
		report(a.Stderr, err)
		if first == nil {
			first = &reportedError{exitOf(err)}
		}
	}
	return first
}
