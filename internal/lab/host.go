package lab

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"runtime"

	"github.com/vishvananda/netns"
)

// Host is a machine on a [Segment]: a network namespace with one interface.
type Host struct {
	Name      string // as given to Attach
	Namespace string // for ip netns exec
	Interface string
	HW        net.HardwareAddr
}

// Do calls f in the host's network namespace and returns its error. Sockets that f
// opens stay there wherever they are used later. f runs in a goroutine of its own,
// must not start others that open sockets, and must not end its goroutine.
func (h *Host) Do(f func() error) error {
	result := make(chan error, 1)
	go func() { result <- h.inside(f) }()
	return <-result
}

func (h *Host) inside(f func() error) error {
	runtime.LockOSThread()
	home, err := netns.Get()
	if err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("get network namespace: %w", err)
	}
	defer home.Close()
	defer func() {
		// A thread that cannot go home stays locked, and so ends with this
		// goroutine. Ending it always would be simpler, but a thread takes the
		// programs it has started with it (see Host.Start).
		if netns.Set(home) == nil {
			runtime.UnlockOSThread()
		}
	}()
	there, err := netns.GetFromName(h.Namespace)
	if err != nil {
		return fmt.Errorf("open network namespace %s: %w", h.Namespace, err)
	}
	defer there.Close()
	if err := netns.Set(there); err != nil {
		return fmt.Errorf("enter network namespace %s: %w", h.Namespace, err)
	}
	return f()
}

// Listen listens on a TCP address of the host.
func (h *Host) Listen(ctx context.Context, address string) (ln net.Listener, err error) {
	err = h.Do(func() error {
		ln, err = new(net.ListenConfig).Listen(ctx, "tcp4", address)
		return err
	})
	return ln, err
}

// HTTPClient returns a client whose connections begin at the host. It resolves no
// names and keeps no connections.
func (h *Host) HTTPClient() *http.Client {
	dial := func(ctx context.Context, network, address string) (conn net.Conn, err error) {
		err = h.Do(func() error {
			conn, err = new(net.Dialer).DialContext(ctx, network, address)
			return err
		})
		return conn, err
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
}

// Addrs returns the IPv4 addresses of the host's interface.
func (h *Host) Addrs() (addrs []netip.Prefix, err error) {
	err = h.Do(func() error {
		ifi, err := net.InterfaceByName(h.Interface)
		if err != nil {
			return err
		}
		all, err := ifi.Addrs()
		if err != nil {
			return err
		}
		for _, a := range all {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() {
				addrs = append(addrs, p)
			}
		}
		return nil
	})
	return addrs, err
}

// Has reports whether the host's interface has the address a.
func (h *Host) Has(a netip.Addr) (bool, error) {
	addrs, err := h.Addrs()
	for _, p := range addrs {
		if p.Addr() == a {
			return true, nil
		}
	}
	return false, err
}
