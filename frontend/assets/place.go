package assets

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"time"

	"rollcall/frontend/assets/tftp"
	"rollcall/frontend/assets/web"
	"rollcall/internal/obs"
)

var errStarting = errors.New("is starting")

// place is an address that is served.
type place struct {
	protocol, address string
	log               *slog.Logger
	// serve listens and serves until ctx ends; up is called once it listens.
	serve func(ctx context.Context, address string, up func(net.Addr)) error

	mu    sync.Mutex
	state error // why it is not served; nil while it is
}

func newPlace(protocol, address string, log *slog.Logger, serve func(context.Context, string, func(net.Addr)) error) *place {
	return &place{protocol: protocol, address: address, log: log, serve: serve, state: errStarting}
}

func serveTFTP(s *tftp.Server) func(context.Context, string, func(net.Addr)) error {
	return func(ctx context.Context, address string, up func(net.Addr)) error {
		conn, err := tftp.Listen(ctx, "udp"+family(address), address)
		if err != nil {
			return err
		}
		up(conn.LocalAddr())
		return s.Serve(ctx, conn)
	}
}

func serveHTTP(s *web.Server) func(context.Context, string, func(net.Addr)) error {
	return func(ctx context.Context, address string, up func(net.Addr)) error {
		at, err := net.ResolveTCPAddr("tcp"+family(address), address)
		if err != nil {
			return err
		}
		l, err := net.ListenTCP("tcp"+family(address), at)
		if err != nil {
			return err
		}
		up(l.Addr())
		return s.Serve(ctx, l)
	}
}

// family returns 6 for an IPv6 address and 4 for others and for every address: DHCPv4 tells machines of no other.
func family(address string) string {
	host, _, _ := net.SplitHostPort(address)
	if a, err := netip.ParseAddr(host); err == nil && a.Unmap().Is6() {
		return "6"
	}
	return "4"
}

// name is how readiness calls it.
func (p *place) name() string { return p.protocol + " at " + p.address }

// run serves until ctx ends.
func (p *place) run(ctx context.Context) {
	said := ""
	for ctx.Err() == nil {
		err := p.serve(ctx, p.address, func(at net.Addr) {
			said = ""
			p.set(nil)
			p.log.InfoContext(ctx, p.protocol+" is served", obs.KeyAddress, at.String())
		})
		if ctx.Err() != nil {
			break
		}
		err = p.explain(err)
		p.set(err)
		if err.Error() != said {
			said = err.Error()
			p.log.WarnContext(ctx, p.protocol+" is not served", obs.KeyErr, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(retry):
		}
	}
	p.set(errors.New("is stopping"))
}

// explain says what is in the way, and what to do about it.
func (p *place) explain(err error) error {
	key := "frontend.assets." + strings.ToLower(p.protocol) + ".listen"
	host, port, _ := net.SplitHostPort(p.address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("%s %s: another program has the port (ss -lnptu 'sport = %s' shows which); stop it, or choose another port",
			key, p.address, port)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%s %s: no interface has the address %s yet", key, p.address, host)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("%s %s: not permitted; ports below 1024 take CAP_NET_BIND_SERVICE", key, p.address)
	case err == nil:
		return fmt.Errorf("%s %s: the socket was closed", key, p.address)
	}
	return fmt.Errorf("%s %s: %w", key, p.address, err)
}

func (p *place) ready() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state
}

func (p *place) set(state error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = state
}
