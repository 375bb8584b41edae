package tftp

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/pin/tftp/v3"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"rollcall/frontend/assets/ledger"
	"rollcall/frontend/assets/lookup"
	"rollcall/internal/obs"
)

const (
	// blockSize is the largest block: with the headers of IPv4, UDP and TFTP it fills the frame of an Ethernet link. More would come in
	// fragments, which boot firmware may not put together.
	blockSize = 1468
	// A block that is not acknowledged is sent again every resend, longer each time by more, and at most resends times; then the client
	// is given up, after eight and a half seconds.
	resend  = time.Second
	more    = 250 * time.Millisecond
	resends = 5
	// maxFromOne is how many transfers there may be to one address. A request can come from any address that somebody writes into it, and
	// what answers it is sent several times: so no more than 32 blocks without an acknowledgement are ever sent there in a second.
	maxFromOne = 32
	// lastWords is how long clients have to hear that the server stops.
	lastWords = 1500 * time.Millisecond
)

// MetricJunk is the name of the counter of datagrams that are no requests.
const MetricJunk = "rollcall_frontend_tftp_junk_total"

// Config is what a Server is made of.
type Config struct {
	Lookup *lookup.Lookup
	Ledger *ledger.Ledger
	// HTTPPort is the port of the HTTP server for the same files, 0 for none: scripts name it.
	HTTPPort uint16
	// Logger and Registry may be nil.
	Logger   *slog.Logger
	Registry prometheus.Registerer
}

// Server serves any number of sockets.
type Server struct {
	lookup  *lookup.Lookup
	ledger  *ledger.Ledger
	log     *slog.Logger
	junk    prometheus.Counter
	port    uint16 // of HTTP
	clients clients
}

// New returns a Server.
func New(cfg Config) *Server {
	return &Server{
		lookup: cfg.Lookup, ledger: cfg.Ledger, log: obs.OrDiscard(cfg.Logger), port: cfg.HTTPPort,
		junk: promauto.With(cfg.Registry).NewCounter(prometheus.CounterOpts{Name: MetricJunk,
			Help: "Datagrams to the TFTP port that are no requests."}),
	}
}

// Serve answers what comes to conn, of [Listen], until ctx ends, and closes conn. A transfer that is under way then ends with its next block; one
// whose client says nothing outlives Serve by the time that it takes to give it up.
//
// Answers come from the address that was asked, whatever conn is bound to: firmware ignores others.
func (s *Server) Serve(ctx context.Context, conn *net.UDPConn) error {
	defer conn.Close() // the library does not if it never comes to read
	h := &handler{Server: s, ctx: ctx}
	srv := tftp.NewServer(h.read, h.write)
	srv.SetBlockSize(blockSize)
	srv.SetTimeout(resend)
	srv.SetRetries(resends)
	srv.SetBackoff(func(attempt int) time.Duration { return time.Duration(attempt) * more })
	srv.SetHook(hook{s.junk})
	ended := make(chan struct{})
	defer context.AfterFunc(ctx, func() {
		defer close(ended)
		srv.Shutdown()
	})()
	err := srv.Serve(conn)
	if ctx.Err() == nil {
		return err
	}
	select {
	case <-ended:
	case <-time.After(lastWords):
	}
	return nil
}

// hook counts what never becomes a transfer; the handler knows of all others.
type hook struct{ junk prometheus.Counter }

func (hook) OnSuccess(tftp.TransferStats) {}

func (h hook) OnFailure(stats tftp.TransferStats, _ error) {
	if stats.RemoteAddr == nil {
		h.junk.Inc()
	}
}

// http returns the URL of the HTTP server at an address, or nothing.
func (s *Server) http(local netip.Addr) string {
	if s.port == 0 {
		return ""
	}
	return "http://" + netip.AddrPortFrom(local, s.port).String()
}

// addrOf returns ip, as an IPv4 address where it is one.
func addrOf(ip net.IP) netip.Addr {
	a, _ := netip.AddrFromSlice(ip)
	return a.Unmap()
}
