//go:build netns

package lab_test

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/insomniacslk/dhcp/dhcpv4"
	"github.com/insomniacslk/dhcp/dhcpv4/nclient4"

	"rollcall/internal/lab"
)

// give is a DHCP server that gives one address to everyone and refuses requests
// for any other.
type give struct {
	conn  net.PacketConn
	from  net.IP
	lease time.Duration
	addr  atomic.Pointer[netip.Addr]
}

func serve(t *testing.T, h *lab.Host, from string, lease time.Duration, first netip.Addr) *give {
	t.Helper()
	g := &give{from: net.ParseIP(from).To4(), lease: lease}
	g.addr.Store(&first)
	err := h.Do(func() (err error) {
		g.conn, err = nclient4.NewRawUDPConn(h.Interface, 67)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b := make([]byte, 1500)
		for {
			n, _, err := g.conn.ReadFrom(b)
			if err != nil {
				return
			}
			if q, err := dhcpv4.FromBytes(b[:n]); err == nil {
				g.answer(q)
			}
		}
	}()
	t.Cleanup(func() { g.conn.Close(); <-ended })
	return g
}

func (g *give) answer(q *dhcpv4.DHCPv4) {
	a := net.IP(g.addr.Load().AsSlice())
	kind := dhcpv4.MessageTypeOffer
	if q.MessageType() == dhcpv4.MessageTypeRequest {
		kind = dhcpv4.MessageTypeAck
		if !q.ClientIPAddr.Equal(a) && !q.RequestedIPAddress().Equal(a) {
			kind, a = dhcpv4.MessageTypeNak, net.IPv4zero
		}
	}
	seconds := func(code dhcpv4.OptionCode, d time.Duration) dhcpv4.Modifier {
		return dhcpv4.WithOption(dhcpv4.Option{Code: code, Value: dhcpv4.Duration(d)})
	}
	m, err := dhcpv4.NewReplyFromRequest(q, dhcpv4.WithMessageType(kind), dhcpv4.WithYourIP(a),
		dhcpv4.WithOption(dhcpv4.OptServerIdentifier(g.from)), dhcpv4.WithRouter(g.from),
		dhcpv4.WithNetmask(net.CIDRMask(22, 32)), seconds(dhcpv4.OptionIPAddressLeaseTime, g.lease),
		seconds(dhcpv4.OptionRenewTimeValue, g.lease/2), seconds(dhcpv4.OptionRebindingTimeValue, g.lease/2))
	if err == nil {
		g.conn.WriteTo(m.ToBytes(), &net.UDPAddr{IP: net.IPv4bcast, Port: 68})
	}
}

// Each client applies what it is given, and moves when it is refused.
func TestClients(t *testing.T) {
	for name, start := range map[string]func(*lab.Host, string) (*lab.Process, error){
		"udhcpc":   lab.UDHCPC,
		"dhclient": lab.DHClient,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seg, server, _ := newSegment(t, name)
			client, err := seg.Attach(t.Context(), "client", "eth0", net.HardwareAddr{0x52, 0x54, 0, 0x12, 0x34, 0x56})
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if _, _, err := lab.Prepare(dir, time.Second); err != nil {
				t.Fatal(err)
			}
			first, second := netip.MustParseAddr("10.20.0.50"), netip.MustParseAddr("10.20.0.201")
			g := serve(t, server, "10.20.0.1", 4*time.Second, first)
			p, err := start(client, dir)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := p.Stop(5 * time.Second); err != nil {
					t.Error(err)
				}
				if t.Failed() {
					for _, line := range p.Tail(30) {
						t.Log(line)
					}
				}
			})
			for _, want := range []netip.Addr{first, second} {
				g.addr.Store(&want)
				if want == second && name == "udhcpc" {
					// No lease is shorter than two minutes to busybox, and T1 is
					// always half of it.
					if err := p.Signal(syscall.SIGUSR1); err != nil {
						t.Fatal(err)
					}
				}
				err := lab.Wait(t.Context(), "only address "+want.String(), 12*time.Second, func(context.Context) (bool, error) {
					addrs, err := client.Addrs()
					return slices.Equal(addrs, []netip.Prefix{netip.PrefixFrom(want, 22)}), err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
