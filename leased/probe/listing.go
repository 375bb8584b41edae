package probe

import "rollcall/internal/obs"

// list fills p.ifaces the first time; Run keeps them current. p.mu is held.
func (p *Prober) list() {
	if p.listed {
		return
	}
	p.apply(p.cfg.Interfaces())
}

// refresh reads the interfaces anew. The listing runs without the lock: on a host
// with thousands of interfaces it takes a while.
func (p *Prober) refresh() {
	ifaces, err := p.cfg.Interfaces()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.apply(ifaces, err)
}

// apply takes over a listing and closes the segments whose interface has gone, is
// down, or is another one under the same index. p.mu is held.
func (p *Prober) apply(ifaces []Interface, err error) {
	said := p.unlisted
	p.listed, p.unlisted = true, err != nil
	if err != nil {
		// The old list is better than none.
		p.metrics.failed(opList)
		if !said {
			p.cfg.Log.Warn("interfaces cannot be listed", obs.KeyErr, err)
		}
		return
	}
	p.ifaces = ifaces
	byIndex := make(map[int]Interface, len(ifaces))
	for _, ifi := range ifaces {
		byIndex[ifi.Index] = ifi
	}
	for index, s := range p.segments {
		if ifi, ok := byIndex[index]; !ok || !ifi.Up || !sameLink(s.ifi, ifi) {
			s.conn.Close()
			delete(p.segments, index)
		}
	}
	for index, f := range p.failures {
		if ifi, ok := byIndex[index]; !ok || !sameLink(f.ifi, ifi) {
			delete(p.failures, index)
		}
	}
}
