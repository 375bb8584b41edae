package bulk

import (
	"net"
	"net/netip"
	"sync"
)

const (
	// maxConns is how many connections there may be, maxFromOne how many from one address. RFC 6926 §6.3 proposes 10 (BULK_LQ_MAX_CONNS);
	// strangers, who are refused with their first query only, must not be able to have them all from one address.
	maxConns   = 32
	maxFromOne = 4
)

// places counts connections. The zero places has them all free.
type places struct {
	mu    sync.Mutex
	taken map[netip.Addr]int
	all   int
}

// take reports whether there is a place for another connection, and takes it.
func (p *places) take(from netip.Addr) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all >= maxConns || p.taken[from] >= maxFromOne {
		return false
	}
	if p.taken == nil {
		p.taken = make(map[netip.Addr]int)
	}
	p.all++
	p.taken[from]++
	return true
}

// leave gives a place back.
func (p *places) leave(from netip.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all--
	if p.taken[from]--; p.taken[from] == 0 {
		delete(p.taken, from)
	}
}

// sourceOf returns the address of the other side, localOf ours; 0.0.0.0 where a connection has none.
func sourceOf(c net.Conn) netip.Addr { return addrOf(c.RemoteAddr()) }

func localOf(c net.Conn) netip.Addr { return addrOf(c.LocalAddr()) }

func addrOf(a net.Addr) netip.Addr {
	if t, ok := a.(*net.TCPAddr); ok {
		if ip := t.AddrPort().Addr().Unmap(); ip.Is4() {
			return ip
		}
	}
	return netip.IPv4Unspecified()
}
