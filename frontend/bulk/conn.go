package bulk

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"time"

	"rollcall/frontend/packet"
)

const (
	// minQuery and maxQuery bound the length of a query: header and cookie, and options that no requestor has more of.
	minQuery = 240
	maxQuery = 4096

	// strangerTimeout is how long a connection may last until leased has answered a query of it, idleTimeout how long each later query
	// may take to begin (RFC 6926 §6.3, BULK_LQ_DATA_TIMEOUT), and queryTimeout how long one may take that has begun.
	strangerTimeout = 10 * time.Second
	idleTimeout     = 300 * time.Second
	queryTimeout    = 10 * time.Second
	// writeTimeout is how long the requestor may take for one write of writeSize.
	writeTimeout = 60 * time.Second
	writeSize    = 32 << 10
	// lastWords is how long a connection has to say that its query ends early.
	lastWords = 500 * time.Millisecond
)

// conn is one connection.
type conn struct {
	ctx context.Context
	*Server
	net net.Conn
	in  *bufio.Reader
	out *bufio.Writer

	query   packet.Message
	message []byte // the one being encoded, with its length
	known   bool   // leased has answered it: the requestor may ask
}

func newConn(ctx context.Context, s *Server, nc net.Conn) *conn {
	c := &conn{ctx: ctx, Server: s, net: nc}
	c.in, c.out = bufio.NewReaderSize(nc, 2+maxQuery), bufio.NewWriterSize(writer{c}, writeSize)
	return c
}

// serve answers one query after the other, closes the connection and returns why.
func (c *conn) serve() Reason {
	defer c.net.Close()
	defer context.AfterFunc(c.ctx, func() {
		_ = c.net.SetReadDeadline(time.Unix(1, 0))
		_ = c.net.SetWriteDeadline(time.Now().Add(lastWords))
	})()
	for began := time.Now(); ; {
		wait := idleTimeout
		if !c.known {
			wait = time.Until(began.Add(strangerTimeout))
		}
		query, reason := c.read(wait)
		if reason == "" {
			reason = c.answer(query)
		}
		if reason != "" {
			return reason
		}
	}
}

// read returns the next query, which is valid until the next read; or why there is none.
func (c *conn) read(wait time.Duration) ([]byte, Reason) {
	if wait <= 0 {
		return nil, ReasonIdle // even if more is there already
	}
	c.readWithin(wait)
	if _, err := c.in.Peek(1); err != nil {
		return nil, c.readReason(err, ReasonDone, ReasonIdle)
	}
	c.readWithin(queryTimeout)
	head, err := c.in.Peek(2)
	if err != nil {
		return nil, c.readReason(err, ReasonBroken, ReasonSlowQuery)
	}
	n := int(binary.BigEndian.Uint16(head))
	if n < minQuery || n > maxQuery {
		return nil, ReasonSize
	}
	frame, err := c.in.Peek(2 + n)
	if err != nil {
		return nil, c.readReason(err, ReasonBroken, ReasonSlowQuery)
	}
	_, _ = c.in.Discard(len(frame)) // cannot fail: they are there
	return frame[2:], ""
}

// readWithin bounds the next reads, unless the connection is to end anyway.
func (c *conn) readWithin(d time.Duration) {
	_ = c.net.SetReadDeadline(time.Now().Add(d))
	if c.ctx.Err() != nil {
		_ = c.net.SetReadDeadline(time.Unix(1, 0))
	}
}

// readReason says why nothing could be read: late is when the deadline passed, closed when the requestor closed.
func (c *conn) readReason(err error, closed, late Reason) Reason {
	switch {
	case c.ctx.Err() != nil:
		return ReasonStopping
	case errors.Is(err, os.ErrDeadlineExceeded):
		return late
	case errors.Is(err, io.EOF):
		return closed
	}
	return ReasonBroken
}

// writeReason says why nothing could be written.
func (c *conn) writeReason(err error) Reason {
	switch {
	case c.ctx.Err() != nil:
		return ReasonStopping
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ReasonSlowReader
	}
	return ReasonBroken
}

// writer bounds each write in time.
type writer struct{ c *conn }

func (w writer) Write(p []byte) (int, error) {
	_ = w.c.net.SetWriteDeadline(time.Now().Add(writeTimeout))
	if w.c.ctx.Err() != nil {
		_ = w.c.net.SetWriteDeadline(time.Now().Add(lastWords))
	}
	return w.c.net.Write(p)
}
