//go:build netns

package client_test

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"rollcall/internal/bench/client"
	"rollcall/internal/bench/responder"
	"rollcall/internal/bench/wire"
)

// serve answers on the server's end of a new wire, but lets every nth message go by; 0: none.
func serve(t *testing.T, everyNth int) *wire.Wire {
	t.Helper()
	w, err := wire.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	book := responder.Book{First: netip.MustParseAddr("10.77.1.0"), Clients: 60000, Options: []byte{54, 4, 10, 77, 0, 1, 255}}
	var conn *net.UDPConn
	if err := w.Server.Do(func() (err error) {
		conn, err = net.ListenUDP("udp4", &net.UDPAddr{Port: 67})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	t.Cleanup(func() { conn.Close(); <-ended })
	go func() {
		defer close(ended)
		in, out := make([]byte, 1500), make([]byte, 1500)
		for k := 1; ; k++ {
			n, from, err := conn.ReadFromUDP(in)
			if err != nil {
				return
			}
			if everyNth == 0 || k%everyNth != 0 {
				_, _ = conn.WriteToUDP(book.Answer(out, in[:n]), from) // as a server that loses it
			}
		}
	}()
	return w
}

func open(t *testing.T, w *wire.Wire, machines int) *client.Client {
	t.Helper()
	c, err := client.Open(w.Relay, wire.RelayAddr, wire.ServerAddr, 0x020000000000, machines)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestExchangeAndRenew(t *testing.T) {
	c := open(t, serve(t, 0), 300)
	r, err := c.Exchange(t.Context(), 1000, 500*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if r.Begun != 500 || r.Finished != 500 || len(r.Delays) != 1000 || r.Dropped() != 0 || c.Held() != 300 {
		t.Errorf("exchanges: begun %d, finished %d, %d delays, dropped %v, %d leases; want 500, 500, 1000, 0, 300",
			r.Begun, r.Finished, len(r.Delays), r.Dropped(), c.Held())
	}
	if r, err = c.Renew(t.Context(), 1000, 500*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if r.Begun != 500 || r.Finished != 500 || len(r.Delays) != 500 || r.Quantile(0.5) <= 0 || r.Quantile(1) < r.Quantile(0.5) {
		t.Errorf("renewals: %+v; want 500 of 500", r)
	}
}

// What is lost counts, and Acquire asks again.
func TestLosses(t *testing.T) {
	c := open(t, serve(t, 7), 100)
	r, err := c.Exchange(t.Context(), 1000, 100*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if r.Begun != 100 || r.Finished > 86 || r.Dropped() < 0.14 {
		t.Errorf("begun %d, finished %d, dropped %v; want a seventh or more of 100 dropped", r.Begun, r.Finished, r.Dropped())
	}
	if err := c.Acquire(t.Context(), 1000); err != nil {
		t.Fatal(err)
	}
	if c.Held() != 100 {
		t.Errorf("%d machines have a lease; want 100", c.Held())
	}
}
