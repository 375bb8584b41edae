package serve

import (
	"fmt"
	"net/netip"
	"time"

	"rollcall/frontend/link"
	"rollcall/frontend/packet"
	"rollcall/internal/obs"
	"rollcall/internal/option"
	leasedv1 "rollcall/proto/leased/v1"
)

// writeBatch is how many replies one write to a link takes.
const writeBatch = 64

// outbox gathers the replies of one link until they are written. Its buffers
// stay from batch to batch.
type outbox struct {
	sends   []link.Send
	replies []sentReply // what sends answer, index by index
	buffers [][]byte
}

// sentReply is what is counted once a reply has left.
type sentReply struct {
	mtype packet.MessageType
	at    time.Time // its query was read
}

// replier turns answers into replies. It belongs to the receiver of a session.
type replier struct {
	s     *Server
	msg   packet.Message
	slots []*slot
	dirty []*port // with replies in their outbox
	held  held
}

// handle replies to every answer of one message from leased.
func (r *replier) handle(answers []*leasedv1.Answer) {
	m := r.s.metrics
	m.answerBatch.Observe(float64(len(answers)))
	r.slots = r.s.table.claim(r.slots[:0], answers)
	for i, sl := range r.slots {
		m.answers[known(answers[i].GetKind())].Inc()
		if sl == nil {
			m.late.Inc()
			continue
		}
		r.answer(sl, answers[i])
	}
	for _, p := range r.dirty {
		r.s.flush(p)
	}
	r.dirty = r.dirty[:0]
	r.s.table.release(r.slots)
}

// known maps kinds from a newer leased to "unspecified".
func known(k leasedv1.Answer_Kind) leasedv1.Answer_Kind {
	if k < 0 || k > leasedv1.Answer_KIND_LEASEACTIVE {
		return leasedv1.Answer_KIND_UNSPECIFIED
	}
	return k
}

// answer puts the reply to the query in sl into the outbox of its link.
func (r *replier) answer(sl *slot, a *leasedv1.Answer) {
	if a.GetKind() == leasedv1.Answer_KIND_DROP {
		r.s.silence(sl, a.GetReason())
		return
	}
	mtype, ok := replyType(a.GetKind(), sl.mtype)
	reply := packet.Reply{
		Type:         mtype,
		CIAddr:       address(a.GetCiaddr()),
		YIAddr:       address(a.GetYiaddr()),
		SIAddr:       address(a.GetSiaddr()),
		ServerName:   a.GetSname(),
		File:         a.GetFile(),
		Options:      a.GetOptions(),
		OmitClientID: a.GetOmitClientId(),
		Broadcast:    a.GetBroadcast(),
		Boot:         a.GetBoot(),
		HType:        uint8(a.GetHtype()),
		HardwareAddr: a.GetChaddr(),
	}
	if !ok || !reply.Options.Valid() || r.msg.Parse(sl.packet) != packet.OK {
		r.s.dropSlot(sl, ReasonBadAnswer)
		return
	}
	switch {
	case mtype == packet.Ack, mtype == packet.BOOTP,
		// Who asks on port 4011 may compare it, whatever it asks with.
		mtype == packet.Offer && a.GetYiaddr() == 0 && sl.dst.Port() != packet.ServerPort:
		reply.CIAddr = r.msg.CIAddr
	}
	r.put(sl, &reply, a.GetDelay())
	if r.s.debugging() {
		r.s.debugSlot("answered", sl, a.GetReason(), replyName(mtype), reply.YIAddr)
	}
}

// replyType returns the message that an answer to a query of the given type is
// sent as. ok is false where the query has no such answer.
func replyType(k leasedv1.Answer_Kind, query packet.MessageType) (t packet.MessageType, ok bool) {
	switch k {
	case leasedv1.Answer_KIND_ACK:
		if query == packet.BOOTP {
			return packet.BOOTP, true
		}
		t = packet.Ack
	case leasedv1.Answer_KIND_OFFER:
		t = packet.Offer
	case leasedv1.Answer_KIND_NAK:
		t = packet.Nak
	case leasedv1.Answer_KIND_LEASEUNASSIGNED:
		return packet.LeaseUnassigned, query == packet.LeaseQuery
	case leasedv1.Answer_KIND_LEASEUNKNOWN:
		return packet.LeaseUnknown, query == packet.LeaseQuery
	case leasedv1.Answer_KIND_LEASEACTIVE:
		return packet.LeaseActive, query == packet.LeaseQuery
	default:
		return 0, false
	}
	return t, query != packet.BOOTP && query != packet.LeaseQuery
}

