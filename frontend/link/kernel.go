package link

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync/atomic"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"rollcall/internal/obs"
)

// dumpTries bounds how often a listing that changed under our hands is read
// again.
const dumpTries = 3

// Kernel is the [System] of a running host: rtnetlink and real sockets, in the
// network namespace of the calling thread.
type Kernel struct {
	log *slog.Logger
	// ours are all IPv4 addresses of this host and their directed broadcast
	// addresses, as of the last Interfaces.
	ours atomic.Pointer[map[netip.Addr]struct{}]
}

// NewKernel returns a Kernel. log may be nil.
func NewKernel(log *slog.Logger) *Kernel {
	return &Kernel{log: obs.OrDiscard(log)}
}

// Interfaces implements [System].
func (k *Kernel) Interfaces() ([]Info, error) {
	links, err := dump(netlink.LinkList)
	if err != nil {
		return nil, fmt.Errorf("list interfaces: %w", err)
	}
	addrs, err := dump(func() ([]netlink.Addr, error) { return netlink.AddrList(nil, netlink.FAMILY_V4) })
	if err != nil {
		return nil, fmt.Errorf("list addresses: %w", err)
	}
	ours := make(map[netip.Addr]struct{}, 2*len(addrs))
	byIndex := make(map[int][]netip.Prefix, len(links))
	for _, a := range addrs {
		prefix, ok := prefixOf(a.IPNet)
		if !ok {
			continue
		}
		byIndex[a.LinkIndex] = append(byIndex[a.LinkIndex], prefix)
		ours[prefix.Addr()] = struct{}{}
		ours[lastAddr(prefix)] = struct{}{}
		if b, ok := netip.AddrFromSlice(a.Broadcast.To4()); ok {
			ours[b] = struct{}{}
		}
	}
	k.ours.Store(&ours)

	infos := make([]Info, 0, len(links))
	for _, l := range links {
		attrs := l.Attrs()
		info := Info{
			Name:     attrs.Name,
			Index:    attrs.Index,
			Addrs:    byIndex[attrs.Index],
			Up:       attrs.Flags&net.FlagUp != 0,
			Ethernet: attrs.EncapType == "ether" || attrs.EncapType == "loopback",
		}
		if len(attrs.HardwareAddr) == len(info.HW) {
			info.HW = [6]byte(attrs.HardwareAddr)
		}
		infos = append(infos, info)
	}
	return infos, nil
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

func prefixOf(n *net.IPNet) (netip.Prefix, bool) {
	if n == nil {
		return netip.Prefix{}, false
	}
	addr, ok := netip.AddrFromSlice(n.IP.To4())
	bits, size := n.Mask.Size()
	return netip.PrefixFrom(addr, bits), ok && size == 32
}

// lastAddr returns the directed broadcast address of an IPv4 prefix.
func lastAddr(p netip.Prefix) netip.Addr {
	b := p.Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom4(b)
}

// isOurs reports whether a frame to a is for this host, going by its IP
// destination alone.
func (k *Kernel) isOurs(a netip.Addr) bool {
	ours := k.ours.Load()
	if ours == nil || a == broadcast4 {
		return true
	}
	_, ok := (*ours)[a]
	return ok
}

// Subscribe implements [System].
func (k *Kernel) Subscribe(done <-chan struct{}) (<-chan struct{}, error) {
	stop := make(chan struct{})
	links := make(chan netlink.LinkUpdate)
	addrs := make(chan netlink.AddrUpdate)
	if err := netlink.LinkSubscribe(links, stop); err != nil {
		close(stop)
		return nil, fmt.Errorf("subscribe to interface changes: %w", err)
	}
	if err := netlink.AddrSubscribe(addrs, stop); err != nil {
		close(stop)
		go drain(links)
		return nil, fmt.Errorf("subscribe to address changes: %w", err)
	}
	changes := make(chan struct{}, 1)
	go func() {
		defer func() {
			close(changes)
			close(stop)
			// A subscription that sits on an update would never see stop.
			go drain(links)
			drain(addrs)
		}()
		for {
			ok := true
			select {
			case _, ok = <-links:
			case _, ok = <-addrs:
			case <-done:
				return
			}
			if !ok {
				return
			}
			select {
			case changes <- struct{}{}:
			default: // one is waiting already
			}
		}
	}()
	return changes, nil
}

func drain[T any](ch <-chan T) {
	for range ch {
	}
}

// Open implements [System].
func (k *Kernel) Open(cfg Config, info Info) (Conn, error) {
	if len(cfg.Ports) == 0 {
		cfg.Ports = []uint16{ServerPort}
	}
	switch cfg.Mode {
	case ModeUDP:
		return openUDP(cfg, info)
	case ModeAuto:
		why := "no permission for raw sockets (CAP_NET_RAW)"
		if info.Ethernet {
			conn, err := openRaw(cfg, info, k.isOurs)
			if !errors.Is(err, unix.EPERM) {
				return conn, err
			}
		} else {
			why = "not an Ethernet interface"
		}
		k.log.Warn("udp sockets only; clients without an address will be answered by broadcast",
			obs.KeyLink, info.Name, obs.KeyReason, why)
		return openUDP(cfg, info)
	default:
		return openRaw(cfg, info, k.isOurs)
	}
}
