package bulk

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"

	"rollcall/frontend/packet"
	"rollcall/internal/obs"
	"rollcall/internal/option"
	leasedv1 "rollcall/proto/leased/v1"
)

// answer answers one query. It returns why the connection must be closed after it, "" when it may go on.
func (c *conn) answer(query []byte) Reason {
	switch reason := c.query.ParseBulk(query); reason {
	case packet.OK:
	case packet.ReasonShort, packet.ReasonOp, packet.ReasonCookie:
		return ReasonJunk
	default:
		return c.done(malformedQuery, "malformed message: "+reason.String(), true)
	}
	switch c.query.Type {
	case packet.BulkLeaseQuery:
		return c.bulk()
	case packet.ActiveLeaseQuery:
		return c.done(notAllowed, "active leasequery is not served", true)
	case packet.TLS: // RFC 7724 §8.2: the requestor may go on without, or leave
		return c.end(packet.BulkReply{Type: packet.TLS, Options: statusOption(nil, tlsRefused, "TLS is not served")})
	}
	return ReasonMessageType
}

// bulk passes a query to leased and its answer back.
func (c *conn) bulk() Reason {
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel() // leased need not go on for a requestor that is gone
	q := &c.query
	stream, err := c.client.Bulk(ctx, &leasedv1.BulkRequest{
		Source: number(sourceOf(c.net)), Ciaddr: number(q.CIAddr), Htype: uint32(q.HType), Chaddr: q.HardwareAddr(),
		Options: q.AppendOptions(nil),
	})
	first := true
	for {
		var m *leasedv1.BulkResponse
		if err == nil {
			m, err = stream.Recv()
		}
		if err != nil {
			return c.failed(err, first)
		}
		c.known = c.known || status(m.GetDone().GetStatus()) != notAllowed
		for _, b := range m.GetBindings() {
			if err := c.send(bindingOf(b), first); err != nil {
				return c.writeReason(err)
			}
			first = false
		}
		if d := m.GetDone(); d != nil {
			reason := c.done(status(d.GetStatus()), d.GetMessage(), first)
			if reason == "" && status(d.GetStatus()) == notAllowed {
				reason = ReasonNotAllowed
			}
			return reason
		}
		if err := c.out.Flush(); err != nil {
			return c.writeReason(err)
		}
	}
}

// failed ends a query that leased does not answer to the end.
func (c *conn) failed(err error, first bool) Reason {
	why := "the lease database cannot be reached"
	switch {
	case c.ctx.Err() != nil:
		why = "the server stops"
	case errors.Is(err, io.EOF):
		why = "the lease database ended the query"
	}
	c.log.DebugContext(c.ctx, "bulk leasequery ended early", obs.KeyPeer, sourceOf(c.net).String(), obs.KeyErr, err)
	reason := c.done(queryTerminated, why, first)
	if c.ctx.Err() != nil {
		return ReasonStopping
	}
	return reason
}

func bindingOf(b *leasedv1.Binding) packet.BulkReply {
	r := packet.BulkReply{
		Type: packet.LeaseUnassigned, CIAddr: addr(b.GetAddress()), HType: uint8(b.GetHtype()), CHAddr: b.GetChaddr(), Options: b.GetOptions(),
	}
	if b.GetActive() {
		r.Type = packet.LeaseActive
	}
	return r
}

// done ends the answer to a query. Success needs no status-code option (RFC 6926 §6.2.2).
func (c *conn) done(s status, why string, first bool) Reason {
	if _, known := statuses[s]; !known {
		s = unspecFail
	}
	c.metrics.queries[s].Inc()
	r := packet.BulkReply{Type: packet.LeaseQueryDone}
	if first {
		r.Options = r.Options.AppendAddr(option.ServerID, localOf(c.net))
	}
	if s != success {
		r.Options = statusOption(r.Options, s, why)
	}
	return c.end(r)
}

// end sends the last message of an answer, and all before it.
func (c *conn) end(r packet.BulkReply) Reason {
	err := c.send(r, false)
	if err == nil {
		err = c.out.Flush()
	}
	if err != nil {
		return c.writeReason(err)
	}
	return ""
}

// send puts a message on its way. The first one of an answer says which server it is from (54, RFC 6926 §8.2).
func (c *conn) send(r packet.BulkReply, first bool) error {
	r.XID = c.query.XID
	if first {
		r.Options = append(option.List(nil).AppendAddr(option.ServerID, localOf(c.net)), r.Options...)
	}
	c.message = packet.AppendBulkReply(append(c.message[:0], 0, 0), &r)
	binary.BigEndian.PutUint16(c.message, uint16(len(c.message)-2))
	c.metrics.messages[r.Type].Inc()
	_, err := c.out.Write(c.message)
	return err
}

// statusOption appends a code, and words for whoever reads the log of the requestor.
func statusOption(list option.List, s status, why string) option.List {
	return list.Append(option.StatusCode, append([]byte{byte(s)}, why...))
}

func number(a netip.Addr) uint32 {
	four := a.As4()
	return binary.BigEndian.Uint32(four[:])
}

func addr(n uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
}
