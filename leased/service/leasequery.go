package service

import (
	"context"
	"math"
	"slices"
	"time"

	"google.golang.org/grpc"

	"rollcall/internal/fault"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	"rollcall/leased/store"
	leasedv1 "rollcall/proto/leased/v1"
)

type leaseQueries struct {
	leasedv1.UnimplementedLeaseQueryServiceServer
	keeper *keeper.Keeper
	store  *store.Store
}

// Bulk implements LeaseQueryService.
func (s *leaseQueries) Bulk(req *leasedv1.BulkRequest, stream grpc.ServerStreamingServer[leasedv1.BulkResponse]) error {
	options := option.List(req.GetOptions())
	if !options.Valid() || len(req.GetChaddr()) > 16 || req.GetHtype() > math.MaxUint8 {
		return fault.New(fault.Invalid, reasonBadQuery, "the query has malformed options or a field that no packet can hold")
	}
	q := &engine.Query{
		Type: engine.LeaseQuery, CIAddr: engine.IP(req.GetCiaddr()), HW: engine.HWOf(uint8(req.GetHtype()), req.GetChaddr()),
		Options: options,
	}
	q.Index()
	b := &bulk{leaseQueries: s, stream: stream, source: engine.IP(req.GetSource()), young: map[engine.IP]bool{}}
	done, err := b.answer(stream.Context(), q)
	if err != nil {
		return err
	}
	return stream.Send(&leasedv1.BulkResponse{Bindings: b.page, Done: done})
}

const (
	// bulkPage is the most bindings that one message holds, and bulkSize the most octets of options, within what gRPC takes.
	bulkPage = 256
	bulkSize = 1 << 20
	// bulkLook is how many leases are told of in one look at the state, while packets wait: a fraction of a millisecond.
	bulkLook = 64
)

// bulk is the answer to one bulk leasequery.
type bulk struct {
	*leaseQueries
	stream  grpc.ServerStreamingServer[leasedv1.BulkResponse]
	source  engine.IP
	query   *engine.BulkQuery
	page    []*leasedv1.Binding
	size    int  // octets of the options in page
	revoked bool // the requestor may not ask any more

	began int64              // unix seconds
	young map[engine.IP]bool // leases granted since then that have been told of
}

// answer sends the bindings and returns how it ended; those of the last message are still in the page then.
func (b *bulk) answer(ctx context.Context, q *engine.Query) (*leasedv1.Done, error) {
	var status engine.BulkStatus
	var why string
	b.query, status, why = engine.NewBulkQuery(q)
	err := b.view(ctx, func(_ *engine.State, now time.Time) { b.began = now.Unix() })
	switch {
	case err != nil:
		return nil, err
	case b.revoked:
		return ended(engine.BulkNotAllowed, "this address may not ask"), nil
	case status != engine.BulkSuccess:
		return ended(status, why), nil
	}
	if b.query.Indexed() {
		err = b.ofClient(ctx)
	} else if err = b.keeper.Settle(ctx); err == nil { // or what was leased just before is in neither part of the answer
		err = b.stored(ctx)
	}
	if err == nil && b.query.All() {
		err = b.unleased(ctx)
	}
	switch {
	case err != nil:
		return nil, err
	case b.revoked:
		return ended(engine.BulkTerminated, "this address may not ask any more"), nil
	}
	return ended(engine.BulkSuccess, ""), nil
}

func ended(s engine.BulkStatus, why string) *leasedv1.Done {
	return &leasedv1.Done{Status: uint32(s), Message: why}
}

// view looks at the state for as long as the requestor may ask, which a reload can end.
func (b *bulk) view(ctx context.Context, f func(*engine.State, time.Time)) error {
	if b.revoked {
		return nil
	}
	return b.keeper.View(ctx, func(st *engine.State, now time.Time) {
		if b.revoked = !st.Plan().MayAsk(b.source); !b.revoked {
			f(st, now)
		}
	})
}

