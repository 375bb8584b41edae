package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"rollcall/frontend/assets/ledger"
	"rollcall/frontend/assets/lookup"
	"rollcall/internal/obs"
)

const (
	// headerTimeout is how long a request may take to arrive, idleTimeout how long its connection is kept for the next one.
	headerTimeout = 10 * time.Second
	idleTimeout   = 15 * time.Second
	// sendTimeout is how long a client may take for a piece of sendSize octets: who is slower than 17 kB/s for a minute is given up.
	sendTimeout = time.Minute
	sendSize    = 1 << 20
	// maxHeader bounds the header of a request, maxURI its first line.
	maxHeader = 8 << 10
	maxURI    = 2 << 10
	// maxIdle is how many connections there may be beyond those that have a place: enough to tell those that they have to wait.
	maxIdle = 128
	// maxFromOne is how many connections there may be from one address: no machine can have them all, and a proxy has enough.
	maxFromOne = 64
	// lastWords is how long transfers have to end when the server stops.
	lastWords = time.Second
)

// Config is what a Server is made of.
type Config struct {
	Lookup *lookup.Lookup
	Ledger *ledger.Ledger
	// Logger may be nil.
	Logger *slog.Logger
}

// Server serves any number of listeners.
type Server struct {
	lookup *lookup.Lookup
	ledger *ledger.Ledger
	log    *slog.Logger
	conns  conns
}

// New returns a Server.
func New(cfg Config) *Server {
	return &Server{lookup: cfg.Lookup, ledger: cfg.Ledger, log: obs.OrDiscard(cfg.Logger)}
}

// Serve answers the clients of l until ctx ends, and closes l. Transfers under way have a moment to end then.
func (s *Server) Serve(ctx context.Context, l *net.TCPListener) error {
	var only http.Protocols
	only.SetHTTP1(true)
	srv := &http.Server{
		Handler: s, Protocols: &only, BaseContext: func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, DisableGeneralOptionsHandler: true,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // what clients do wrong
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
		defer cancel()
		if srv.Shutdown(ctx) != nil {
			srv.Close()
		}
	})
	err := srv.Serve(listener{l, &s.conns, s.ledger})
	if !stop() {
		<-ended
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
