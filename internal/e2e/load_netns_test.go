//go:build netns

package e2e_test

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

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

// load lets many machines lease, as fast as they are answered, and renew once when their lease is some seconds old.
type load struct {
	stop    chan struct{}
	workers sync.WaitGroup
	count   atomic.Int64 // of leases acknowledged
	renewed atomic.Int64 // of renewals acknowledged

	mu    sync.Mutex
	acked []*grant
	err   error // of workers that could not go on
}

// grant is an address that a machine was told is its.
type grant struct {
	mac, address string
	at           time.Time // when it was told last
	renewed      bool
}

// startLoad starts a load of n machines at a time.
func (w *world) startLoad(via *transport, n int) *load {
	l := &load{stop: make(chan struct{})}
	var next atomic.Int64
	for range n {
		l.workers.Go(func() {
			err := l.work(via, &next)
			l.mu.Lock()
			defer l.mu.Unlock()
			l.err = errors.Join(l.err, err)
		})
	}
	return l
}

// work is one machine after the other, until the load ends.
func (l *load) work(via *transport, next *atomic.Int64) error {
	const age = 4 * time.Second
	var mine []*grant // not renewed yet, oldest first
	for {
		select {
		case <-l.stop:
			return nil
		default:
		}
		if len(mine) > 0 && time.Since(mine[0].at) > age {
			m := machine{via, mine[0].mac, []dhcptest.Modifier{dhcptest.Giaddr(crowdRelay)}}
			if err := l.renew(m, mine[0]); err != nil {
				return err
			}
			mine = mine[1:]
		}
		m := stranger(via, int(next.Add(1)), dhcptest.Giaddr(crowdRelay))
		a, err := m.lease(l.stop)
		if err != nil {
			return err
		}
		if a.IsValid() {
			g := &grant{mac: m.mac, address: a.String(), at: time.Now()}
			mine = append(mine, g)
			l.mu.Lock()
			l.acked = append(l.acked, g)
			l.mu.Unlock()
			l.count.Add(1)
		}
	}
}

// renew renews a lease, and fails if that is refused.
func (l *load) renew(m machine, g *grant) error {
	kind, a, _, err := m.insist(l.stop, dhcptest.Renew(m.mac, g.address, m.with()...))
	if err != nil || kind == 0 {
		return err
	}
	if kind != ack || a.String() != g.address {
		return fmt.Errorf("%s renews %s and is answered by message type %d for %s", g.mac, g.address, kind, a)
	}
	g.at, g.renewed = time.Now(), true
	l.renewed.Add(1)
	return nil
}

// end stops the load and returns every acknowledgement.
func (l *load) end() ([]*grant, error) {
	close(l.stop)
	l.workers.Wait()
	return l.acked, l.err
}
