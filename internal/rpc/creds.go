package rpc

import (
	"context"
	"errors"
	"net"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"

	"rollcall/internal/fault"
)

// localConn marks a connection whose peer the kernel or the process vouches for. Only our own listeners and [Local] can make one,
// so a connection that is not marked is never mistaken for a trusted one.
type localConn struct {
	net.Conn
	peer string // what logs call the other side
}

// The peers of local connections in logs.
const (
	peerUnix    = "unix"
	peerProcess = "process"
)

// localListener marks what it accepts as local.
type localListener struct {
	net.Listener
	peer string
}

func (l localListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return localConn{conn, l.peer}, nil
}

// localAuth is the credentials.AuthInfo of a local connection.
type localAuth struct {
	credentials.CommonAuthInfo
	peer string
}

func (localAuth) AuthType() string { return "local" }

// handshake is the whole handshake of either side.
func (c localConn) handshake() (net.Conn, credentials.AuthInfo, error) {
	info := credentials.CommonAuthInfo{SecurityLevel: credentials.PrivacyAndIntegrity}
	return c.Conn, localAuth{info, c.peer}, nil
}

// serverCreds does the handshake of both kinds of listener, so that one grpc.Server serves them all.
type serverCreds struct {
	noClient
	keys    *keyring              // nil if there is no TCP listener
	refused func(net.Addr, error) // told of peers that failed the handshake, and why
}

func (c serverCreds) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	if local, ok := conn.(localConn); ok {
		return local.handshake()
	}
	if c.keys == nil {
		return nil, nil, errNoTLS
	}
	secure, info, err := c.keys.server().ServerHandshake(conn)
	if err != nil {
		c.refused(conn.RemoteAddr(), err)
	}
	return secure, info, err
}

func (c serverCreds) Info() credentials.ProtocolInfo {
	return credentials.ProtocolInfo{SecurityProtocol: "tls"}
}

func (c serverCreds) Clone() credentials.TransportCredentials { return c }

// clientCreds does TLS with the certificates that are on disk at the moment of the handshake. Inside the process there is nobody
// to prove anything to.
type clientCreds struct {
	noServer
	keys *keyring
}

func (c clientCreds) ClientHandshake(ctx context.Context, authority string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	if local, ok := conn.(localConn); ok {
		return local.handshake()
	}
	creds, stale := c.keys.client()
	secure, info, err := creds.ClientHandshake(ctx, authority, conn)
	if err != nil && stale != nil {
		err = errors.Join(err, stale) // the likely cause: new files are there but cannot be used
	}
	return secure, info, err
}

func (c clientCreds) Info() credentials.ProtocolInfo {
	return credentials.ProtocolInfo{SecurityProtocol: "tls"}
}

func (c clientCreds) Clone() credentials.TransportCredentials { return c }

// noClient and noServer are the halves of credentials.TransportCredentials that one side does not have.
type (
	noClient struct{}
	noServer struct{}
)

func (noClient) ClientHandshake(context.Context, string, net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return nil, nil, errors.New("these credentials are a server's")
}
func (noClient) OverrideServerName(string) error { return nil }

func (noServer) ServerHandshake(net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return nil, nil, errors.New("these credentials are a client's")
}
func (noServer) OverrideServerName(string) error { return nil }

// callerOf says who made the call in ctx. Everyone on a local connection has every role.
func (r roster) callerOf(ctx context.Context) (caller, error) {
	if p, ok := peer.FromContext(ctx); ok {
		switch auth := p.AuthInfo.(type) {
		case localAuth:
			return caller{name: auth.peer, local: true}, nil
		case credentials.TLSInfo:
			if certs := auth.State.PeerCertificates; len(certs) > 0 {
				return r.identify(certs[0]), nil
			}
		}
	}
	return caller{}, fault.New(fault.Unauthenticated, ReasonNoCertificate, "the call came without a client certificate")
}