// silence counts and logs a query that leased has dealt with and that gets no
// reply. A RELEASE or DECLINE never gets one (RFC 2131 §4.3.3, §4.3.4).
func (s *Server) silence(sl *slot, decision string) {
	if sl.mtype == packet.Release || sl.mtype == packet.Decline {
		if s.debugging() {
			s.debugSlot("taken", sl, "", decision, netip.Addr{})
		}
		return
	}
	sl.port.byReason[ReasonDecided].Inc()
	if s.debugging() {
		s.debugSlot("dropped", sl, ReasonDecided.String(), decision, netip.Addr{})
	}
}

// put encodes reply, says where it goes, and lets it leave with its batch or
// after delay milliseconds.
func (r *replier) put(sl *slot, reply *packet.Reply, delay uint32) {
	p := sl.port
	o := &p.out
	if len(o.sends) == writeBatch {
		r.s.flush(p)
	}
	n := len(o.sends)
	if n == len(o.buffers) {
		o.buffers = append(o.buffers, nil)
	}
	payload, leftOut := packet.AppendReply(o.buffers[n][:0], &r.msg, reply)
	o.buffers[n] = payload
	if leftOut > 0 {
		r.s.metrics.leftOut.Add(float64(leftOut))
	}
	o.sends = append(o.sends, link.Send{Payload: payload})
	r.address(&o.sends[n], sl, reply)
	if delay > 0 && r.held.hold(p, &o.sends[n], reply.Type, delay) {
		o.sends = o.sends[:n]
		return
	}
	if n == 0 {
		r.dirty = append(r.dirty, p)
	}
	o.replies = append(o.replies, sentReply{reply.Type, sl.at})
}

// address says where reply goes, and that it comes from the port that was
// asked.
func (r *replier) address(send *link.Send, sl *slot, reply *packet.Reply) {
	port := sl.dst.Port()
	var dest packet.Dest
	if port == packet.ServerPort {
		dest = packet.ReplyTo(&r.msg, reply, sl.src)
	} else {
		dest = packet.ReplyToProxy(&r.msg, reply, sl.src)
	}
	frame := dest.Kind == packet.L2Unicast || dest.Kind == packet.L2Broadcast
	id := serverID(reply.Options)
	src := sl.port.source(sl.dst.Addr(), id, reply.YIAddr, frame)
	if sl.tags != (link.Tags{}) && !frame {
		// The kernel's UDP knows no tags, so this is a frame too: back to the
		// neighbour that the query came from, be it the client or a router.
		frame, dest.HW = true, sl.srcHW
		if !src.IsValid() {
			src = sl.port.source(sl.dst.Addr(), id, reply.YIAddr, true)
		}
	}
	send.Src, send.Dst = netip.AddrPortFrom(src, port), dest.IP
	send.HW, send.L2, send.Tags = dest.HW, frame, sl.tags
}

// serverID returns option 54, the zero Addr if there is none.
func serverID(options option.List) netip.Addr {
	if v, ok := options.Get(option.ServerID); ok && len(v) == 4 {
		return netip.AddrFrom4([4]byte(v))
	}
	return netip.Addr{}
}

// flush writes the outbox of p.
func (s *Server) flush(p *port) {
	o := &p.out
	if len(o.sends) == 0 {
		return
	}
	defer func() {
		clear(o.sends) // drops the errors
		o.sends, o.replies = o.sends[:0], o.replies[:0]
	}()
	conn := p.link()
	if conn == nil {
		p.byReason[ReasonLinkDown].Add(float64(len(o.sends)))
		return
	}
	err := p.write(conn, o.sends)
	if err != nil && s.debugging() {
		s.log.Debug("write failed", obs.KeyLink, p.name, obs.KeyErr, err)
	}
	now := time.Now()
	for i, sent := range o.replies {
		switch {
		case o.sends[i].Err != nil:
			s.notSent(p, sent.mtype, &o.sends[i])
		case err != nil:
			p.byReason[ReasonLinkDown].Inc()
		default:
			p.sent[sent.mtype].Inc()
			s.metrics.reply[sent.mtype].Observe(now.Sub(sent.at).Seconds())
		}
	}
}

// notSent counts and logs a reply that the kernel refused.
func (s *Server) notSent(p *port, mtype packet.MessageType, m *link.Send) {
	p.byReason[ReasonSendFailed].Inc()
	if s.debugging() {
		s.log.Debug("not sent", obs.KeyLink, p.name, obs.KeyMType, mtype.String(), "to", fmt.Sprint(m.Dst), obs.KeyErr, m.Err)
	}
}
