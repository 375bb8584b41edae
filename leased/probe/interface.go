package probe

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// etherLen is the length of an Ethernet hardware address.
const etherLen = 6

// dumpTries bounds how often a listing that changed under our hands is read
// again.
const dumpTries = 3

// Interface is a network interface as far as ARP is concerned.
type Interface struct {
	Name  string
	Index int
	HW    net.HardwareAddr
	// Prefixes are the IPv4 addresses of the interface with their prefix lengths.
	Prefixes []netip.Prefix
	// Up is whether it is up and speaks ARP over Ethernet: not loopback, not
	// point-to-point, not NOARP.
	Up bool
}

// route returns the interface on whose link a is: the one with the longest prefix,
// and of those with equal ones the first.
func route(ifaces []Interface, a netip.Addr) (Interface, bool) {
	best, bits := -1, -1
	for i, ifi := range ifaces {
		if !ifi.Up || len(ifi.HW) != etherLen {
			continue
		}
		for _, p := range ifi.Prefixes {
			if p.Contains(a) && p.Bits() > bits {
				best, bits = i, p.Bits()
			}
		}
	}
	if best < 0 {
		return Interface{}, false
	}
	return ifaces[best], true
}

// holder returns the interface of this host that has the address a.
func holder(ifaces []Interface, a netip.Addr) (Interface, bool) {
	i := slices.IndexFunc(ifaces, func(ifi Interface) bool {
		return slices.ContainsFunc(ifi.Prefixes, func(p netip.Prefix) bool { return p.Addr() == a })
	})
	if i < 0 {
		return Interface{}, false
	}
	return ifaces[i], true
}

// sameLink tells whether a socket opened on a still serves b.
func sameLink(a, b Interface) bool {
	return a.Index == b.Index && a.Up == b.Up && slices.Equal(a.HW, b.HW)
}

// hostInterfaces lists the interfaces of the network namespace of the process.
func hostInterfaces() ([]Interface, error) {
	links, err := dump(netlink.LinkList)
	if err != nil {
		return nil, fmt.Errorf("list interfaces: %w", err)
	}
	addrs, err := dump(func() ([]netlink.Addr, error) { return netlink.AddrList(nil, netlink.FAMILY_V4) })
	if err != nil {
		return nil, fmt.Errorf("list addresses: %w", err)
	}
	const deaf = unix.IFF_LOOPBACK | unix.IFF_POINTOPOINT | unix.IFF_NOARP
	ifaces := make([]Interface, 0, len(links))
	for _, l := range links {
		attrs := l.Attrs()
		ifi := Interface{
			Name:  attrs.Name,
			Index: attrs.Index,
			HW:    attrs.HardwareAddr,
			Up:    attrs.RawFlags&unix.IFF_UP != 0 && attrs.RawFlags&deaf == 0,
		}
		for _, a := range addrs {
			if a.LinkIndex != attrs.Index || a.IPNet == nil {
				continue
			}
			ip, ok := netip.AddrFromSlice(a.IP.To4())
			if bits, size := a.Mask.Size(); ok && size == 32 {
				ifi.Prefixes = append(ifi.Prefixes, netip.PrefixFrom(ip, bits))
			}
		}
		ifaces = append(ifaces, ifi)
	}
	return ifaces, nil
}

// dump calls list until the kernel says that nothing changed meanwhile.
func dump[T any](list func() ([]T, error)) (all []T, err error) {
	for range dumpTries {
		if all, err = list(); !errors.Is(err, netlink.ErrDumpInterrupted) {
			break
		}
	}
	return all, err
}
