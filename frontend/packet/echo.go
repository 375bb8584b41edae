package packet

import "rollcall/internal/option"

// echoes are the two options that a reply returns to those who sent them. The
// zero value of either is nothing.
type echoes struct{ clientID, relayInfo echo }

// echo is an option on its way back, and the room it takes.
type echo struct {
	code  option.Code
	value []byte
	parts *Message // of the client, where the option came in parts
	size  int
}

// returned is what goes back in the reply r to q: the client-id, as RFC 6842
// wants it, unless the client speaks BOOTP, and all that a relay had to say
// (RFC 3046 §2.2). An answer to a LeaseQuery tells of another message's.
func returned(q *Message, r *Reply) (b echoes) {
	if r.aboutLease() {
		if clientID, ok := r.Options.Get(option.ClientID); ok {
			b.clientID = echoOf(option.ClientID, clientID)
		}
		if relayInfo, ok := r.Options.Get(option.RelayAgentInfo); ok {
			b.relayInfo = echoOf(option.RelayAgentInfo, relayInfo)
		}
		return b
	}
	if r.Type != BOOTP && !r.OmitClientID {
		b.clientID = q.echo(option.ClientID)
	}
	if q.spans[option.RelayAgentInfo].len > 0 { // an empty one says nothing
		b.relayInfo = q.echo(option.RelayAgentInfo)
	}
	return b
}

func echoOf(c option.Code, value []byte) echo {
	return echo{code: c, value: value, size: size(value)}
}

// echo is an option as it came: who does not know RFC 3396 finds his own parts
// again.
func (m *Message) echo(c option.Code) echo {
	value, ok := m.Option(c)
	if !ok {
		return echo{}
	}
	b := echoOf(c, value)
	if s := m.spans[c]; s.parts > 1 {
		b.parts, b.size = m, int(s.len)+2*int(s.parts)
	}
	return b
}

func (b *echo) append(dst []byte) []byte {
	switch {
	case b.size == 0:
		return dst
	case b.parts == nil:
		return appendOption(dst, b.code, b.value)
	}
	m := b.parts
	for _, f := range m.fields {
		for at := f.from; at < f.to; {
			c, _, to, _ := m.next(at, f.to)
			if c == option.End {
				break
			}
			if c == b.code {
				dst = append(dst, m.buf[at:to]...)
			}
			at = to
		}
	}
	return dst
}
