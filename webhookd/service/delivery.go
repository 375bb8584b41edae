package service

import (
	"context"
	"errors"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"rollcall/internal/fault"
	webhookdv1 "rollcall/proto/webhookd/v1"
	"rollcall/webhookd/queue"
)

// The reasons of DeliveryService.
const (
	ReasonNoSuchDelivery = "NO_SUCH_DELIVERY"
	ReasonNoSuchEndpoint = "NO_SUCH_ENDPOINT"
	ReasonNotDead        = "NOT_DEAD"
	ReasonBadPageToken   = "BAD_PAGE_TOKEN"
	ReasonBadPageSize    = "BAD_PAGE_SIZE"
)

const (
	defaultPage = 100
	maxPage     = 1000
)

// Deliveries is DeliveryService.
type Deliveries struct {
	webhookdv1.UnimplementedDeliveryServiceServer

	queue      *queue.Queue
	configured func() []string
}

// NewDeliveries returns the service. Configured returns the names of the endpoints that are in the configuration now.
func NewDeliveries(q *queue.Queue, configured func() []string) *Deliveries {
	return &Deliveries{queue: q, configured: configured}
}

// List returns a page of deliveries by endpoint and then in the order of the log.
func (s *Deliveries) List(_ context.Context, req *webhookdv1.ListRequest) (*webhookdv1.ListResponse, error) {
	size := int(req.GetPageSize())
	switch {
	case size < 0:
		return nil, fault.New(fault.Invalid, ReasonBadPageSize, "page size %d is negative", size).On("page_size")
	case size == 0:
		size = defaultPage
	}
	f := queue.Filter{Endpoint: req.GetEndpoint()}
	switch req.GetState() {
	case webhookdv1.DeliveryState_DELIVERY_STATE_PENDING:
		f.State = queue.Pending
	case webhookdv1.DeliveryState_DELIVERY_STATE_DEAD:
		f.State = queue.Dead
	}
	page, next, err := s.queue.List(f, req.GetPageToken(), min(size, maxPage))
	if errors.Is(err, queue.ErrBadToken) {
		return nil, fault.New(fault.Invalid, ReasonBadPageToken, "the page token is not one of this list; begin without one").
			On("page_token").Wrap(err)
	}
	if err != nil {
		return nil, err
	}
	res := &webhookdv1.ListResponse{NextPageToken: next, Cursor: s.queue.Cursor().Sequence()}
	for i := range page {
		res.Deliveries = append(res.Deliveries, toProto(&page[i]))
	}
	return res, nil
}

// Replay sends dead letters again, by id or all of one or every configured endpoint. One whose endpoint has left the
// configuration and is named by id waits for the endpoint to come back.
func (s *Deliveries) Replay(ctx context.Context, req *webhookdv1.ReplayRequest) (*webhookdv1.ReplayResponse, error) {
	if len(req.GetIds()) > 0 {
		n, err := s.queue.Replay(ctx, req.GetIds(), time.Now())
		return &webhookdv1.ReplayResponse{Replayed: uint32(n)}, outcome(err)
	}
	configured := s.configured()
	if e := req.GetEndpoint(); e != "" {
		if !slices.Contains(configured, e) {
			return nil, fault.New(fault.NotFound, ReasonNoSuchEndpoint, "endpoint %q is not in the configuration", e).On("endpoint")
		}
		configured = []string{e}
	}
	total := 0
	for _, e := range configured {
		n, err := s.queue.ReplayAll(ctx, e, time.Now())
		if total += n; err != nil {
			return nil, err
		}
	}
	return &webhookdv1.ReplayResponse{Replayed: uint32(total)}, nil
}

// Drop forgets deliveries, by id or all dead letters of one or every endpoint. Of an endpoint that has left the configuration and
// is named, everything is dropped, since what waits there can never be sent.
func (s *Deliveries) Drop(ctx context.Context, req *webhookdv1.DropRequest) (*webhookdv1.DropResponse, error) {
	if len(req.GetIds()) > 0 {
		n, err := s.queue.Drop(ctx, req.GetIds())
		return &webhookdv1.DropResponse{Dropped: uint32(n)}, outcome(err)
	}
	if e := req.GetEndpoint(); e != "" {
		departed := !slices.Contains(s.configured(), e)
		if departed && !s.queued(e) {
			return nil, fault.New(fault.NotFound, ReasonNoSuchEndpoint,
				"endpoint %q is not in the configuration and nothing is queued for it", e).On("endpoint")
		}
		n, err := s.queue.DropAll(ctx, e, departed)
		return &webhookdv1.DropResponse{Dropped: uint32(n)}, err
	}
	total := 0
	for _, d := range s.queue.Depths() {
		n, err := s.queue.DropAll(ctx, d.Endpoint, false)
		if total += n; err != nil {
			return nil, err
		}
	}
	return &webhookdv1.DropResponse{Dropped: uint32(total)}, nil
}

// queued reports whether the queue holds anything for an endpoint.
func (s *Deliveries) queued(endpoint string) bool {
	return slices.ContainsFunc(s.queue.Depths(), func(d queue.Depth) bool {
		return d.Endpoint == endpoint && d.Pending+d.Dead > 0
	})
}

// outcome turns what the queue says about an id into a fault; other errors stay as they are.
func outcome(err error) error {
	id, ok := errors.AsType[*queue.IDError](err)
	switch {
	case !ok:
		return err
	case errors.Is(err, queue.ErrNotDead):
		return fault.New(fault.Precondition, ReasonNotDead, "delivery %s still waits for its next attempt; only dead letters are replayed", id.ID).
			On("ids").With("id", id.ID)
	}
	return fault.New(fault.NotFound, ReasonNoSuchDelivery, "there is no delivery %q; it may have been delivered", id.ID).On("ids").With("id", id.ID)
}

func toProto(d *queue.Delivery) *webhookdv1.Delivery {
	p := &webhookdv1.Delivery{
		Id: d.ID, Endpoint: d.Endpoint, Sequence: d.Position.Sequence(), Kind: d.Kind, Hardware: d.Machine,
		Attempts: d.Attempts, Time: timestamppb.New(d.Time), LastError: d.LastError,
	}
	switch d.State {
	case queue.Pending:
		p.State = webhookdv1.DeliveryState_DELIVERY_STATE_PENDING
		p.NextAttempt = timestamppb.New(d.Next)
	case queue.Dead:
		p.State = webhookdv1.DeliveryState_DELIVERY_STATE_DEAD
	}
	return p
}
