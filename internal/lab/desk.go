package lab

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"google.golang.org/protobuf/proto"

	"rollcall/internal/fault"
	leasedv1 "rollcall/proto/leased/v1"
)

// maxBody is more than any event is long.
const maxBody = 64 << 10

// The kinds of events that the desk knows.
const (
	kindUnknown = "client.unknown"
	kindGranted = "lease.granted"
)

// notice is a webhook that was verified and handled.
type notice struct {
	Kind     string
	Hardware string
	Hostname string
	Address  string
	Previous string // address that the machine left
	// Enrolled is the reservation that the desk added because of it, or nil.
	Enrolled *leasedv1.Reservation
}

// desk is a registration desk: it hears of machines through webhooks, and puts
// those that it expects on the roll when they have got a guest lease. It keeps no
// state of its own, for what it adds is added once however often it is told.
type desk struct {
	verify *webhooks.Webhook
	roll   leasedv1.ReservationServiceClient
	// expected has, by hardware address, where the machines belong that somebody
	// has paid for.
	expected map[string]*leasedv1.Reservation
	// heard is called with every notice, from the goroutine of its request.
	heard func(notice)
}

// newDesk returns a desk that shares secret, in the form whsec_BASE64, with
// webhookd.
func newDesk(secret string, roll leasedv1.ReservationServiceClient, expected map[string]*leasedv1.Reservation, heard func(notice)) (*desk, error) {
	verify, err := webhooks.NewWebhook(secret)
	if err != nil {
		return nil, fmt.Errorf("read secret of the desk: %w", err)
	}
	return &desk{verify: verify, roll: roll, expected: expected, heard: heard}, nil
}

// event is what the desk reads of a webhook's body.
type event struct {
	Type string `json:"type"`
	Data struct {
		Machine struct {
			Hardware string `json:"hardware"`
			Hostname string `json:"hostname"`
		} `json:"machine"`
		Address  string `json:"address"`
		Previous string `json:"previous_address"`
	} `json:"data"`
}

// ServeHTTP takes a webhook: 204 when it was handled, 401 when it is not signed
// with the secret, 400 when it is not an event, and 502 when the machine could not
// be enrolled, so that the webhook comes again.
func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	// Before anything in the body is believed.
	if err := d.verify.Verify(body, r.Header); err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	n := notice{
		Kind:     e.Type,
		Hardware: e.Data.Machine.Hardware,
		Hostname: e.Data.Machine.Hostname,
		Address:  e.Data.Address,
		Previous: e.Data.Previous,
	}
	if n.Enrolled, err = d.enrol(r, n); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	w.WriteHeader(http.StatusNoContent)
	d.heard(n)
}

// enrol puts the machine on the roll if it is expected and not on it yet.
func (d *desk) enrol(r *http.Request, n notice) (*leasedv1.Reservation, error) {
	want, ok := d.expected[n.Hardware]
	if !ok || n.Kind != kindGranted || n.Address == want.GetAddress() {
		return nil, nil
	}
	// The lease names the machine, so the desk need not know how machines are
	// told apart.
	resp, err := d.roll.Add(r.Context(), &leasedv1.AddRequest{
		Reservation: proto.CloneOf(want),
		FromLease:   n.Address,
	})
	if fault.CodeOf(err) == fault.Exists {
		return nil, nil // this webhook, or one like it, came before
	}
	if err != nil {
		return nil, fmt.Errorf("enrol %s: %w", n.Hardware, err)
	}
	return resp.GetReservation(), nil
}