// ofClient tells of the leases of one client.
func (b *bulk) ofClient(ctx context.Context) error {
	var leases []*engine.Lease
	var at time.Time
	err := b.view(ctx, func(st *engine.State, now time.Time) {
		at = now
		for _, l := range st.BulkLeases(b.query) {
			if b.query.Matches(l, now.Unix()) {
				leases = append(leases, l)
			}
		}
	})
	if err != nil {
		return err
	}
	if err := b.keeper.Settle(ctx); err != nil { // what the state knows may not be on disk yet
		return err
	}
	return b.tellAll(ctx, leases, at)
}

// tellAll tells of leases as they were at a time.
func (b *bulk) tellAll(ctx context.Context, leases []*engine.Lease, at time.Time) error {
	for part := range slices.Chunk(leases, bulkLook) {
		err := b.view(ctx, func(st *engine.State, _ time.Time) {
			for _, l := range part {
				b.tell(st, l, at)
			}
		})
		if err != nil {
			return err
		}
		if len(b.page) > bulkPage-bulkLook || b.size > bulkSize {
			if err := b.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// stored tells of all leases on the disk that the query asks for, in the order of their addresses. Times count from before a page was
// read: what changes later is told when the requestor asks what changed since.
func (b *bulk) stored(ctx context.Context) error {
	var after engine.IP
	for more := true; more && !b.revoked; {
		var at time.Time
		if err := b.view(ctx, func(_ *engine.State, now time.Time) { at = now }); err != nil || b.revoked {
			return err
		}
		leases, err := b.store.Leases(after, 0, bulkPage, func(l *engine.Lease) bool {
			return ctx.Err() != nil || b.query.Matches(l, at.Unix()) // one that nobody waits for ends here
		})
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if more = len(leases) == bulkPage; len(leases) > 0 {
			after = leases[len(leases)-1].IP
		}
		for _, l := range leases {
			if b.query.All() && l.Started >= b.began {
				b.young[l.IP] = true
			}
		}
		if err := b.tellAll(ctx, leases, at); err != nil {
			return err
		}
	}
	return b.flush()
}

// unleased tells of the addresses that were never leased, and of those leased since the query began, behind the back of stored.
func (b *bulk) unleased(ctx context.Context) error {
	var ips []engine.IP
	look := func(find func(*engine.State)) error {
		granted := false
		err := b.view(ctx, func(st *engine.State, now time.Time) {
			find(st)
			for _, ip := range ips {
				switch l := st.Lease(ip); {
				case l == nil:
					b.add(engine.NeverLeased(ip, now))
				case !b.young[ip]:
					b.tell(st, l, now)
					granted = true
				}
			}
		})
		if err == nil && granted { // what the state knows may not be on disk yet
			err = b.keeper.Settle(ctx)
		}
		if err != nil {
			return err
		}
		return b.flush()
	}
	after := engine.IP(0)
	for more := true; more && !b.revoked; more = after != 0 {
		if err := look(func(st *engine.State) { ips, after = st.Unleased(ips[:0], after, bulkPage, b.began) }); err != nil {
			return err
		}
	}
	id := ""
	for more := true; more && !b.revoked; more = id != "" {
		if err := look(func(st *engine.State) { ips, id = st.UnleasedReserved(ips[:0], id, bulkPage, b.began) }); err != nil {
			return err
		}
	}
	return nil
}

func (b *bulk) tell(st *engine.State, l *engine.Lease, at time.Time) {
	if d, ok := st.Binding(b.query, l, at); ok {
		b.add(d)
	}
}

func (b *bulk) add(d engine.Decision) {
	m := &leasedv1.Binding{Active: d.Kind == engine.LeaseActive, Address: uint32(d.CIAddr), Options: d.Options}
	if !d.Holder.IsZero() {
		m.Htype, m.Chaddr = uint32(d.Holder.Type), d.Holder.Bytes()
	}
	b.page = append(b.page, m)
	b.size += len(d.Options)
}

// flush sends what is in the page. It waits while the requestor does not take it.
func (b *bulk) flush() error {
	if len(b.page) == 0 {
		return nil
	}
	err := b.stream.Send(&leasedv1.BulkResponse{Bindings: b.page})
	b.page, b.size = nil, 0
	return err
}
