package lab

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/insomniacslk/dhcp/dhcpv4"
	"github.com/insomniacslk/dhcp/dhcpv4/nclient4"
	"golang.org/x/sync/errgroup"
)

// clientPort is where DHCP clients listen (RFC 2131 §4.1).
const clientPort = 68

// crowd lets n machines that nobody knows, behind the interface of h, ask for an
// offer of the address want at once. It returns what they were offered instead, or
// not instead. None of them takes its offer.
func crowd(ctx context.Context, h *Host, n int, want netip.Addr) ([]netip.Addr, error) {
	var (
		mu      sync.Mutex
		offered []netip.Addr
	)
	group, ctx := errgroup.WithContext(ctx)
	for i := range n {
		hw := net.HardwareAddr{0x52, 0x54, 0x00, 0xbb, 0x00, byte(i + 1)}
		group.Go(func() error {
			a, err := ask(ctx, h, hw, want)
			if err != nil {
				return fmt.Errorf("ask for %s as %s: %w", want, hw, err)
			}
			mu.Lock()
			defer mu.Unlock()
			offered = append(offered, a)
			return nil
		})
	}
	err := group.Wait()
	return offered, err
}

// ask returns the address that a machine is offered when it asks for want.
func ask(ctx context.Context, h *Host, hw net.HardwareAddr, want netip.Addr) (netip.Addr, error) {
	var conn net.PacketConn
	err := h.Do(func() (err error) {
		conn, err = nclient4.NewRawUDPConn(h.Interface, clientPort)
		return err
	})
	if err != nil {
		return netip.Addr{}, err
	}
	client, err := nclient4.NewWithConn(conn, hw, nclient4.WithTimeout(time.Second), nclient4.WithRetry(4))
	if err != nil {
		conn.Close()
		return netip.Addr{}, err
	}
	defer client.Close()
	// Broadcast, for nothing else reaches an address that the interface has not.
	offer, err := client.DiscoverOffer(ctx, dhcpv4.WithBroadcast(true),
		dhcpv4.WithOption(dhcpv4.OptRequestedIPAddress(want.AsSlice())))
	if err != nil {
		return netip.Addr{}, err
	}
	a, _ := netip.AddrFromSlice(offer.YourIPAddr.To4())
	return a, nil
}
