package service_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"rollcall/internal/fault"
	webhookdv1 "rollcall/proto/webhookd/v1"
	"rollcall/webhookd/queue"
	"rollcall/webhookd/service"
)

var epoch = time.UnixMilli(1_800_000_000_000).UTC()

// newService serves a queue with the endpoints desk and billing configured, and has taken over events 1 to n for endpoint old,
// which is not, and for desk; those of desk with an odd number are dead letters.
func newService(t *testing.T, n int) (*service.Deliveries, *queue.Queue) {
	t.Helper()
	q, err := queue.Open(filepath.Join(t.TempDir(), "webhookd.db"), queue.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, q.Close()); err != nil {
			t.Error(err)
		}
	})
	var ds []queue.Delivery
	for p := queue.Position(1); int(p) <= n; p++ {
		for _, e := range []string{"desk", "old"} {
			ds = append(ds, queue.Delivery{Endpoint: e, Position: p, Kind: "client.unknown", Machine: fmt.Sprint("m", p), Time: epoch})
		}
	}
	if err := q.TakeOver(ctx, queue.Position(n), epoch, ds); err != nil {
		t.Fatal(err)
	}
	for range n {
		d, ok, _, err := q.Claim("desk", epoch)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if d.Position%2 == 1 {
			err = q.Bury(ctx, &d, "500")
		} else {
			err = q.Retry(ctx, &d, epoch.Add(time.Minute), "500")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return service.NewDeliveries(q, func() []string { return []string{"desk", "billing"} }), q
}

func list(t *testing.T, s *service.Deliveries, req *webhookdv1.ListRequest) (all []*webhookdv1.Delivery) {
	t.Helper()
	for {
		res, err := s.List(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, res.GetDeliveries()...)
		if req.PageToken = res.GetNextPageToken(); req.PageToken == "" {
			return all
		}
	}
}

func TestListShowsDeliveries(t *testing.T) {
	s, _ := newService(t, 2)
	res, err := s.List(t.Context(), &webhookdv1.ListRequest{Endpoint: "desk"})
	if err != nil {
		t.Fatal(err)
	}
	want := &webhookdv1.ListResponse{Cursor: 2, Deliveries: []*webhookdv1.Delivery{
		{Endpoint: "desk", Sequence: 1, Kind: "client.unknown", Hardware: "m1", State: webhookdv1.DeliveryState_DELIVERY_STATE_DEAD,
			Attempts: 1, Time: timestamppb.New(epoch), LastError: "500"},
		{Endpoint: "desk", Sequence: 2, Kind: "client.unknown", Hardware: "m2", State: webhookdv1.DeliveryState_DELIVERY_STATE_PENDING,
			Attempts: 1, Time: timestamppb.New(epoch), NextAttempt: timestamppb.New(epoch.Add(time.Minute)), LastError: "500"},
	}}
	ignore := protocmp.IgnoreFields(&webhookdv1.Delivery{}, "id")
	if diff := cmp.Diff(want, res, protocmp.Transform(), ignore); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	for _, d := range res.GetDeliveries() {
		if d.GetId() == "" {
			t.Errorf("delivery %v has no id", d)
		}
	}
}

func TestListPagesAndFilters(t *testing.T) {
	s, _ := newService(t, 10)
	for _, c := range []struct {
		req  *webhookdv1.ListRequest
		want int
	}{
		{&webhookdv1.ListRequest{PageSize: 3}, 20},
		{&webhookdv1.ListRequest{PageSize: 5, Endpoint: "old"}, 10},
		{&webhookdv1.ListRequest{PageSize: 1, State: webhookdv1.DeliveryState_DELIVERY_STATE_DEAD}, 5},
		{&webhookdv1.ListRequest{PageSize: math.MaxInt32, Endpoint: "desk", State: webhookdv1.DeliveryState_DELIVERY_STATE_PENDING}, 5},
		{&webhookdv1.ListRequest{Endpoint: "nobody"}, 0},
	} {
		name := c.req.String()
		seen := map[string]bool{}
		for _, d := range list(t, s, c.req) {
			seen[d.GetId()] = true
		}
		if len(seen) != c.want {
			t.Errorf("%s lists %d deliveries, want %d", name, len(seen), c.want)
		}
	}
}

func TestErrorsNameTheField(t *testing.T) {
	s, _ := newService(t, 2)
	ctx := t.Context()
	pending := list(t, s, &webhookdv1.ListRequest{Endpoint: "desk"})[1].GetId()
	listing := func(r *webhookdv1.ListRequest) error { _, err := s.List(ctx, r); return err }
	replay := func(r *webhookdv1.ReplayRequest) error { _, err := s.Replay(ctx, r); return err }
	drop := func(r *webhookdv1.DropRequest) error { _, err := s.Drop(ctx, r); return err }
	for name, c := range map[string]struct {
		err    error
		code   fault.Code
		reason string
		field  string
	}{
		"list token":      {listing(&webhookdv1.ListRequest{PageToken: "x"}), fault.Invalid, "BAD_PAGE_TOKEN", "page_token"},
		"list size":       {listing(&webhookdv1.ListRequest{PageSize: -1}), fault.Invalid, "BAD_PAGE_SIZE", "page_size"},
		"replay unknown":  {replay(&webhookdv1.ReplayRequest{Ids: []string{"dlv_1_x"}}), fault.NotFound, "NO_SUCH_DELIVERY", "ids"},
		"replay pending":  {replay(&webhookdv1.ReplayRequest{Ids: []string{pending}}), fault.Precondition, "NOT_DEAD", "ids"},
		"replay endpoint": {replay(&webhookdv1.ReplayRequest{Endpoint: "old"}), fault.NotFound, "NO_SUCH_ENDPOINT", "endpoint"},
		"drop unknown":    {drop(&webhookdv1.DropRequest{Ids: []string{"?"}}), fault.NotFound, "NO_SUCH_DELIVERY", "ids"},
		"drop endpoint":   {drop(&webhookdv1.DropRequest{Endpoint: "nobody"}), fault.NotFound, "NO_SUCH_ENDPOINT", "endpoint"},
	} {
		var got *fault.Error
		if !errors.As(c.err, &got) || got.Code != c.code || got.Reason != c.reason || got.Field != c.field {
			t.Errorf("%s: %#v; want %v %s on %s", name, c.err, c.code, c.reason, c.field)
		}
	}
	if got := len(list(t, s, &webhookdv1.ListRequest{})); got != 4 {
		t.Errorf("%d deliveries after requests that failed, want 4", got)
	}
}

func TestReplayAndDropWithoutIDs(t *testing.T) {
	s, q := newService(t, 10)
	ctx := t.Context()
	replayed, err := s.Replay(ctx, &webhookdv1.ReplayRequest{})
	if err != nil || replayed.GetReplayed() != 5 {
		t.Errorf("Replay = %v, %v; want the five dead letters", replayed, err)
	}
	dropped, err := s.Drop(ctx, &webhookdv1.DropRequest{})
	if err != nil || dropped.GetDropped() != 0 {
		t.Errorf("Drop = %v, %v; there are no dead letters left", dropped, err)
	}
	dropped, err = s.Drop(ctx, &webhookdv1.DropRequest{Endpoint: "old"})
	if err != nil || dropped.GetDropped() != 10 {
		t.Errorf("Drop of an endpoint that left = %v, %v; want all ten", dropped, err)
	}
	if diff := cmp.Diff([]queue.Depth{{Endpoint: "desk", Pending: 10}, {Endpoint: "old"}}, q.Depths()); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

func TestByID(t *testing.T) {
	s, _ := newService(t, 3)
	ctx := t.Context()
	dead := list(t, s, &webhookdv1.ListRequest{State: webhookdv1.DeliveryState_DELIVERY_STATE_DEAD})
	replayed, err := s.Replay(ctx, &webhookdv1.ReplayRequest{Ids: []string{dead[0].GetId()}})
	if err != nil || replayed.GetReplayed() != 1 {
		t.Errorf("Replay = %v, %v", replayed, err)
	}
	dropped, err := s.Drop(ctx, &webhookdv1.DropRequest{Ids: []string{dead[0].GetId(), dead[1].GetId()}})
	if err != nil || dropped.GetDropped() != 2 {
		t.Errorf("Drop = %v, %v", dropped, err)
	}
}
