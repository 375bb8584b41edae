package serve

import (
	"context"
	"encoding/binary"
	"net/netip"
	"time"

	"rollcall/frontend/link"
	"rollcall/frontend/packet"
	"rollcall/internal/obs"
)

// readBatch is how many datagrams one read of a link takes.
const readBatch = 64

// reader is the state of one ServeLink.
type reader struct {
	s      *Server
	p      *port
	msg    packet.Message
	load   moderator
	free   []*slot // taken from the table, unused
	filled []*slot
}

// ServeLink reads conn until it fails or is closed and hands what arrives on.
// Replies to its queries are written to it. The error is that of the read.
func (s *Server) ServeLink(_ context.Context, info link.Info, conn link.Conn) error {
	r := &reader{s: s, p: s.attach(info, conn)}
	defer s.detach(r.p, conn)
	batch := make([]link.Received, readBatch)
	for {
		n, err := conn.ReadBatch(batch)
		if err != nil {
			return err
		}
		now := time.Now()
		r.receive(batch[:n], now)
		if wait := r.load.pause(now, n, len(batch)); wait > 0 {
			time.Sleep(wait)
		}
	}
}

// receive parses a batch in place and lets what is fit wait for the sender.
func (r *reader) receive(batch []link.Received, now time.Time) {
	r.s.metrics.readBatch.Observe(float64(len(batch)))
	policy := r.s.policy.Load()
	debug := r.s.debugging()

	free, open := r.s.table.grab(r.free[:0], len(batch))
	r.filled = r.filled[:0]
	for i := range batch {
		d := &batch[i]
		if d.Drop != link.DropNone {
			r.p.byDrop[d.Drop].Inc()
			if debug {
				r.s.log.Debug("dropped", obs.KeyLink, segment(r.p, d.VLAN), obs.KeyReason, d.Drop.String())
			}
			continue
		}
		if d.Dst.Port() == link.ClientPort {
			r.sight(d, now)
			continue
		}
		if reason := r.msg.Parse(d.Payload); reason != packet.OK {
			r.p.byParse[reason].Inc()
			if debug {
				r.s.debugPacket("dropped", r.p, d.VLAN, &r.msg, reason.String())
			}
			continue
		}
		r.p.received[r.msg.Type].Inc()
		if r.msg.NoEnd {
			r.s.metrics.noEnd.Inc()
		}

		var s *slot
		reason, refused := policy.refuses(&r.msg, r.p, d)
		switch {
		case refused:
		case !open:
			reason = ReasonUnavailable
		case len(free) > 0:
			s = free[len(free)-1]
			free = free[:len(free)-1]
		default:
			s, reason = r.shed()
		}
		if s == nil {
			r.p.byReason[reason].Inc()
			if debug {
				r.s.debugPacket("dropped", r.p, d.VLAN, &r.msg, reason.String())
			}
			continue
		}
		r.fill(s, d, now)
		r.filled = append(r.filled, s)
	}
	r.s.table.enqueue(r.filled, free)
	r.free = free[:0]
}

// shed finds a slot when none is free, or says what dropping the packet is
// called.
func (r *reader) shed() (*slot, Reason) {
	if firstToGo(r.msg.Type) {
		return r.s.table.shed(true), ReasonShedDiscover
	}
	return r.s.table.shed(false), ReasonShedRequest
}

// fill makes s the query of r.msg, which d carried.
func (r *reader) fill(s *slot, d *link.Received, now time.Time) {
	m := &r.msg
	s.port, s.at, s.src, s.dst, s.mtype = r.p, now, d.Src, d.Dst, m.Type
	s.srcHW, s.tags = d.SrcHW, d.Tags
	s.packet = append(s.packet[:0], d.Payload...)

	q := &s.query
	q.Id = s.id()
	q.Port = uint32(d.Dst.Port())
	q.Type = uint32(m.Type)
	q.Xid = m.XID
	q.Secs, q.Flags = uint32(m.Secs), uint32(m.Flags)
	q.Ciaddr, q.Giaddr = number(m.CIAddr), number(m.GIAddr)
	q.Htype = uint32(m.HType)
	q.Chaddr = append(q.Chaddr[:0], m.HardwareAddr()...)
	q.Options = m.AppendOptions(q.Options[:0])
	q.Source, q.Destination = number(d.Src.Addr()), number(d.Dst.Addr())
	q.Vlan = d.VLAN
	q.Hops = uint32(m.Hops)
	q.Yiaddr, q.Siaddr = number(m.YIAddr), number(m.SIAddr)
	q.Sname = append(q.Sname[:0], m.ServerName()...)
	q.File = append(q.File[:0], m.File()...)
}

// number returns an IPv4 address as the API has it, 0 for anything else.
func number(a netip.Addr) uint32 {
	if !a.Is4() {
		return 0
	}
	b := a.As4()
	return binary.BigEndian.Uint32(b[:])
}

// address is the inverse of number.
func address(n uint32) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], n)
	return netip.AddrFrom4(b)
}
