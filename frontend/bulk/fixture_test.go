package bulk_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	"rollcall/frontend/bulk"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
	leasedv1 "rollcall/proto/leased/v1"
)

const patience = 10 * time.Second

// database is a leased. reply makes the messages of an answer, one for each n from 0 on, until it returns nil; nil itself: an empty
// answer.
type database struct {
	reply func(ctx context.Context, req *leasedv1.BulkRequest, n int) (*leasedv1.BulkResponse, error)

	mu      sync.Mutex
	asked   []*leasedv1.BulkRequest
	ongoing int
}

func (d *database) Bulk(ctx context.Context, req *leasedv1.BulkRequest, _ ...grpc.CallOption) (grpc.ServerStreamingClient[leasedv1.BulkResponse], error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, req)
	d.ongoing++
	context.AfterFunc(ctx, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.ongoing--
	})
	return &answer{d: d, ctx: ctx, req: req}, nil
}

// requests returns what was asked so far, and how many answers somebody still waits for.
func (d *database) requests() (asked []*leasedv1.BulkRequest, ongoing int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append(asked, d.asked...), d.ongoing
}

type answer struct {
	grpc.ClientStream
	d   *database
	ctx context.Context
	req *leasedv1.BulkRequest
	n   int
}

func (a *answer) Recv() (*leasedv1.BulkResponse, error) {
	if err := a.ctx.Err(); err != nil {
		return nil, err
	}
	if a.d.reply == nil {
		return &leasedv1.BulkResponse{Done: &leasedv1.Done{}}, nil
	}
	m, err := a.d.reply(a.ctx, a.req, a.n)
	if a.n++; m == nil && err == nil {
		err = io.EOF
	}
	return m, err
}

// endless tells of leases and never ends.
func endless(ctx context.Context, _ *leasedv1.BulkRequest, n int) (*leasedv1.BulkResponse, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m := &leasedv1.BulkResponse{}
	for i := range 256 {
		m.Bindings = append(m.Bindings, binding(uint32(0x0a000000+n<<8+i), true))
	}
	return m, nil
}

func binding(ip uint32, active bool) *leasedv1.Binding {
	return &leasedv1.Binding{Active: active, Address: ip, Htype: 1, Chaddr: []byte{2, 0, 0, 0, 0, 9},
		Options: option.List(nil).AppendUint32(option.LeaseTime, 600).Append(option.RelayAgentInfo, []byte("\x01\x02p7"))}
}

// start runs a server on loopback until the test ends.
func start(t *testing.T, d *database, more ...func(*bulk.Config)) (s *bulk.Server, address string) {
	t.Helper()
	at := make(chan string, 1)
	cfg := bulk.Config{Client: d, Listen: func() (net.Listener, error) {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err == nil {
			at <- l.Addr().String()
		}
		return l, err
	}}
	for _, f := range more {
		f(&cfg)
	}
	s = bulk.New(cfg)
	run(t, s)
	s.Set(true)
	return s, <-at
}

func run(t *testing.T, s *bulk.Server) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// requestor is the other side of a connection.
type requestor struct {
	*testing.T
	net.Conn
}

func dial(t *testing.T, address string) requestor {
	t.Helper()
	c, err := net.Dial("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return requestor{t, c}
}

func (r requestor) send(parts ...[]byte) {
	r.Helper()
	for _, p := range parts {
		if _, err := r.Write(p); err != nil {
			r.Fatalf("send: %v", err)
		}
	}
}

// next reads one message.
func (r requestor) next() (dhcptest.Reply, error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return dhcptest.Reply{}, err
	}
	b := make([]byte, binary.BigEndian.Uint16(head[:]))
	if _, err := io.ReadFull(r, b); err != nil {
		return dhcptest.Reply{}, fmt.Errorf("message of %d octets: %w", len(b), err)
	}
	return dhcptest.Parse(r, b), nil
}

// Message types.
const (
	unassigned = 11
	active     = 13
	done       = 15
	tls        = 18
)

func typeOf(m dhcptest.Reply) byte { return m.Options[53][0] }

// answer reads the messages of one answer, and returns the last one apart.
func (r requestor) answer() (bindings []dhcptest.Reply, last dhcptest.Reply) {
	r.Helper()
	for {
		m, err := r.next()
		if err != nil {
			r.Fatalf("after %d messages: %v", len(bindings), err)
		}
		if t := typeOf(m); t == done || t == tls {
			return bindings, m
		}
		bindings = append(bindings, m)
	}
}

// status is that of the last message: its code, 0 without one.
func status(m dhcptest.Reply) byte {
	if v := m.Options[151]; len(v) > 0 {
		return v[0]
	}
	return 0
}

// closed verifies that the server has closed the connection.
func (r requestor) closed(what string) {
	r.Helper()
	if m, err := r.next(); err == nil {
		r.Errorf("%s: a message came: %+v", what, m)
	} else if e, ok := err.(net.Error); ok && e.Timeout() {
		r.Errorf("%s: the connection is still open", what)
	}
}

var loopback = netip.MustParseAddr("127.0.0.1")
