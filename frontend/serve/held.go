package serve

import (
	"bytes"
	"sync"
	"time"

	"rollcall/frontend/link"
	"rollcall/frontend/packet"
)

const (
	// heldMost bounds the replies that are held back at one time.
	heldMost = 1024
	// delayMost bounds the time; no firmware waits longer for its first offer.
	delayMost = 10 * time.Second
)

// held are the replies of one session that are held back, for firmware that
// misses what comes at once. They leave one by one, each by a timer; there are
// never many, and none where nobody asks for a delay.
//
// The session's receiver holds them; the timers, and metrics, come from
// anywhere.
type held struct {
	s *Server

	mu     sync.Mutex
	ended  bool
	timers map[*heldReply]*time.Timer
}

// heldReply is a reply that waits for its time.
type heldReply struct {
	port  *port
	conn  link.Conn // where its query came from; no other will do
	mtype packet.MessageType
	send  [1]link.Send
}

// hold keeps a copy of a reply back for delay milliseconds. It reports false if
// there are too many already: then the reply leaves at once.
func (h *held) hold(p *port, send *link.Send, mtype packet.MessageType, delay uint32) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.timers) >= heldMost {
		h.s.metrics.undelayed.Inc()
		return false
	}
	r := &heldReply{port: p, conn: p.link(), mtype: mtype, send: [1]link.Send{*send}}
	r.send[0].Payload = bytes.Clone(send.Payload)
	if h.timers == nil {
		h.timers = make(map[*heldReply]*time.Timer)
	}
	h.timers[r] = time.AfterFunc(min(time.Duration(delay)*time.Millisecond, delayMost), func() { h.leave(r) })
	h.s.metrics.held.Inc()
	return true
}

// leave sends a reply whose time has come.
func (h *held) leave(r *heldReply) {
	h.mu.Lock()
	delete(h.timers, r)
	ended := h.ended
	h.mu.Unlock()
	if ended { // and r was counted
		return
	}
	h.s.metrics.held.Dec()
	if r.conn == nil || r.port.link() != r.conn {
		r.port.byReason[ReasonLinkDown].Inc()
		return
	}
	err := r.port.write(r.conn, r.send[:])
	switch {
	case r.send[0].Err != nil:
		h.s.notSent(r.port, r.mtype, &r.send[0])
	case err != nil:
		r.port.byReason[ReasonLinkDown].Inc()
	default:
		r.port.sent[r.mtype].Inc()
	}
}

// end drops what is still held back: the session that answered is gone.
func (h *held) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	for r, timer := range h.timers {
		timer.Stop() // or it finds that all is over
		r.port.byReason[ReasonUnavailable].Inc()
		h.s.metrics.held.Dec()
	}
	clear(h.timers)
}
