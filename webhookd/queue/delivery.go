package queue

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	storagev1 "rollcall/proto/storage/v1"
)

// State says whether a delivery will be tried again.
type State uint8

// The states. A delivered delivery is forgotten.
const (
	Pending State = iota + 1 // waits for an attempt
	Dead                     // given up; a dead letter
)

// String returns the state as it is used in metrics.
func (s State) String() string {
	switch s {
	case Pending:
		return "pending"
	case Dead:
		return "dead"
	}
	return "unknown"
}

// Delivery is one event on its way to one endpoint. Times have a resolution of milliseconds.
type Delivery struct {
	// ID is the webhook-id of its requests, the same in every attempt. TakeOver assigns it.
	ID string
	// Endpoint is the name of the endpoint.
	Endpoint string
	// Position is that of the event.
	Position Position
	// Kind of the event, such as client.unknown.
	Kind string
	// Machine is the hardware address that keeps its deliveries in order; "" where the event has none.
	Machine string
	// State is Pending or Dead.
	State State
	// Attempts made since it was taken over or last replayed.
	Attempts uint32
	// Next is the time of the next attempt; it means nothing for a dead letter.
	Next time.Time
	// Time of the event.
	Time time.Time
	// Queued is when it was taken over or last replayed; the retry window counts from here.
	Queued time.Time
	// LastError is what went wrong in the last attempt; "" before the first.
	LastError string
	// Body is the document that is posted. Lists leave it nil.
	Body []byte
}

func (d *Delivery) marshal() ([]byte, error) {
	state := storagev1.DeliveryRecord_STATE_PENDING
	if d.State == Dead {
		state = storagev1.DeliveryRecord_STATE_DEAD
	}
	b, err := proto.Marshal(&storagev1.DeliveryRecord{
		State: state, Id: d.ID, Kind: d.Kind, Machine: d.Machine, Body: d.Body, Attempts: d.Attempts,
		NextAttempt: d.Next.UnixMilli(), Time: d.Time.UnixMilli(), Queued: d.Queued.UnixMilli(), LastError: d.LastError,
	})
	if err != nil {
		return nil, fmt.Errorf("encode delivery %s: %w", d.ID, err)
	}
	return b, nil
}

// unmarshal reads a record; k and v may belong to a transaction, nothing of them is kept.
func unmarshal(k, v []byte) (Delivery, error) {
	endpoint, p, ok := splitKey(k)
	if !ok {
		return Delivery{}, fmt.Errorf("decode delivery: key %x is not endpoint, 0x00 and 8 octets", k)
	}
	var r storagev1.DeliveryRecord
	if err := proto.Unmarshal(v, &r); err != nil {
		return Delivery{}, fmt.Errorf("decode delivery of event %d to %s: %w", p.Sequence(), endpoint, err)
	}
	state := Pending
	switch r.GetState() {
	case storagev1.DeliveryRecord_STATE_PENDING:
	case storagev1.DeliveryRecord_STATE_DEAD:
		state = Dead
	default:
		return Delivery{}, fmt.Errorf("decode delivery of event %d to %s: unknown state %d", p.Sequence(), endpoint, r.GetState())
	}
	return Delivery{
		ID: r.GetId(), Endpoint: endpoint, Position: p, Kind: r.GetKind(), Machine: r.GetMachine(), State: state,
		Attempts: r.GetAttempts(), Next: time.UnixMilli(r.GetNextAttempt()), Time: time.UnixMilli(r.GetTime()),
		Queued: time.UnixMilli(r.GetQueued()), LastError: r.GetLastError(), Body: r.GetBody(),
	}, nil
}
