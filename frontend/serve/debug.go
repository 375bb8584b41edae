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

func (s *Server) debugPacket(event string, p *port, m *packet.Message, reason string) {
	attrs := []slog.Attr{
		slog.String(obs.KeyLink, p.name),
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
		slog.String(obs.KeyLink, sl.port.name),
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
