package bulk_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/frontend/bulk"
	"rollcall/internal/dhcptest"
	leasedv1 "rollcall/proto/leased/v1"
)

// pipes is a listener of connections in memory, which keep to the clock of the test.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// inTime runs a test with a server whose connections are pipes.
func inTime(t *testing.T, d *database, f func(t *testing.T, dial func() net.Conn, reg *prometheus.Registry)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		reg := prometheus.NewRegistry()
		p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		s := bulk.New(bulk.Config{Client: d, Registry: reg, Listen: func() (net.Listener, error) { return p, nil }})
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		s.Set(true)
		f(t, func() net.Conn {
			near, far := net.Pipe()
			p.conns <- near
			t.Cleanup(func() { far.Close() })
			return far
		}, reg)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// closesAfter verifies when the server closes the connection, and why.
func closesAfter(t *testing.T, c net.Conn, want time.Duration, reg *prometheus.Registry, reason string) {
	t.Helper()
	began := time.Now()
	var b [1]byte
	if n, err := c.Read(b[:]); err == nil {
		t.Errorf("%d octets came", n)
	}
	if took := time.Since(began); took != want {
		t.Errorf("closed after %v, want %v", took, want)
	}
	synctest.Wait()
	if n := counted(t, reg, bulk.MetricClosed, reason); n != 1 {
		t.Errorf("closed %v times for %s, want once", n, reason)
	}
}

func TestSilentStranger(t *testing.T) {
	inTime(t, &database{}, func(t *testing.T, dial func() net.Conn, reg *prometheus.Registry) {
		closesAfter(t, dial(), 10*time.Second, reg, "idle")
	})
}

// TestStrangerThatTalks: what leased is not asked about, and queries that it refuses to look at, buy no time.
func TestStrangerThatTalks(t *testing.T) {
	unreachable := &database{reply: func(context.Context, *leasedv1.BulkRequest, int) (*leasedv1.BulkResponse, error) {
		return nil, errors.New("unreachable")
	}}
	query := dhcptest.BulkLeaseQuery("")
	for name, sent := range map[string][]byte{
		"active leasequery": with(query, 242, 16), "TLS": with(query, 242, 18), "malformed": with(query, 2, 17), "no leased": query,
	} {
		t.Run(name, func(t *testing.T) {
			inTime(t, unreachable, func(t *testing.T, dial func() net.Conn, reg *prometheus.Registry) {
				r := requestor{t, dial()}
				for range 3 {
					r.send(dhcptest.Framed(sent))
					r.answer()
					time.Sleep(3 * time.Second)
				}
				closesAfter(t, r, time.Second, reg, "idle")
			})
		})
	}
	t.Run("what waits already", func(t *testing.T) {
		inTime(t, unreachable, func(t *testing.T, dial func() net.Conn, reg *prometheus.Registry) {
			r := requestor{t, dial()}
			r.send(append(dhcptest.Framed(query), dhcptest.Framed(query)...))
			time.Sleep(15 * time.Second)
			r.answer()
			closesAfter(t, r, 0, reg, "idle")
		})
	})
}

func TestIdleAfterAQuery(t *testing.T) {
	inTime(t, &database{}, func(t *testing.T, dial func() net.Conn, reg *prometheus.Registry) {
		r := requestor{t, dial()}
		r.send(dhcptest.Framed(dhcptest.BulkLeaseQuery("")))
		r.answer()
		closesAfter(t, r, 5*time.Minute, reg, "idle")
	})
}

// TestSlowQuery: octets that drip in buy no time.
func TestSlowQuery(t *testing.T) {
	inTime(t, &database{}, func(t *testing.T, dial func() net.Conn, reg *prometheus.Registry) {
		c := dial()
		began := time.Now()
		for _, octet := range dhcptest.Framed(dhcptest.BulkLeaseQuery("")) {
			if _, err := c.Write([]byte{octet}); err != nil {
				break
			}
			time.Sleep(time.Second)
		}
		if took := time.Since(began); took < 10*time.Second || took > 12*time.Second {
			t.Errorf("a query in drips was listened to for %v, want 10s", took)
		}
		synctest.Wait()
		if n := counted(t, reg, bulk.MetricClosed, "slow-query"); n != 1 {
			t.Errorf("closed %v times for slow-query, want once", n)
		}
	})
}

// TestSlowReader: a requestor that does not take its answer loses the connection, and leased has long stopped sending.
func TestSlowReader(t *testing.T) {
	pages := 0
	d := &database{reply: func(ctx context.Context, req *leasedv1.BulkRequest, n int) (*leasedv1.BulkResponse, error) {
		pages++
		return endless(ctx, req, n)
	}}
	inTime(t, d, func(t *testing.T, dial func() net.Conn, reg *prometheus.Registry) {
		r := requestor{t, dial()}
		r.send(dhcptest.Framed(dhcptest.BulkLeaseQuery("")))
		synctest.Wait()
		if pages > 2 {
			t.Errorf("%d pages were fetched for a requestor that reads nothing", pages)
		}
		time.Sleep(61 * time.Second)
		synctest.Wait()
		if n := counted(t, reg, bulk.MetricClosed, "slow-reader"); n != 1 {
			t.Errorf("closed %v times for slow-reader, want once", n)
		}
		if _, ongoing := d.requests(); ongoing != 0 {
			t.Errorf("%d queries still under way", ongoing)
		}
	})
}

// TestStopping: neither an idle connection nor one that does not read holds up the end.
func TestStopping(t *testing.T) {
	var began time.Time
	d := &database{reply: endless}
	inTime(t, d, func(t *testing.T, dial func() net.Conn, _ *prometheus.Registry) {
		dial()
		r := requestor{t, dial()}
		r.send(dhcptest.Framed(dhcptest.BulkLeaseQuery("")))
		synctest.Wait()
		began = time.Now()
		t.Cleanup(func() {
			if took := time.Since(began); took > time.Second {
				t.Errorf("stopping took %v", took)
			}
		})
	})
}
