package rpc

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

const (
	clientDeadline = 10 * time.Second
	// Reconnection is quick because clients on the network wait for it: at most about a second after leased is back.
	redialBase     = 50 * time.Millisecond
	redialMax      = time.Second
	connectTimeout = 3 * time.Second
)

// target is the far end of a connection, as the errors of its calls describe it.
type target struct {
	ep    Endpoint
	local *Local
	// failed is why the last attempt to connect failed; nil after a success. The transport sets it and calls read it.
	failed atomic.Pointer[error]
}

// Dial is [Local.Dial] of no Local: it uses the sockets.
func Dial(ep Endpoint, tls *TLS, opts ...grpc.DialOption) (*grpc.ClientConn, error) {
	return (*Local)(nil).Dial(ep, tls, opts...)
}

// Dial returns a connection to ep that is made when first used and made again whenever it breaks. Calls fail at once while there
// is none, unless they ask to wait with grpc.WaitForReady. tls is needed for TCP and ignored for unix sockets. Dial returns an
// error only for what waiting cannot heal: TCP without TLS, and certificates that cannot be used, which are asked for even where
// the server turns out to be in this process, so that a configuration is right or wrong wherever its services run.
//
// The errors of its calls and streams are those the package comment describes. opts come last, so a grpc.WithContextDialer
// replaces ours in tests.
func (l *Local) Dial(ep Endpoint, tls *TLS, opts ...grpc.DialOption) (*grpc.ClientConn, error) {
	t := &target{ep: ep, local: l}
	var creds credentials.TransportCredentials = insecure.NewCredentials() // the mode of the socket is what protects it
	authority := "localhost"
	if ep.Network != NetworkUnix {
		if tls == nil {
			return nil, fmt.Errorf("connect to %s: %w", ep, errNoTLS)
		}
		keys, err := newKeyring(*tls, func(error) {})
		if err != nil {
			return nil, err
		}
		creds, authority = clientCreds{keys: keys}, ep.Address
	}
	all := append([]grpc.DialOption{
		grpc.WithTransportCredentials(creds),
		grpc.WithAuthority(authority),
		grpc.WithContextDialer(t.dial),
		grpc.WithUnaryInterceptor(t.unary),
		grpc.WithStreamInterceptor(t.stream),
		grpc.WithStaticStreamWindowSize(streamWindow),
		grpc.WithStaticConnWindowSize(connWindow),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: redialBase, Multiplier: 1.6, Jitter: 0.2, MaxDelay: redialMax},
			MinConnectTimeout: connectTimeout,
		}),
	}, opts...)
	if ep.Network != NetworkUnix {
		all = append(all, grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time: keepaliveTime, Timeout: keepaliveTimeout, PermitWithoutStream: true,
		}))
	}
	// passthrough leaves name resolution to the dialer, which asks anew on every attempt and tries all addresses.
	conn, err := grpc.NewClient("passthrough:///"+ep.Address, all...)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", ep, err)
	}
	return conn, nil
}

func (t *target) dial(ctx context.Context, _ string) (net.Conn, error) {
	conn, err := t.connect(ctx)
	if err != nil {
		t.failed.Store(&err)
		return nil, err
	}
	t.failed.Store(nil)
	return conn, nil
}

// connect asks anew each time who is in this process: the server may have started or stopped since.
func (t *target) connect(ctx context.Context) (net.Conn, error) {
	if ln := t.local.find(t.ep); ln != nil {
		return t.local.dial(ctx, ln)
	}
	return (&net.Dialer{}).DialContext(ctx, t.ep.Network, t.ep.Address)
}
