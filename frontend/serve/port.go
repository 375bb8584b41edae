package serve

import (
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"rollcall/frontend/link"
	"rollcall/frontend/packet"
)

// port is one configured link, with or without a conn.
type port struct {
	name string

	// Counters, resolved once: looking labels up costs more than counting.
	received [packet.LeaseQuery + 1]prometheus.Counter  // by type; nil for others
	sent     [packet.LeaseActive + 1]prometheus.Counter // by type; nil for others
	byDrop   []prometheus.Counter                       // by link.Drop
	byParse  []prometheus.Counter                       // by packet.Reason
	byReason [numReasons]prometheus.Counter

	// addrs are the addresses of the interface; replaced, never changed.
	addrs atomic.Pointer[[]netip.Prefix]

	// writing is held by who writes to conn: the session's receiver, for a
	// batch, or a reply that was held back.
	writing sync.Mutex

	mu    sync.Mutex
	conn  link.Conn // nil while the link is down
	drops uint64    // in the kernel, of the conns that were closed

	hello int    // index in the last Hello; owned by the session's sender
	out   outbox // owned by the session's receiver
}

func (m *metrics) newPort(name string) *port {
	p := &port{name: name}
	for _, t := range queryTypes {
		p.received[t] = m.received.WithLabelValues(name, t.String())
	}
	for _, t := range replyTypes {
		p.sent[t] = m.sent.WithLabelValues(name, replyName(t))
	}
	dropped := func(reason string) prometheus.Counter { return m.dropped.WithLabelValues(name, reason) }
	p.byDrop = make([]prometheus.Counter, len(link.Drops())+1)
	for _, d := range link.Drops() {
		p.byDrop[d] = dropped(d.String())
	}
	p.byParse = make([]prometheus.Counter, len(packet.Reasons())+1)
	for _, r := range packet.Reasons() {
		p.byParse[r] = dropped(r.String())
	}
	for r := range numReasons {
		p.byReason[r] = dropped(r.String())
	}
	p.setAddrs(nil)
	return p
}

// forgetPort removes the series of a link that left the configuration.
func (m *metrics) forgetPort(name string) {
	labels := prometheus.Labels{"link": name}
	m.received.DeletePartialMatch(labels)
	m.sent.DeletePartialMatch(labels)
	m.dropped.DeletePartialMatch(labels)
}

// setAddrs reports whether the addresses are others than before.
func (p *port) setAddrs(addrs []netip.Prefix) bool {
	old := p.addrs.Load()
	if old != nil && slices.Equal(*old, addrs) {
		return false
	}
	p.addrs.Store(&addrs)
	return true
}

// link returns the conn, nil while the link is down.
func (p *port) link() link.Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conn
}

func (p *port) attach(conn link.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conn = conn
}

func (p *port) detach(conn link.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn == conn {
		p.conn = nil
	}
	if st, err := conn.Stats(); err == nil {
		p.drops += st.KernelDrops
	}
}

// write sends batch through conn; a Conn has one writer at a time.
func (p *port) write(conn link.Conn, batch []link.Send) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	_, err := conn.WriteBatch(batch)
	return err
}

// kernelDrops counts over all conns the link has had.
func (p *port) kernelDrops() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn == nil {
		return p.drops
	}
	st, err := p.conn.Stats()
	if err != nil {
		return p.drops
	}
	return p.drops + st.KernelDrops
}

// source returns the server's address on a reply to a query that was sent to
// dst, where id is the server identifier of the reply: what the client or
// relay expects, and what is ours to use: the identifier may be an address that
// several servers answer for, and BOOTP has none. Then a frame comes from our
// address in the subnet of yiaddr: some ROMs boot from where the reply came
// from. The zero Addr leaves the choice to the kernel.
func (p *port) source(dst, id, yiaddr netip.Addr, frame bool) netip.Addr {
	addrs := *p.addrs.Load()
	own := slices.ContainsFunc(addrs, func(a netip.Prefix) bool { return a.Addr() == id })
	if frame {
		if own || len(addrs) == 0 {
			return id
		}
		if i := slices.IndexFunc(addrs, func(a netip.Prefix) bool { return a.Contains(yiaddr) }); i >= 0 {
			return addrs[i].Addr()
		}
		return addrs[0].Addr()
	}
	if p.alone(dst) {
		return dst // it was asked there
	}
	if own {
		return id
	}
	return netip.Addr{}
}

// alone reports whether what is sent to dst is for one host, and not for all of
// the link.
func (p *port) alone(dst netip.Addr) bool {
	return dst.Is4() && !dst.IsUnspecified() && dst != limitedBroadcast &&
		!slices.ContainsFunc(*p.addrs.Load(), func(a netip.Prefix) bool { return isBroadcast(a, dst) })
}

var limitedBroadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// isBroadcast reports whether a is the directed broadcast address of p.
func isBroadcast(p netip.Prefix, a netip.Addr) bool {
	if p.Bits() >= 31 || !p.Contains(a) { // RFC 3021: /31 has none
		return false
	}
	b := a.As4()
	for i := p.Bits(); i < 32; i++ {
		if b[i/8]&(0x80>>(i%8)) == 0 {
			return false
		}
	}
	return true
}
