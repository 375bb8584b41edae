package timeline

import (
	"time"

	"rollcall/leased/engine"
)

// Sighting is a reply of another server to a machine.
type Sighting struct {
	Time time.Time
	// Server is its address, Hardware where the frame came from.
	Server, Hardware string
	// File is the boot file that it names, "" for none.
	File string
	// Message is OFFER or ACK.
	Message string
	// Proxy: it gives no address, but something to boot.
	Proxy bool
}

// Saw takes a sighting. What another server answers to a machine that is not booting is nothing to it. now is when it is told of.
func (t *Timeline) Saw(client engine.HW, x *Sighting, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := x.Time
	if at.After(now) || at.IsZero() {
		at = now
	}
	r := t.latest(client)
	if r == nil || r.ended || at.Sub(r.seen) > silence {
		return
	}
	s := Step{Time: at, What: ForeignDHCP, Detail: x.Message + " of " + who(x.Server, x.Hardware), Count: 1}
	if x.File != "" {
		s.Detail += ": " + x.File
	}
	server := &foreign{x.Server, x.Hardware, x.File}
	if x.Proxy {
		s.What, r.facts.foreignPX = ForeignProxy, server
	} else if f := r.facts.foreignDHCP; f == nil || x.Message == "ACK" || f.file == "" {
		r.facts.foreignDHCP = server
	}
	t.add(client, s)
}

// who names a server.
func who(address, hardware string) string {
	if hardware == "" {
		return address
	}
	return address + " (" + hardware + ")"
}
