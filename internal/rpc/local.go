package rpc

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"syscall"

	"google.golang.org/grpc/test/bufconn"
)

// localBuffer is how many bytes a connection inside the process holds each way: two of gRPC's write buffers, so that one can be
// filled while the other is read. A writer that finds it full waits for the reader, which never waits for anybody.
const localBuffer = 64 << 10

// Local joins the servers and the callers of one process. Who dials an endpoint at which a server with the same Local listens is
// connected to it in memory; everybody else uses the sockets, which are there all the same. Server, services, interceptors and
// messages do not differ. The zero value is ready, a nil *Local joins nobody, and both are safe for concurrent use.
type Local struct {
	mu     sync.Mutex
	served map[Endpoint]*bufconn.Listener // by what the server listens on; guarded by mu
}

// open returns a listener for those who dial one of the endpoints. An endpoint stays with the server that has it: which of two
// may have it is for the sockets to say.
func (l *Local) open(endpoints []Endpoint) net.Listener {
	ln := bufconn.Listen(localBuffer)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.served == nil {
		l.served = make(map[Endpoint]*bufconn.Listener)
	}
	for _, ep := range endpoints {
		if l.served[ep] == nil {
			l.served[ep] = ln
		}
	}
	return localEnd{ln, l}
}

// find returns who listens where ep leads; nil: nobody in this process.
func (l *Local) find(ep Endpoint) *bufconn.Listener {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for listen, ln := range l.served {
		if ep.leadsTo(listen) {
			return ln
		}
	}
	return nil
}

// dial connects to ln. It waits for a server that is about to serve, and finds one that has stopped as a socket would.
func (l *Local) dial(ctx context.Context, ln *bufconn.Listener) (net.Conn, error) {
	conn, err := ln.DialContext(ctx)
	if err != nil {
		if ctx.Err() == nil {
			err = syscall.ECONNREFUSED
		}
		return nil, err
	}
	return localConn{conn, peerProcess}, nil
}

// localEnd is the listener of a server. Once it is closed, nobody is connected to it any more.
type localEnd struct {
	*bufconn.Listener
	local *Local
}

func (e localEnd) Close() error {
	e.local.mu.Lock()
	for ep, ln := range e.local.served {
		if ln == e.Listener {
			delete(e.local.served, ep)
		}
	}
	e.local.mu.Unlock()
	return e.Listener.Close()
}

// leadsTo reports whether who dials e on this host arrives at who listens on l: they are the same, or l is every address of a
// port and e this host itself.
func (e Endpoint) leadsTo(l Endpoint) bool {
	if e == l || e.Network != NetworkTCP || l.Network != NetworkTCP {
		return e == l
	}
	host, port, err := net.SplitHostPort(e.Address)
	every, same, lerr := net.SplitHostPort(l.Address)
	if err != nil || lerr != nil || port != same {
		return false
	}
	if every != "" && every != "::" { // 0.0.0.0 is every address of only one family
		return false
	}
	addr, err := netip.ParseAddr(host)
	return host == "" || host == "localhost" || err == nil && (addr.IsLoopback() || addr.IsUnspecified())
}
