package serve

import (
	"net/netip"
	"slices"

	"rollcall/frontend/link"
	"rollcall/frontend/packet"
)

// Policy says whose messages are answered.
type Policy struct {
	// Local: clients that ask without a relay. What a client sends to this
	// server alone, from an address that it has, counts as neither: it renews
	// or releases, wherever it is (RFC 2131 §4.4.4), or asks the boot server,
	// where some leave ciaddr empty.
	Local bool
	// Relays: relay agents.
	Relays Relays
}

// Relays says which relay agents are served.
type Relays struct {
	Accept bool
	// Allow are the networks giaddr must be in; empty allows all.
	Allow []netip.Prefix
}

// SetPolicy replaces the policy.
func (s *Server) SetPolicy(p Policy) {
	p.Relays.Allow = slices.Clone(p.Relays.Allow)
	s.policy.Store(&p)
}

// refuses reports whether the message m that d carried is not to be answered,
// and why.
func (p *Policy) refuses(m *packet.Message, at *port, d *link.Received) (Reason, bool) {
	if !m.GIAddr.IsUnspecified() {
		return ReasonRelayRefused, !p.Relays.serve(m.GIAddr)
	}
	return ReasonLocalRefused, !p.Local && !(addressed(m, d) && at.alone(d.Dst.Addr()))
}

// addressed reports whether the message comes from an address that the client
// has.
func addressed(m *packet.Message, d *link.Received) bool {
	return !m.CIAddr.IsUnspecified() || d.Dst.Port() != packet.ServerPort && !d.Src.Addr().IsUnspecified()
}

// serve reports whether a message that came by way of giaddr is answered.
func (r *Relays) serve(giaddr netip.Addr) bool {
	return r.Accept && (len(r.Allow) == 0 ||
		slices.ContainsFunc(r.Allow, func(p netip.Prefix) bool { return p.Contains(giaddr) }))
}
