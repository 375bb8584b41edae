//go:build netns

package crash_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"rollcall/internal/dhcptest"
)

const (
	// inFlight is how many clients wait for an answer at a time.
	inFlight = 64
	// patience is how long a client waits before it sends its message again. Real ones wait longer; these have a restart to catch.
	patience = 250 * time.Millisecond
	// forsaken is how long a client asks, in time in which it may ask, before something must be wrong.
	forsaken = 30 * time.Second
	// margin is how near the end of a lease its client lets go, rather than renew it in the moment it runs out.
	margin = 2 * time.Second
)

// load lets clients come and go, as fast as they are answered.
type load struct {
	*ledger
	socket  *socket
	next    atomic.Uint32 // of machines
	workers sync.WaitGroup
	done    chan struct{} // closed when the load ends
	finish  sync.Once

	mu     sync.Mutex
	open   chan struct{} // closed while clients may send
	faults []finding     // what the clients saw themselves
	err    error         // why one of them cannot go on
}

// machine is a client.
type machine struct {
	hw    string
	claim *claim // nil without a lease
}

func (w *world) startLoad(seed uint64) *load {
	l := &load{ledger: new(ledger), socket: w.openSocket(), done: make(chan struct{}), open: make(chan struct{})}
	close(l.open)
	for i := range inFlight {
		l.workers.Go(func() {
			if err := l.work(rand.New(rand.NewPCG(seed, uint64(i)))); err != nil {
				l.mu.Lock()
				l.err = err
				l.mu.Unlock()
			}
		})
	}
	w.Cleanup(l.end)
	return l
}

// work is one share of the clients, one message at a time.
func (l *load) work(r *rand.Rand) error {
	share := make([]*machine, clients/inFlight)
	for i := range share {
		share[i] = l.newcomer()
	}
	for {
		select {
		case <-l.done:
			return nil
		case <-l.gate():
		}
		// Some are restless, and some are not heard of for long: what was written long ago has to last as well.
		i := min(r.IntN(len(share)), r.IntN(len(share)), r.IntN(len(share)))
		m := share[i]
		if m.claim != nil && time.Until(m.claim.until) < margin {
			if time.Now().After(m.claim.until) {
				m.claim = nil
			}
			continue
		}
		var err error
		switch dice := r.IntN(1000); {
		case m.claim == nil && dice < 200: // somebody else comes, and gets what has been free for longest
			share[i] = l.newcomer()
			err = l.lease(share[i], r)
		case m.claim == nil:
			err = l.lease(m, r)
		case dice < 850:
			err = l.keep(m, dhcptest.Renew)
		case dice < 920:
			err = l.keep(m, dhcptest.Reboot)
		case dice < 997:
			err = l.giveBack(m, dhcptest.Release)
		default:
			err = l.giveBack(m, dhcptest.Decline)
		}
		if err != nil {
			return err
		}
	}
}

func (l *load) newcomer() *machine {
	n := l.next.Add(1)
	return &machine{hw: fmt.Sprintf("52:54:01:%02x:%02x:%02x", byte(n>>16), byte(n>>8), byte(n))}
}

// lease is DISCOVER and REQUEST, by some for a short lease. A refusal is no fault: offers do not outlive leased.
func (l *load) lease(m *machine, r *rand.Rand) error {
	var wants []dhcptest.Modifier
	if r.IntN(10) == 0 {
		wants = append(wants, dhcptest.LeaseTime(uint32(4+r.IntN(12))))
	}
	o, err := l.ask(func(mods ...dhcptest.Modifier) []byte { return dhcptest.Discover(m.hw, append(mods, wants...)...) })
	if err != nil || o.kind != offer {
		return err
	}
	a, err := l.ask(func(mods ...dhcptest.Modifier) []byte {
		return dhcptest.Request(m.hw, o.yiaddr.String(), o.server.String(), append(mods, wants...)...)
	})
	if err == nil && a.kind == ack {
		m.claim = l.granted(m.hw, a)
	}
	return err
}

// keep asks for the address that the client has: as one that renews it, or as one that was switched off and on.
func (l *load) keep(m *machine, how func(mac, addr string, mods ...dhcptest.Modifier) []byte) error {
	c := m.claim
	a, err := l.ask(func(mods ...dhcptest.Modifier) []byte { return how(m.hw, c.address.String(), mods...) })
	switch {
	case err != nil || a.kind == 0:
		return err
	case time.Until(c.until) < granularity: // it took so long that the lease ran out
		m.claim = nil
		if a.kind == ack {
			m.claim = l.granted(m.hw, a)
		}
	case a.kind == ack && a.yiaddr == c.address:
		l.renewed(c, a)
	default:
		l.see(found(refused, "%s has %s until %s, asks for it and is answered by type %d for %s", m.hw, c.address, clock(c.until),
			a.kind, a.yiaddr))
		l.givesBack(c)
		m.claim = nil
	}
	return nil
}

// giveBack releases or declines the address of the client. There is no answer.
func (l *load) giveBack(m *machine, how func(mac, addr, server string, mods ...dhcptest.Modifier) []byte) error {
	c := m.claim
	m.claim = nil
	l.givesBack(c)
	return l.socket.send(how(m.hw, c.address.String(), serverAddr, dhcptest.XID(l.socket.xid.Add(1)), dhcptest.Giaddr(relayAddr)))
}

// ask sends a message, again and again, until it is answered. The kind of the answer is 0 when the load ends first.
func (l *load) ask(message func(...dhcptest.Modifier) []byte) (a answer, err error) {
	a.xid = l.socket.xid.Add(1)
	payload := message(dhcptest.XID(a.xid), dhcptest.Giaddr(relayAddr))
	replies := l.socket.expect(a.xid)
	defer l.socket.forget(a.xid)
	for range forsaken / patience {
		select {
		case a.reply = <-replies:
			return a, nil
		case <-l.done:
			return a, nil
		case <-l.gate():
		}
		if a.asked.IsZero() {
			a.asked = time.Now()
		}
		if err := l.socket.send(payload); err != nil {
			return a, fmt.Errorf("send xid %08x: %w", a.xid, err)
		}
		again := time.NewTimer(patience)
		select {
		case a.reply = <-replies:
			again.Stop()
			return a, nil
		case <-again.C:
		}
	}
	return a, fmt.Errorf("no answer to xid %08x in %v", a.xid, forsaken)
}

// gate returns what is closed as long as clients may send.
func (l *load) gate() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open
}

// pause holds back what clients would send. What was sent may still be answered.
func (l *load) pause() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = make(chan struct{})
}

// resume ends a pause.
func (l *load) resume() {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.open:
	default:
		close(l.open)
	}
}

// end ends the load and waits for its clients.
func (l *load) end() {
	l.finish.Do(func() { close(l.done) })
	l.workers.Wait()
}

func (l *load) see(f finding) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = append(l.faults, f)
}

// seen returns what the clients saw since the last call, and why one cannot go on, if so.
func (l *load) seen() (fs []finding, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fs, l.faults = l.faults, nil
	return fs, l.err
}
