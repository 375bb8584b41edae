package service

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/netip"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/fault"
	"rollcall/internal/obs"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	leasedv1 "rollcall/proto/leased/v1"
)

// Reasons of faults of the Decide stream.
const (
	reasonNoHello    = "NO_HELLO"
	reasonBadHello   = "BAD_HELLO"
	reasonBadLink    = "BAD_LINK"
	reasonBadQuery   = "BAD_QUERY"
	reasonBatchLarge = "BATCH_TOO_LARGE"
)

const (
	// maxBatch is the most queries that one message may hold.
	maxBatch = 1024
	// maxUnsent is how many answers may wait for a frontend that does not take them before no more is received from it.
	maxUnsent = 64 * maxBatch
	// maxServerName and maxFile are the sizes of the fields sname and file (RFC 2131 §2).
	maxServerName, maxFile = 64, 128
)

type decisions struct {
	leasedv1.UnimplementedDecisionServiceServer
	keeper *keeper.Keeper
	log    *slog.Logger
}

func newDecisions(cfg Config) *decisions {
	return &decisions{keeper: cfg.Keeper, log: obs.OrDiscard(cfg.Log)}
}

// Decide serves one frontend. This goroutine receives; another one sends what the keeper and the store have put into the
// outbox since the last message, so that answers gather while a message is on its way.
func (d *decisions) Decide(stream grpc.BidiStreamingServer[leasedv1.DecideRequest, leasedv1.DecideResponse]) error {
	ctx, cancel := context.WithCancelCause(stream.Context())
	defer cancel(nil)
	out := newOutbox()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		if err := out.run(ctx, stream); err != nil {
			cancel(err)
		}
	}()
	defer func() { cancel(nil); <-sent }()

	var frontend *engine.Frontend
	defer func() {
		if frontend == nil {
			return
		}
		// The stream is over, whatever its context says; the keeper must hear of it all the same.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = d.keeper.SetFrontend(ctx, frontend, nil)
		d.log.Info("frontend left", obs.KeyFrontend, frontend.Name)
	}()
	var m leasedv1.DecideRequest // received into again and again; what outlives the next message is copied
	for {
		if err := out.room(ctx); err != nil {
			return err
		}
		switch err := stream.RecvMsg(&m); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if h := m.GetHello(); h != nil {
			next, err := frontendOf(h)
			if err != nil {
				return err
			}
			if err := d.keeper.SetFrontend(ctx, frontend, next); err != nil {
				return err
			}
			if frontend == nil {
				d.log.Info("frontend arrived", obs.KeyFrontend, next.Name, obs.KeyCount, len(next.Links))
			}
			frontend = next
		}
		if len(m.GetQueries()) == 0 {
			continue
		}
		b, err := batchOf(m.GetQueries(), frontend, out)
		if err != nil {
			return err
		}
		if err := d.keeper.Ask(ctx, b); err != nil {
			return err
		}
	}
}

func frontendOf(h *leasedv1.Hello) (*engine.Frontend, error) {
	f := &engine.Frontend{Name: h.GetFrontend()}
	if f.Name == "" {
		return nil, fault.New(fault.Invalid, reasonBadHello, "the frontend has no name").On("hello.frontend")
	}
	if h.GetHttpPort() > math.MaxUint16 {
		return nil, fault.New(fault.Invalid, reasonBadHello, "%d is no port", h.GetHttpPort()).On("hello.http_port")
	}
	f.HTTPPort, f.TFTP = uint16(h.GetHttpPort()), h.GetTftp()
	for _, l := range h.GetLinks() {
		link := &engine.Link{Frontend: f, Name: l.GetName(), Up: l.GetUp()}
		for _, text := range l.GetAddresses() {
			p, err := netip.ParsePrefix(text)
			if err != nil || !p.Addr().Is4() {
				return nil, fault.New(fault.Invalid, reasonBadHello, "link %s: %q is no IPv4 address with prefix length", l.GetName(),
					text).On("hello.links.addresses")
			}
			link.IPs = append(link.IPs, engine.IPOf(p.Addr()))
		}
		f.Links = append(f.Links, link)
	}
	return f, nil
}

// batchOf translates the queries of one message. A frontend that sends nonsense is broken, so its stream ends; a client's
// nonsense has been dropped there.
func batchOf(queries []*leasedv1.Query, f *engine.Frontend, to keeper.Sink) (*keeper.Batch, error) {
	if f == nil {
		return nil, fault.New(fault.Precondition, reasonNoHello, "queries came before the first hello")
	}
	if len(queries) > maxBatch {
		return nil, fault.New(fault.Invalid, reasonBatchLarge, "%d queries in one message; at most %d", len(queries), maxBatch)
	}
	b := keeper.NewBatch(len(queries), to)
	for i, m := range queries {
		if int(m.GetLink()) >= len(f.Links) {
			return nil, fault.New(fault.Invalid, reasonBadLink, "link %d of %d", m.GetLink(), len(f.Links)).On("queries.link")
		}
		options := option.List(m.GetOptions())
		if !options.Valid() || len(m.GetChaddr()) > 16 || m.GetPort()|m.GetFlags() > math.MaxUint16 ||
			len(m.GetSname()) > maxServerName || len(m.GetFile()) > maxFile || m.GetSecs() > math.MaxUint16 ||
			m.GetType()|m.GetHtype()|m.GetHops() > math.MaxUint8 || m.GetVlan()&^0x0fff0fff != 0 {
			return nil, fault.New(fault.Invalid, reasonBadQuery, "query %d has malformed options or a field that no packet can hold",
				m.GetId()).On("queries")
		}
		q := &b.Queries[i]
		q.ID = m.GetId()
		q.Link, q.VLAN = f.Links[m.GetLink()], m.GetVlan()
		q.Port = uint16(m.GetPort())
		q.Type = engine.MessageType(m.GetType())
		q.XID = m.GetXid()
		q.Flags = uint16(m.GetFlags())
		q.CIAddr, q.GIAddr = engine.IP(m.GetCiaddr()), engine.IP(m.GetGiaddr())
		q.HW = engine.HWOf(uint8(m.GetHtype()), m.GetChaddr())
		q.Options = b.Keep(options)
		q.Source, q.Destination = engine.IP(m.GetSource()), engine.IP(m.GetDestination())
		q.Secs, q.Hops = uint16(m.GetSecs()), uint8(m.GetHops())
		q.YIAddr, q.SIAddr = engine.IP(m.GetYiaddr()), engine.IP(m.GetSiaddr())
		q.ServerName, q.File = b.Keep(m.GetSname()), b.Keep(m.GetFile())
		q.Index()
	}
	return b, nil
}
