package serve

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"

	"rollcall/frontend/packet"
	"rollcall/internal/obs"
)

// Debug lines are one for each packet, when its fate is known. Callers ask
// debugging first: what is formatted here costs more than the packet.

// segment names a tagged segment as leased does: eth1.100, or eth1.100.7.
func segment(p *port, vlan uint32) string {
	switch outer, inner := vlan&0xffff, vlan>>16; {
	case inner != 0:
		return fmt.Sprintf("%s.%d.%d", p.name, outer, inner)
	case outer != 0:
		return fmt.Sprintf("%s.%d", p.name, outer)
	}
	return p.name
}

func (s *Server) debugPacket(event string, p *port, vlan uint32, m *packet.Message, reason string) {
	attrs := []slog.Attr{
		slog.String(obs.KeyLink, segment(p, vlan)),
		slog.String(obs.KeyXID, fmt.Sprintf("%08x", m.XID)),
		slog.String(obs.KeyCHAddr, net.HardwareAddr(m.HardwareAddr()).String()),
		slog.String(obs.KeyMType, m.Type.String()),
	}
	if reason != "" {
		attrs = append(attrs, slog.String(obs.KeyReason, reason))
	}
	s.log.LogAttrs(context.Background(), slog.LevelDebug, event, attrs...)
}

// debugSlot tells of a query that leased was asked about. yiaddr is the address given, if any.
func (s *Server) debugSlot(event string, sl *slot, reason, decision string, yiaddr netip.Addr) {
	attrs := []slog.Attr{
		slog.String(obs.KeyLink, segment(sl.port, sl.query.GetVlan())),
		slog.String(obs.KeyXID, fmt.Sprintf("%08x", sl.query.GetXid())),
		slog.String(obs.KeyCHAddr, net.HardwareAddr(sl.query.GetChaddr()).String()),
		slog.String(obs.KeyMType, sl.mtype.String()),
	}
	for _, f := range []struct {
		key  string
		addr netip.Addr
	}{
		{obs.KeyGIAddr, address(sl.query.GetGiaddr())}, {obs.KeyCIAddr, address(sl.query.GetCiaddr())}, {obs.KeyYIAddr, yiaddr},
	} {
		if f.addr.IsValid() && !f.addr.IsUnspecified() {
			attrs = append(attrs, slog.String(f.key, f.addr.String()))
		}
	}
	if reason != "" {
		attrs = append(attrs, slog.String(obs.KeyReason, reason))
	}
	if decision != "" {
		attrs = append(attrs, slog.String("decision", decision))
	}
	s.log.LogAttrs(context.Background(), slog.LevelDebug, event, attrs...)
}
