package cli_test

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"google.golang.org/protobuf/proto"

	"rollcall/internal/fault"
	leasedv1 "rollcall/proto/leased/v1"
)

// fakeReservations is a roll in memory that refuses what the API refuses, as far as the tests go there.
type fakeReservations struct {
	leasedv1.UnimplementedReservationServiceServer
	mu   sync.Mutex
	list []*leasedv1.Reservation
	next int
}

func newFakeReservations() *fakeReservations {
	return &fakeReservations{next: 3, list: []*leasedv1.Reservation{
		{
			Id: "config-1", Identifier: &leasedv1.Reservation_Hardware{Hardware: "08:00:27:2c:49:4b"},
			Subnet: "hall", Address: "10.20.0.200", Hostname: "testbox", Source: leasedv1.Reservation_SOURCE_CONFIG,
		},
		{
			Id: "1", Identifier: &leasedv1.Reservation_CircuitId{CircuitId: "ge-0/0/7"},
			Subnet: "hall", Address: "10.20.0.57", Source: leasedv1.Reservation_SOURCE_API, Revision: 2, Updated: at(-90e9),
		},
		{
			Id: "2", Identifier: &leasedv1.Reservation_ClientId{ClientId: "01080027000001"},
			Subnet: "hall", Hostname: "true", Source: leasedv1.Reservation_SOURCE_API, Revision: 1, Updated: at(-3600e9),
		},
	}}
}

func (f *fakeReservations) find(match func(*leasedv1.Reservation) bool) int {
	return slices.IndexFunc(f.list, match)
}

// check refuses a reservation that does not fit the others.
func (f *fakeReservations) check(r *leasedv1.Reservation) error {
	for _, other := range f.list {
		switch {
		case other.GetId() == r.GetId():
		case r.GetAddress() != "" && other.GetAddress() == r.GetAddress():
			return fault.New(fault.Exists, "ADDRESS_TAKEN", "%s is reserved for another machine (reservation %s)",
				r.GetAddress(), other.GetId()).On("reservation.address")
		case r.GetHardware() != "" && other.GetHardware() == r.GetHardware():
			return fault.New(fault.Exists, "MACHINE_TAKEN", "%s has reservation %s", r.GetHardware(), other.GetId()).On("reservation.hardware")
		}
	}
	if r.GetSubnet() == "attic" {
		return fault.New(fault.NotFound, "NO_SUCH_SUBNET", "there is no subnet attic").On("reservation.subnet")
	}
	return nil
}

func (f *fakeReservations) Add(_ context.Context, req *leasedv1.AddRequest) (*leasedv1.AddResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := proto.CloneOf(req.GetReservation())
	if req.GetFromLease() != "" {
		if req.GetFromLease() != "10.99.0.50" {
			return nil, fault.New(fault.NotFound, "NO_SUCH_LEASE", "nobody holds %s", req.GetFromLease()).On("from_lease")
		}
		r.Identifier = &leasedv1.Reservation_Hardware{Hardware: "52:54:00:12:34:56"}
	}
	if err := f.check(r); err != nil {
		return nil, err
	}
	r.Id, r.Revision, r.Source, r.Updated = fmt.Sprint(f.next), 1, leasedv1.Reservation_SOURCE_API, at(0)
	f.next++
	f.list = append(f.list, r)
	return &leasedv1.AddResponse{Reservation: r}, nil
}

func (f *fakeReservations) Get(_ context.Context, req *leasedv1.ReservationServiceGetRequest) (*leasedv1.ReservationServiceGetResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := f.find(func(r *leasedv1.Reservation) bool {
		switch key := req.GetKey().(type) {
		case *leasedv1.ReservationServiceGetRequest_Id:
			return r.GetId() == key.Id
		case *leasedv1.ReservationServiceGetRequest_Address:
			return r.GetAddress() == key.Address
		default:
			return r.GetHardware() == req.GetHardware()
		}
	})
	if i < 0 {
		return nil, fault.New(fault.NotFound, "NO_SUCH_RESERVATION", "there is no reservation %s%s%s",
			req.GetId(), req.GetAddress(), req.GetHardware())
	}
	return &leasedv1.ReservationServiceGetResponse{Reservation: proto.CloneOf(f.list[i])}, nil
}

func (f *fakeReservations) List(_ context.Context, req *leasedv1.ReservationServiceListRequest) (*leasedv1.ReservationServiceListResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []*leasedv1.Reservation
	for _, r := range f.list {
		if (req.GetSubnet() == "" || r.GetSubnet() == req.GetSubnet()) && (req.GetHardware() == "" || r.GetHardware() == req.GetHardware()) {
			list = append(list, r)
		}
	}
	res := &leasedv1.ReservationServiceListResponse{}
	res.Reservations, res.NextPageToken = page(list, req.GetPageToken(), req.GetPageSize())
	return res, nil
}

func (f *fakeReservations) Update(_ context.Context, req *leasedv1.UpdateRequest) (*leasedv1.UpdateResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := proto.CloneOf(req.GetReservation())
	i, err := f.writable(r.GetId(), r.GetRevision())
	if err != nil {
		return nil, err
	}
	if err := f.check(r); err != nil {
		return nil, err
	}
	r.Revision++
	r.Updated = at(0)
	f.list[i] = r
	return &leasedv1.UpdateResponse{Reservation: r}, nil
}

func (f *fakeReservations) Delete(_ context.Context, req *leasedv1.DeleteRequest) (*leasedv1.DeleteResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, err := f.writable(req.GetId(), req.GetRevision())
	if err != nil {
		return nil, err
	}
	r := f.list[i]
	f.list = slices.Delete(f.list, i, i+1)
	return &leasedv1.DeleteResponse{Reservation: r}, nil
}

// writable finds a reservation to change.
func (f *fakeReservations) writable(id string, revision uint64) (int, error) {
	i := f.find(func(r *leasedv1.Reservation) bool { return r.GetId() == id })
	switch {
	case i < 0:
		return 0, fault.New(fault.NotFound, "NO_SUCH_RESERVATION", "there is no reservation %s", id)
	case f.list[i].GetSource() == leasedv1.Reservation_SOURCE_CONFIG:
		return 0, fault.New(fault.Precondition, "READ_ONLY", "reservation %s stands in the configuration file; change it there", id)
	case f.list[i].GetRevision() != revision:
		return 0, fault.New(fault.Conflict, "STALE_REVISION", "reservation %s has changed; read it again", id)
	}
	return i, nil
}
