package recorded

import (
	"errors"
	"io"
	"net/netip"
	"slices"
	"time"

	"rollcall/frontend/packet"
	"rollcall/internal/capture"
	"rollcall/leased/engine"
)

// Message is a message of a client, as it was received.
type Message struct {
	// Frame is its number in the capture, from 1.
	Frame int
	// Time is when it was caught.
	Time time.Time
	// Interface is where that was; "" where the capture does not say.
	Interface string
	// Query is the message without its Link, and not indexed.
	Query *engine.Query
}

// Subnet is a subnet that the capture shows.
type Subnet struct {
	// Prefix has 24 bits where no answer told a mask.
	Prefix netip.Prefix
	// Relayed: it is behind a relay, and not on the link itself.
	Relayed bool
}

// Recording is what a capture holds.
type Recording struct {
	Messages []Message
	// Servers are those that answered, or that clients named, in the order in which they appear.
	Servers []netip.Addr
	// Relays are those that passed messages on, in the order in which they appear.
	Relays []netip.Addr
	// Subnets are those that relays and answers are of, in the order in which they appear.
	Subnets []Subnet
	// Frames is how many frames there are, Answers how many of them are messages of servers, Twice how many were caught before.
	Frames, Answers, Twice int
	// Skipped are frames that do not hold a whole datagram, Refused those whose message a frontend drops.
	Skipped map[capture.Skip]int
	Refused map[packet.Reason]int
	// Damage says where the capture ends too early; nil where it ends properly.
	Damage error
}

// Read reads a capture. The error says that there is none; damage within is no error, for what was read until then is of use.
func Read(from io.Reader) (*Recording, error) {
	r, err := capture.NewReader(from)
	if err != nil {
		return nil, err
	}
	b := builder{Recording: &Recording{Refused: map[packet.Reason]int{}}}
	for {
		d, err := r.Next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				b.Damage = err
			}
			break
		}
		b.add(&d)
	}
	b.Frames, b.Skipped = r.Frames(), r.Skipped()
	return b.Recording, nil
}

// builder reads messages one by one.
type builder struct {
	*Recording
	message packet.Message // used again
	last    capture.Datagram
}

// twice is how long the same datagram is taken as one that was caught again on its way: clients wait longer before they repeat one.
const twice = 10 * time.Millisecond

// again reports whether a datagram is the one before.
func (b *builder) again(d *capture.Datagram) bool {
	same := b.last.Src == d.Src && b.last.Dst == d.Dst && slices.Equal(b.last.Payload, d.Payload) && d.Time.Sub(b.last.Time).Abs() < twice
	b.last = *d
	return same && d.Frame > 1
}

const (
	opReply    = 2  // of a server (RFC 2131 §2)
	clientPort = 68 // RFC 2131 §4.1
)

func (b *builder) add(d *capture.Datagram) {
	if b.again(d) {
		b.Twice++
		return
	}
	if len(d.Payload) > 0 && d.Payload[0] == opReply {
		b.Answers++
		b.look(d)
		return
	}
	if d.Dst.Port() == clientPort {
		return // nothing that a server listens to
	}
	m := &b.message
	if reason := m.Parse(d.Payload); reason != packet.OK {
		b.Refused[reason]++
		return
	}
	q := &engine.Query{
		Port: d.Dst.Port(), VLAN: d.VLAN, Type: engine.MessageType(m.Type), XID: m.XID, Flags: m.Flags, Secs: m.Secs, Hops: m.Hops,
		CIAddr: engine.IPOf(m.CIAddr), YIAddr: engine.IPOf(m.YIAddr), SIAddr: engine.IPOf(m.SIAddr), GIAddr: engine.IPOf(m.GIAddr),
		HW: engine.HWOf(m.HType, m.HardwareAddr()), ServerName: slices.Clone(m.ServerName()), File: slices.Clone(m.File()),
		Options: m.AppendOptions(nil), Source: engine.IPOf(d.Src.Addr()), Destination: engine.IPOf(d.Dst.Addr()),
	}
	b.Messages = append(b.Messages, Message{Frame: d.Frame, Time: d.Time, Interface: d.Interface, Query: q})
	b.lookAtClient(m)
}
