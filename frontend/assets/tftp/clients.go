package tftp

import (
	"net/netip"
	"sync"
)

// clients counts the transfers of each address. There are never more of them than the ledger has places.
type clients struct {
	mu   sync.Mutex
	from map[netip.Addr]int
}

// enter reports whether there may be another transfer to that address, and counts it.
func (c *clients) enter(from netip.Addr) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.from[from] >= maxFromOne {
		return false
	}
	if c.from == nil {
		c.from = make(map[netip.Addr]int)
	}
	c.from[from]++
	return true
}

func (c *clients) leave(from netip.Addr) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.from[from]--; c.from[from] == 0 {
		delete(c.from, from)
	}
}
