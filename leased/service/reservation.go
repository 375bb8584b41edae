package service

import (
	"context"
	"errors"
	"strconv"
	"time"

	"rollcall/internal/fault"
	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	leasedv1 "rollcall/proto/leased/v1"
)

type reservations struct {
	leasedv1.UnimplementedReservationServiceServer
	keeper *keeper.Keeper
}

// Add implements ReservationService.
func (s *reservations) Add(ctx context.Context, req *leasedv1.AddRequest) (*leasedv1.AddResponse, error) {
	r, err := reservationOf(req.GetReservation(), req.GetFromLease() != "")
	if err != nil {
		return nil, err
	}
	var from engine.IP
	if t := req.GetFromLease(); t != "" {
		if from, err = parseIP("from_lease", t); err != nil {
			return nil, err
		}
	}
	r.ID, r.Revision = "", 0
	machine := identifierField(req.GetReservation())
	if from != 0 {
		machine = "from_lease"
	}
	resp := &leasedv1.AddResponse{}
	err = s.keeper.Change(ctx, func(st *engine.State, now time.Time) (engine.Commit, error) {
		if from != 0 {
			if err := identifyByLease(st, &r, from, now); err != nil {
				return engine.Commit{}, err
			}
		}
		var err error
		if r.Details, err = detailsOf(req.GetReservation(), st.Plan(), nil); err != nil {
			return engine.Commit{}, err
		}
		done, c, err := st.Enrol(r, now)
		if err != nil {
			return c, onField(err, "reservation.identifier", machine)
		}
		// The number is drawn last, so that calls which fail use none up.
		done.ID = strconv.FormatUint(s.keeper.NextReservationID(), 10)
		if done.Details != nil {
			done.Details.SaidBy(done.ID)
		}
		for _, e := range c.Events {
			e.Reservation = done.ID
		}
		st.PutReservation(done)
		resp.Reservation = reservationProto(done, st.Plan().Names)
		return c, nil
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// identifyByLease makes the holder of an address the machine of r.
func identifyByLease(st *engine.State, r *engine.Reservation, ip engine.IP, now time.Time) error {
	l := st.Lease(ip)
	if l == nil || !l.Holds(now.Unix()) {
		return fault.New(fault.NotFound, reasonNoSuchLease, "nobody holds %v now", ip).On("from_lease")
	}
	if l.HW.Type != 1 || l.HW.Len != 6 {
		return fault.New(fault.Precondition, reasonBadHardware, "the holder of %v has no Ethernet address: name its client identifier", ip).
			On("from_lease")
	}
	r.Kind, r.Value = engine.ByHardware, string(l.HW.Octets[:l.HW.Len])
	if r.Hostname == "" && l.Reservation != "" {
		r.Hostname = l.Hostname
	}
	return nil
}

// Get implements ReservationService.
func (s *reservations) Get(ctx context.Context, req *leasedv1.ReservationServiceGetRequest) (*leasedv1.ReservationServiceGetResponse, error) {
	var find func(st *engine.State) *engine.Reservation
	field, missing := "id", ""
	switch key := req.GetKey().(type) {
	case *leasedv1.ReservationServiceGetRequest_Id:
		find = func(st *engine.State) *engine.Reservation { return st.Reservation(key.Id) }
		missing = "no reservation has the id " + strconv.Quote(key.Id)
	case *leasedv1.ReservationServiceGetRequest_Address:
		field = "address"
		ip, err := parseIP(field, key.Address)
		if err != nil {
			return nil, err
		}
		find = func(st *engine.State) *engine.Reservation { return st.ReservationOf(ip) }
		missing = ip.String() + " is not reserved"
	case *leasedv1.ReservationServiceGetRequest_Hardware:
		field = "hardware"
		hw, err := parseHW(field, key.Hardware)
		if err != nil {
			return nil, err
		}
		find = func(st *engine.State) *engine.Reservation {
			for _, n := range st.Plan().Networks {
				if r := st.ReservedFor(n.Subnets[0], engine.ByHardware, string(hw.Octets[:hw.Len])); r != nil {
					return r
				}
			}
			return nil
		}
		missing = hw.String() + " has no reservation"
	default:
		return nil, fault.New(fault.Invalid, reasonMissing, "id, address or hardware must be set").On("key")
	}
	var r *engine.Reservation
	var names *option.Names
	if err := s.keeper.View(ctx, func(st *engine.State, _ time.Time) { r, names = find(st), st.Plan().Names }); err != nil {
		return nil, err
	}
	if r == nil {
		return nil, fault.New(fault.NotFound, engine.ReasonNoSuchReservation, "%s", missing).On(field)
	}
	return &leasedv1.ReservationServiceGetResponse{Reservation: reservationProto(r, names)}, nil
}

// List implements ReservationService.
func (s *reservations) List(ctx context.Context, req *leasedv1.ReservationServiceListRequest) (*leasedv1.ReservationServiceListResponse, error) {
	hw, err := parseHWFilter(req.GetHardware())
	if err != nil {
		return nil, err
	}
	if t := req.GetPageToken(); t != "" && !engine.IsReservationID(t) {
		return nil, fault.New(fault.Invalid, reasonBadPageToken, "%q is not a page token of this service", t).On("page_token")
	}
	size := pageSize(req.GetPageSize())
	resp := &leasedv1.ReservationServiceListResponse{}
	var page []*engine.Reservation // which never change, so packets need not wait for the writing
	var names *option.Names
	err = s.keeper.View(ctx, func(st *engine.State, _ time.Time) {
		names = st.Plan().Names
		for r := range st.Reservations(req.GetPageToken()) {
			if req.GetSubnet() != "" && r.Subnet != req.GetSubnet() ||
				hw != nil && (r.Kind != engine.ByHardware || !hw.Is([]byte(r.Value))) {
				continue
			}
			if len(page) == size {
				resp.NextPageToken = page[size-1].ID
				return
			}
			page = append(page, r)
		}
	})
	if err != nil {
		return nil, err
	}
	for _, r := range page {
		resp.Reservations = append(resp.Reservations, reservationProto(r, names))
	}
	return resp, nil
}

// Update implements ReservationService.
func (s *reservations) Update(ctx context.Context, req *leasedv1.UpdateRequest) (*leasedv1.UpdateResponse, error) {
	r, err := reservationOf(req.GetReservation(), false)
	if err != nil {
		return nil, err
	}
	if r.ID == "" {
		return nil, fault.New(fault.Invalid, reasonMissing, "id says which reservation to update").On("reservation.id")
	}
	resp := &leasedv1.UpdateResponse{}
	err = s.keeper.Change(ctx, func(st *engine.State, now time.Time) (engine.Commit, error) {
		old := st.Reservation(r.ID)
		if old == nil {
			return engine.Commit{}, fault.New(fault.NotFound, engine.ReasonNoSuchReservation, "no reservation has the id %q", r.ID).
				On("reservation.id")
		}
		var err error
		if r.Details, err = detailsOf(req.GetReservation(), st.Plan(), old); err != nil {
			return engine.Commit{}, err
		}
		if r.Details != nil {
			r.Details.SaidBy(r.ID)
		}
		done, c, err := st.Enrol(r, now)
		if err != nil {
			return c, onField(err, "reservation.identifier", identifierField(req.GetReservation()))
		}
		st.PutReservation(done)
		resp.Reservation = reservationProto(done, st.Plan().Names)
		return c, nil
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// Delete implements ReservationService.
func (s *reservations) Delete(ctx context.Context, req *leasedv1.DeleteRequest) (*leasedv1.DeleteResponse, error) {
	resp := &leasedv1.DeleteResponse{}
	err := s.keeper.Change(ctx, func(st *engine.State, now time.Time) (engine.Commit, error) {
		r, c, err := st.Strike(req.GetId(), req.GetRevision(), now)
		if err != nil {
			return c, onField(onField(err, "reservation.id", "id"), "reservation.revision", "revision")
		}
		st.DropReservation(r)
		resp.Reservation = reservationProto(r, st.Plan().Names)
		return c, nil
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// onField puts the name want, which a field has in the request, in place of have, which it has in the engine.
func onField(err error, have, want string) error {
	var f *fault.Error
	if errors.As(err, &f) && f.Field == have {
		return f.On(want)
	}
	return err
}

// identifierField returns the field of the request that holds the identifier.
func identifierField(m *leasedv1.Reservation) string {
	switch m.GetIdentifier().(type) {
	case *leasedv1.Reservation_Hardware:
		return "reservation.hardware"
	case *leasedv1.Reservation_ClientId:
		return "reservation.client_id"
	case *leasedv1.Reservation_Duid:
		return "reservation.duid"
	case *leasedv1.Reservation_CircuitId:
		return "reservation.circuit_id"
	case *leasedv1.Reservation_RemoteId:
		return "reservation.remote_id"
	}
	return "reservation.identifier"
}

// reservationOf reads a reservation. Without an identifier it is an error, unless a lease is to say who it is.
func reservationOf(m *leasedv1.Reservation, byLease bool) (r engine.Reservation, err error) {
	r = engine.Reservation{ID: m.GetId(), Subnet: m.GetSubnet(), Hostname: m.GetHostname(), Revision: m.GetRevision()}
	field := identifierField(m)
	var value []byte
	switch id := m.GetIdentifier().(type) {
	case *leasedv1.Reservation_Hardware:
		var hw engine.HW
		hw, err = parseHW(field, id.Hardware)
		r.Kind, value = engine.ByHardware, hw.Bytes()
	case *leasedv1.Reservation_ClientId:
		r.Kind = engine.ByClientID
		value, err = parseHex(field, id.ClientId)
	case *leasedv1.Reservation_Duid:
		r.Kind = engine.ByDUID
		value, err = parseHex(field, id.Duid)
	case *leasedv1.Reservation_CircuitId:
		r.Kind = engine.ByCircuitID
		value, err = parseRelay(field, id.CircuitId)
	case *leasedv1.Reservation_RemoteId:
		r.Kind = engine.ByRemoteID
		value, err = parseRelay(field, id.RemoteId)
	}
	switch {
	case err != nil:
		return r, err
	case byLease && r.Kind != 0:
		return r, fault.New(fault.Invalid, reasonBadIdentifier, "from_lease says which machine it is; leave the identifier out").
			On(field)
	case !byLease && len(value) == 0:
		return r, fault.New(fault.Invalid, reasonMissing, "hardware, client_id, duid, circuit_id or remote_id must be set").
			On(field)
	}
	r.Value = string(value)
	if t := m.GetAddress(); t != "" {
		if r.IP, err = parseIP("reservation.address", t); err != nil {
			return r, err
		}
	}
	if h := r.Hostname; h != engine.CleanHostname([]byte(h)) {
		return r, fault.New(fault.Invalid, reasonBadHostname, "%q is no host name: letters, digits, dashes and dots, labels of at most 63",
			h).On("reservation.hostname")
	}
	return r, nil
}

// reservationProto writes a reservation; names are those of options.
func reservationProto(r *engine.Reservation, names *option.Names) *leasedv1.Reservation {
	m := &leasedv1.Reservation{
		Id: r.ID, Subnet: r.Subnet, Address: r.IP.String(), Hostname: r.Hostname, Revision: r.Revision, Updated: unix(r.Updated),
		Source: leasedv1.Reservation_SOURCE_API,
	}
	if r.FromConfig {
		m.Source = leasedv1.Reservation_SOURCE_CONFIG
	}
	if r.Details != nil {
		putDetails(m, r.Details, names)
	}
	switch text := r.Identifier(); r.Kind {
	case engine.ByHardware:
		m.Identifier = &leasedv1.Reservation_Hardware{Hardware: text}
	case engine.ByClientID:
		m.Identifier = &leasedv1.Reservation_ClientId{ClientId: text}
	case engine.ByDUID:
		m.Identifier = &leasedv1.Reservation_Duid{Duid: text}
	case engine.ByCircuitID:
		m.Identifier = &leasedv1.Reservation_CircuitId{CircuitId: text}
	case engine.ByRemoteID:
		m.Identifier = &leasedv1.Reservation_RemoteId{RemoteId: text}
	}
	return m
}
