package cli

import "errors"

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

// parseAddresses reads the IPv4 addresses of a command line, or says which is none.
func parseAddresses(args []string) ([]string, error) {
	var addresses []string
	var errs []error
	for _, arg := range args {
		address, err := parseAddress(arg)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		addresses = append(addresses, address)
	}
	return addresses, errors.Join(errs...)
}
