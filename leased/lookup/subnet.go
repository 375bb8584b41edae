package lookup

import (
	"net/netip"
	"strconv"
	"strings"

	"rollcall/internal/config"
)

// subnet returns the subnet that an answer means: by its name and serial, by its prefix and serial, or by the address in it. It is nil
// where nothing is said of it, and where it does not fit, of which the answer has a problem then.
func (r *reader) subnet(a *answer, ip netip.Addr) *config.Subnet {
	name, serial, hasSerial := a.text(config.FieldSubnet), uint32(0), a.get(config.FieldSerial) != nil
	if hasSerial {
		serial = a.number(config.FieldSerial, 0, 1<<32-1)
	}
	if a.problem != "" {
		return nil
	}
	var fits func(s *config.Subnet) bool
	prefix, err := netip.ParsePrefix(name)
	base, after, slash := strings.Cut(name, "/")
	switch {
	case name == "" && !ip.IsValid() && hasSerial:
		a.fail(config.FieldSerial, "is given without %s", a.path(config.FieldSubnet))
		return nil
	case name == "" && !ip.IsValid():
		return nil
	case name == "":
		fits = func(s *config.Subnet) bool { return s.Prefix.Contains(ip) && (!hasSerial || s.Serial == serial) }
	case err == nil:
		fits = func(s *config.Subnet) bool { return s.Prefix == prefix.Masked() && s.Serial == serial }
	case slash && !hasSerial:
		n, err := strconv.ParseUint(after, 10, 32)
		fits = func(s *config.Subnet) bool { return err == nil && s.Name == base && s.Serial == uint32(n) }
	default:
		fits = func(s *config.Subnet) bool { return s.Name == name && s.Serial == serial }
	}
	for i := range r.leased.Subnets {
		if s := &r.leased.Subnets[i]; fits(s) {
			a.inside(ip, s)
			return s
		}
	}
	switch {
	case name == "" && hasSerial:
		a.fail(config.FieldIP, "%s is in no subnet with serial %d", ip, serial)
	case name == "":
		a.fail(config.FieldIP, "%s is in no subnet", ip)
	case serial != 0:
		a.fail(config.FieldSubnet, "there is no subnet %q with serial %d", clip(name), serial)
	default:
		a.fail(config.FieldSubnet, "there is no subnet %q", clip(name))
	}
	return nil
}

// inside notes that an address is not one that a machine in the subnet can have.
func (a *answer) inside(ip netip.Addr, s *config.Subnet) {
	switch {
	case !ip.IsValid():
	case !s.Prefix.Contains(ip):
		a.fail(config.FieldIP, "%s is outside subnet %s", ip, s.Ref())
	case s.Prefix.Bits() < 31 && (ip == s.Prefix.Masked().Addr() || ip == last(s.Prefix)):
		a.fail(config.FieldIP, "%s is the network or broadcast address of subnet %s", ip, s.Ref())
	}
}

// last returns the last address of an IPv4 network.
func last(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().As4()
	for i := range b {
		host := max(0, min(8, (i+1)*8-p.Bits()))
		b[i] |= byte(1<<host - 1)
	}
	return netip.AddrFrom4(b)
}
