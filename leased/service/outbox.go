package service

import (
	"context"
	"sync"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	leasedv1 "rollcall/proto/leased/v1"
)

// outbox gathers answers for one stream until the sender comes for them. Two messages change places: one is filled while the other is
// on its way.
type outbox struct {
	ready chan struct{} // holds a token while something waits
	taken chan struct{} // holds a token when something was taken

	mu   sync.Mutex
	open *answers // takes what is sent
	idle *answers // the sender's
}

// answers is one message to a frontend in memory that is used again.
type answers struct {
	message leasedv1.DecideResponse
	arena   []*leasedv1.Answer // those of the message, and more
	options option.List        // of the answers, one behind the other
}

func newOutbox() *outbox {
	return &outbox{ready: make(chan struct{}, 1), taken: make(chan struct{}, 1), open: &answers{}, idle: &answers{}}
}

// Send implements keeper.Sink.
func (o *outbox) Send(list []keeper.Answer) {
	o.mu.Lock()
	for i := range list {
		o.open.add(&list[i])
	}
	o.mu.Unlock()
	select {
	case o.ready <- struct{}{}:
	default:
	}
}

// take exchanges what has gathered for what was sent last.
func (o *outbox) take() *answers {
	o.mu.Lock()
	defer o.mu.Unlock()
	full := o.open
	o.open, o.idle = o.idle, full
	select {
	case o.taken <- struct{}{}:
	default:
	}
	return full
}

// room waits until fewer than maxUnsent answers wait, or ctx ends.
func (o *outbox) room(ctx context.Context) error {
	for {
		o.mu.Lock()
		waiting := len(o.open.message.Answers)
		o.mu.Unlock()
		if waiting < maxUnsent {
			return nil
		}
		select {
		case <-o.taken:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// run sends until ctx ends. gRPC has encoded a message when Send returns.
func (o *outbox) run(ctx context.Context, stream grpc.BidiStreamingServer[leasedv1.DecideRequest, leasedv1.DecideResponse]) error {
	for {
		select {
		case <-o.ready:
		case <-ctx.Done():
			return nil
		}
		full := o.take()
		if len(full.message.Answers) == 0 {
			continue
		}
		if err := stream.Send(&full.message); err != nil {
			return err
		}
		full.reset()
	}
}

// reset empties the message. What an unusual rush has made it grow to is let go.
func (a *answers) reset() {
	if len(a.arena) > maxBatch {
		*a = answers{}
		return
	}
	a.message.Answers, a.options = a.message.Answers[:0], a.options[:0]
}

// add puts an answer into the message. It copies what belongs to the keeper.
func (a *answers) add(from *keeper.Answer) {
	n := len(a.message.Answers)
	if n == len(a.arena) {
		more := make([]leasedv1.Answer, max(8, n))
		for i := range more {
			a.arena = append(a.arena, &more[i])
		}
	}
	m, d := a.arena[n], &from.Decision
	begin := len(a.options)
	a.options = append(a.options, d.Options...) // where it moves, the answers before stay in the old memory
	m.Id, m.Kind, m.Reason, m.Options = from.ID, answerKind(d.Kind), string(d.Reason), a.options[begin:len(a.options):len(a.options)]
	m.Yiaddr = uint32(d.IP)
	if d.Kind != engine.Offer && d.Kind != engine.Ack {
		m.Yiaddr = 0
	}
	m.Broadcast, m.Delay, m.Boot = d.Broadcast, uint32(d.Delay/time.Millisecond), d.Boot != nil
	m.Siaddr, m.Sname, m.File, m.OmitClientId = uint32(d.Next), d.ServerName, d.File, d.OmitClientID
	m.Ciaddr, m.Htype, m.Chaddr = uint32(d.CIAddr), uint32(d.Holder.Type), append(m.Chaddr[:0], d.Holder.Octets[:d.Holder.Len]...)
	a.message.Answers = a.arena[:n+1]
}

func answerKind(k engine.Kind) leasedv1.Answer_Kind {
	switch k {
	case engine.Offer:
		return leasedv1.Answer_KIND_OFFER
	case engine.Ack:
		return leasedv1.Answer_KIND_ACK
	case engine.Nak:
		return leasedv1.Answer_KIND_NAK
	case engine.LeaseUnassigned:
		return leasedv1.Answer_KIND_LEASEUNASSIGNED
	case engine.LeaseUnknown:
		return leasedv1.Answer_KIND_LEASEUNKNOWN
	case engine.LeaseActive:
		return leasedv1.Answer_KIND_LEASEACTIVE
	default:
		return leasedv1.Answer_KIND_DROP
	}
}
