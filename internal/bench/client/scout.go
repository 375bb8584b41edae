package client

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/net/ipv4"
)

// Offered asks for an offer for the first machine and returns its delay. No offer
// within patience is an error. The machine asks no further.
func (c *Client) Offered(ctx context.Context, patience time.Duration) (time.Duration, error) {
	c.session++
	xid := c.session << placeBits
	begin := time.Now()
	if err := c.conn.SetReadDeadline(begin.Add(patience)); err != nil {
		return 0, err
	}
	out := asks(message(make([]byte, datagram), c.relay, xid, c.first, discover))
	if err := c.write([]ipv4.Message{{Buffers: [][]byte{out}, Addr: c.server}}); err != nil {
		return 0, err
	}
	for in := make([]byte, datagram); ctx.Err() == nil; {
		n, err := c.conn.Read(in)
		if err != nil {
			return 0, fmt.Errorf("wait for an offer: %w", err)
		}
		if a, ok := parse(in[:n]); ok && a.xid == xid && a.kind == offer {
			return time.Since(begin), nil
		}
	}
	return 0, context.Cause(ctx)
}
