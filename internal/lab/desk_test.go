package lab_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/testing/protocmp"

	"rollcall/internal/fault"
	"rollcall/internal/lab"
	leasedv1 "rollcall/proto/leased/v1"
)

const (
	secret   = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	stranger = "52:54:00:12:34:56"
)

// roll is a ReservationService that knows Add only.
type roll struct {
	leasedv1.ReservationServiceClient
	added []*leasedv1.AddRequest
	err   error
}

func (r *roll) Add(_ context.Context, in *leasedv1.AddRequest, _ ...grpc.CallOption) (*leasedv1.AddResponse, error) {
	r.added = append(r.added, in)
	if r.err != nil {
		return nil, r.err
	}
	added := in.GetReservation()
	added.Id = "r1"
	added.Identifier = &leasedv1.Reservation_Hardware{Hardware: stranger}
	return &leasedv1.AddResponse{Reservation: added}, nil
}

func post(kind, hardware, address string) string {
	return fmt.Sprintf(`{"specversion":"1.0","id":"1-1","type":%q,"subject":%q,"data":{"sequence":1,"machine":{"hardware":%q},"address":%q}}`,
		kind, hardware, hardware, address)
}

func TestDesk(t *testing.T) {
	granted := post("lease.granted", stranger, "10.99.0.50")
	want := []*leasedv1.AddRequest{{
		Reservation: &leasedv1.Reservation{Subnet: "hall", Address: "10.20.0.201"},
		FromLease:   "10.99.0.50",
	}}
	tests := []struct {
		name   string
		body   string
		signed string // by this secret
		at     time.Time
		err    error // of the roll
		status int
		added  []*leasedv1.AddRequest
		heard  int
	}{
		{name: "a guest that is expected is enrolled", body: granted, signed: secret, status: 204, added: want, heard: 1},
		{name: "one that is on the roll already is fine", body: granted, signed: secret, err: fault.New(fault.Exists, "MACHINE_TAKEN", "it is"),
			status: 204, added: want, heard: 1},
		{name: "what fails is sent again", body: granted, signed: secret, err: fault.New(fault.Unavailable, "UNREACHABLE", "gone"),
			status: 502, added: want},
		{name: "one that nobody expects is not", body: post("lease.granted", "52:54:00:bb:00:01", "10.99.0.51"), signed: secret, status: 204, heard: 1},
		{name: "not before it has a lease", body: post("client.unknown", stranger, ""), signed: secret, status: 204, heard: 1},
		{name: "not when it has arrived", body: post("lease.granted", stranger, "10.20.0.201"), signed: secret, status: 204, heard: 1},
		{name: "another secret", body: granted, signed: "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=", status: 401},
		{name: "an old one", body: granted, signed: secret, at: time.Now().Add(-time.Hour), status: 401},
		{name: "no signature", body: granted, status: 401},
		{name: "no event", body: "hello", signed: secret, status: 400},
		{name: "no end", body: strings.Repeat("x", 1<<20), signed: secret, status: 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &roll{err: tt.err}
			heard := 0
			desk, err := lab.NewDesk(secret, r, map[string]*leasedv1.Reservation{stranger: {Subnet: "hall", Address: "10.20.0.201"}},
				func(lab.Notice) { heard++ })
			if err != nil {
				t.Fatal(err)
			}
			req := httptest.NewRequest(http.MethodPost, "/hooks/dhcp", strings.NewReader(tt.body))
			if tt.signed != "" {
				sign(t, req, tt.signed, tt.body, tt.at)
			}
			rec := httptest.NewRecorder()
			desk.ServeHTTP(rec, req)
			if rec.Code != tt.status || heard != tt.heard {
				t.Errorf("status %d, heard %d; want %d and %d: %s", rec.Code, heard, tt.status, tt.heard, rec.Body)
			}
			for _, a := range r.added { // as it was sent, without what the roll filled in
				a.Reservation.Id, a.Reservation.Identifier = "", nil
			}
			if diff := cmp.Diff(tt.added, r.added, protocmp.Transform()); diff != "" {
				t.Errorf("added (-want +got):\n%s", diff)
			}
		})
	}
}

func sign(t *testing.T, req *http.Request, secret, body string, at time.Time) {
	t.Helper()
	if at.IsZero() {
		at = time.Now()
	}
	w, err := webhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := w.Sign("1-1", at, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("webhook-id", "1-1")
	req.Header.Set("webhook-timestamp", fmt.Sprint(at.Unix()))
	req.Header.Set("webhook-signature", signature)
}
