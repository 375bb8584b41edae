package cli

import (
	"errors"
	"net/netip"

	"rollcall/internal/hwaddr"
)

// machineKey is what people name a machine or its lease by.
type machineKey struct {
	// Exactly one is set.
	address, hardware string
}

// parseKey reads an address or a hardware address in any notation.
func parseKey(s string) (machineKey, error) {
	if a, err := netip.ParseAddr(s); err == nil && a.Is4() {
		return machineKey{address: a.String()}, nil
	}
	if h, err := hwaddr.Parse(s); err == nil {
		return machineKey{hardware: h.String()}, nil
	}
	return machineKey{}, usagef("%q is neither an address such as 10.99.0.50 nor a hardware address such as 52:54:00:12:34:56", s)
}

// String returns the key as it is sent.
func (k machineKey) String() string { return k.address + k.hardware }

// parseAddress reads an IPv4 address of the command line.
func parseAddress(s string) (string, error) {
	a, err := netip.ParseAddr(s)
	if err != nil || !a.Is4() {
		return "", usagef("%q is no IPv4 address; write it as 10.99.0.50", s)
	}
	return a.String(), nil
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

// parseHardware reads a hardware address of the command line; "" stays "".
func parseHardware(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	h, err := hwaddr.Parse(s)
	if err != nil {
		return "", usagef("%v", err)
	}
	return h.String(), nil
}
