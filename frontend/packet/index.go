package packet

import "rollcall/internal/option"

// field is a part of the message that holds options: offsets from, to.
type field struct{ from, to int }

// index notes where the options lie, and joins those in parts. The fields are
// read in the order RFC 2131 §4.1 gives: options, then file, then sname.
func (m *Message) index(b []byte) Reason {
	m.fields = [3]field{{atOptions, len(b)}}
	n := 1
	split, ok := m.scan(m.fields[0])
	if !ok {
		return ReasonOptionOverrun
	}
	types := m.spans[option.MessageType].parts

	var overload byte
	if value, _ := m.Option(option.Overload); len(value) == 1 && value[0] <= 3 {
		overload = value[0]
	}
	if overload&1 != 0 {
		m.fields[n] = field{atFile, atFile + fileSize}
		n++
	}
	if overload&2 != 0 {
		m.fields[n] = field{atSName, atSName + snameSize}
		n++
	}
	for _, f := range m.fields[1:n] {
		again, ok := m.scan(f)
		if !ok {
			return ReasonOptionOverrun
		}
		split = split || again
	}
	if m.spans[option.MessageType].parts != types {
		return ReasonHiddenMessageType
	}
	if split {
		return m.join()
	}
	return OK
}

// scan notes the options of one field. split reports that one of them had
// already been seen; ok is false when one runs past the end of the field.
func (m *Message) scan(f field) (split, ok bool) {
	for at := f.from; at < f.to; {
		c, from, to, ok := m.next(at, f.to)
		if !ok {
			return split, false
		}
		at = to
		switch c {
		case option.Pad:
			continue
		case option.End:
			return split, true
		}
		s := &m.spans[c]
		if s.parts == 0 {
			s.off = uint16(from)
			m.order[m.codes] = c
			m.codes++
		} else {
			split = true
		}
		s.len += uint16(to - from) // no overflow: the message is no longer
		s.parts++
	}
	m.NoEnd = m.NoEnd || f.to > f.from // a blank vendor area needs none
	return split, true
}

// next reads the option at an offset: its code and where its value lies. The
// delimiters have no length and no value.
func (m *Message) next(at, end int) (c option.Code, from, to int, ok bool) {
	c = option.Code(m.buf[at])
	if c == option.Pad || c == option.End {
		return c, at + 1, at + 1, true
	}
	if at+1 >= end {
		return c, 0, 0, false
	}
	from = at + 2
	to = from + int(m.buf[at+1])
	return c, from, to, to <= end
}

// join copies the values that came in parts together (RFC 3396 §7). The fields
// have been scanned. Two passes keep the cost linear, whatever the client
// interleaves.
func (m *Message) join() Reason {
	var put [256]uint16 // where the next part of a code goes
	used := 0
	for _, c := range m.order[:m.codes] {
		s := &m.spans[c]
		if s.parts < 2 {
			continue
		}
		if used+int(s.len) > maxJoined {
			return ReasonOptionParts
		}
		s.off, put[c] = uint16(used), uint16(used)
		used += int(s.len)
	}
	for _, f := range m.fields {
		for at := f.from; at < f.to; {
			c, from, to, _ := m.next(at, f.to)
			if c == option.End {
				break
			}
			if m.spans[c].parts > 1 {
				put[c] += uint16(copy(m.joined[put[c]:], m.buf[from:to]))
			}
			at = to
		}
	}
	return OK
}
