package serve

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"rollcall/frontend/link"
	"rollcall/frontend/packet"
	"rollcall/internal/hwaddr"
	leasedv1 "rollcall/proto/leased/v1"
)

const (
	// sightAgain is how long a server stays reported as one that answers a
	// client: a client that boots hears it several times.
	sightAgain = 10 * time.Second
	// sightingsMost bounds the sightings of a second, whatever there is to see,
	// and plainMost those of servers that give addresses and nothing to boot:
	// where a whole building wakes up, the one that misleads firmware is to be
	// noticed among them.
	sightingsMost = 20
	plainMost     = 10
)

// Sightings is told of messages of other servers.
type Sightings interface {
	// Sighting takes one over. It must not wait.
	Sighting(*leasedv1.Sighting)
}

// sighted is what became of a message of another server.
type sighted uint8

const (
	sightReported sighted = iota
	sightRepeated         // reported not long ago
	sightOwn              // of this frontend, on another of its links
	sightLimited          // too many others
	sightUnfit            // malformed, or neither OFFER nor ACK

	numSighted
)

var sightedNames = [numSighted]string{"reported", "repeated", "own", "limited", "unfit"}

// pair is a server that answered a client. One that gives addresses and one
// that names boot files are two, be they one machine.
type pair struct {
	server netip.Addr
	proxy  bool
	client [16]byte
}

// seen remembers who was reported lately. What is reported in a second is
// bounded, and so is what is remembered.
type seen struct {
	mu     sync.Mutex
	pairs  map[pair]time.Time // and when
	second time.Time          // began
	count  int                // reported in it
	plain  int                // of these, without anything to boot
}

// sight reports what another server told a client, unless that is known.
func (r *reader) sight(d *link.Received, now time.Time) {
	if r.s.cfg.Sightings == nil {
		return
	}
	f, reason := r.msg.ParseForeign(d.Payload)
	if !f.Server.IsValid() {
		f.Server = d.Src.Addr()
	}
	result := sightUnfit
	if reason == packet.OK && !f.Server.IsUnspecified() {
		plain := !f.Proxy && len(f.File) == 0
		result = r.s.judge(pair{f.Server, f.Proxy, r.msg.CHAddr}, plain, d.Src.Addr(), now)
	}
	if result == sightReported {
		r.s.cfg.Sightings.Sighting(sighting(r.p, d, &f, now))
	}
	r.s.metrics.sightings[result].Inc()
	if r.s.debugging() {
		r.s.debugPacket("another server", r.p, d.VLAN, &r.msg, sightedNames[result])
	}
}

// judge says what becomes of a message of the pair that came from src.
func (s *Server) judge(who pair, plain bool, src netip.Addr, now time.Time) sighted {
	if s.seen.lately(who, now) {
		return sightRepeated
	}
	if s.own(who.server) || s.own(src) {
		return sightOwn
	}
	return s.seen.admit(who, plain, now)
}

func (s *seen) lately(who pair, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.pairs[who]
	return ok && now.Sub(at) < sightAgain
}

// admit remembers the pair as reported, if it may be.
func (s *seen) admit(who pair, plain bool, now time.Time) sighted {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.second) >= time.Second {
		s.second, s.count, s.plain = now, 0, 0
		for p, at := range s.pairs {
			if now.Sub(at) >= sightAgain {
				delete(s.pairs, p)
			}
		}
	}
	if s.count >= sightingsMost || plain && s.plain >= plainMost {
		return sightLimited
	}
	s.count++
	if plain {
		s.plain++
	}
	if s.pairs == nil {
		s.pairs = make(map[pair]time.Time)
	}
	s.pairs[who] = now
	return sightReported
}

// own reports whether a is an address of one of the links.
func (s *Server) own(a netip.Addr) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.ports {
		if slices.ContainsFunc(*p.addrs.Load(), func(own netip.Prefix) bool { return own.Addr() == a }) {
			return true
		}
	}
	return false
}

func sighting(p *port, d *link.Received, f *packet.Foreign, now time.Time) *leasedv1.Sighting {
	return &leasedv1.Sighting{
		Time: timestamppb.New(now), Link: segment(p, d.VLAN), Server: f.Server.String(), ServerHardware: hwaddr.Format(d.SrcHW[:]),
		Client: hwaddr.Format(f.Client), Proxy: f.Proxy, File: printable(f.File), Port: uint32(d.Src.Port()), Message: f.Type.String(),
	}
}

// printable makes what a stranger wrote fit for a terminal, and for protobuf.
func printable(b []byte) string {
	b = slices.Clone(b)
	for i, c := range b {
		if c < ' ' || c > '~' {
			b[i] = '?'
		}
	}
	return string(b)
}
