//go:build netns

package e2e_test

import (
	"net/netip"
	"sync"
	"sync/atomic"

	"rollcall/internal/dhcptest"
	"rollcall/internal/lab"
)

const (
	// crowd is a subnet of many machines behind a relay.
	crowd       = `{name: crowd, prefix: 10.40.0.0/16, lease: {time: 1h}, pools: [{range: 10.40.1.0-10.40.250.255}]}`
	crowdRelay  = "10.40.0.1"
	crowdPrefix = "10.40.0.0/16"
)

// crowdHost adds the host that is the relay of the subnet crowd, and of further networks.
func (w *world) crowdHost(further ...netip.Prefix) *lab.Host {
	w.Helper()
	relays := []string{"10.20.0.3/22", crowdRelay + "/16"}
	networks := []string{crowdPrefix}
	for _, p := range further {
		relays = append(relays, p.String())
		networks = append(networks, p.Masked().String())
	}
	h := w.attach(w.floor, "crowd", "eth0", "52:54:00:00:00:03", relays...)
	for _, n := range networks {
		w.ip(w.server.Namespace, "route", "add", n, "via", "10.20.0.3")
	}
	return h
}

// load lets many machines lease, each of them once, as fast as they are answered.
type load struct {
	stop    chan struct{}
	workers sync.WaitGroup
	count   atomic.Int64 // acknowledged

	mu    sync.Mutex
	acked []grant
	err   error // of the first worker that could not go on
}

// grant is an address that a machine was told is its.
type grant struct{ mac, address string }

// startLoad starts a load of n machines at a time.
func (w *world) startLoad(via *transport, n int) *load {
	l := &load{stop: make(chan struct{})}
	var next atomic.Int64
	for range n {
		l.workers.Go(func() {
			for {
				select {
				case <-l.stop:
					return
				default:
				}
				m := stranger(via, int(next.Add(1)), dhcptest.Giaddr(crowdRelay))
				a, err := m.lease(l.stop)
				l.note(m.mac, a, err)
				if err != nil {
					return
				}
			}
		})
	}
	return l
}

func (l *load) note(mac string, a netip.Addr, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err != nil && l.err == nil:
		l.err = err
	case err == nil && a.IsValid():
		l.acked = append(l.acked, grant{mac, a.String()})
		l.count.Add(1)
	}
}

// end stops the load and returns every acknowledgement.
func (l *load) end() ([]grant, error) {
	close(l.stop)
	l.workers.Wait()
	return l.acked, l.err
}
