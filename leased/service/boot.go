package service

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"rollcall/internal/fault"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	"rollcall/leased/store"
	"rollcall/leased/timeline"
	leasedv1 "rollcall/proto/leased/v1"
)

type boots struct {
	leasedv1.UnimplementedBootServiceServer
	keeper   *keeper.Keeper
	store    *store.Store
	timeline *timeline.Timeline
	servers  *foreignServers
}

const (
	reasonNoBoot   = "NO_BOOT"
	reasonBadState = "BAD_STATE"
	// mostBoots is how many boots of a machine are shown at most.
	mostBoots = 16
)

// Machine implements BootService.
func (s *boots) Machine(ctx context.Context, req *leasedv1.MachineRequest) (*leasedv1.MachineResponse, error) {
	var ip engine.IP
	var hw engine.HW
	var err error
	if t := req.GetAddress(); t != "" {
		if ip, err = parseIP("address", t); err != nil {
			return nil, err
		}
	}
	if t := req.GetHardware(); t != "" {
		if hw, err = parseHW("hardware", t); err != nil {
			return nil, err
		}
	}
	var m engine.BootMachine
	err = s.keeper.View(ctx, func(st *engine.State, now time.Time) {
		m = st.BootMachine(ip, s.machineAt(st, now, ip, hw), req.GetFrontend(), now)
	})
	if err != nil {
		return nil, err
	}
	resp := &leasedv1.MachineResponse{
		Address: req.GetAddress(), Hostname: m.Hostname, Subnet: m.Subnet, Netboot: m.Netboot.String(),
		Reason: string(m.Answer.Reason), ReasonText: m.Answer.Reason.Text(), Script: m.Answer.Name,
	}
	if !m.HW.IsZero() {
		resp.Hardware = m.HW.String()
	}
	if m.IP != 0 {
		resp.Address = m.IP.String()
	}
	if r := m.Reservation; r != nil {
		resp.Reservation = r.ID
		if r.Details != nil {
			resp.Extra = r.Details.Extra
		}
	}
	for _, run := range s.timeline.Show(m.HW, 1, time.Now()) {
		resp.Uuid, resp.Firmware = run.UUID, run.Firmware
	}
	return resp, nil
}

// machineAt returns the machine that has an address: by its lease, or by what it said on the PXE port; else the one that is named, unless
// that has an address of ours. Anybody can name anything, and is not to speak for a machine that is known to be elsewhere. A lease of
// before another server gave the addresses of its subnet says nothing.
func (s *boots) machineAt(st *engine.State, now time.Time, ip engine.IP, named engine.HW) engine.HW {
	if ip != 0 {
		if l := st.Lease(ip); l != nil && l.Holds(now.Unix()) && !l.HW.IsZero() {
			return l.HW
		}
		if hw, ok := s.timeline.HardwareAt(ip); ok {
			return hw
		}
	}
	if slices.ContainsFunc(st.LeasesOf(named), func(l *engine.Lease) bool { return l.Holds(now.Unix()) && !ofAnother(st, l.IP) }) {
		return engine.HW{}
	}
	return named
}

// Show implements BootService.
func (s *boots) Show(ctx context.Context, req *leasedv1.ShowRequest) (*leasedv1.ShowResponse, error) {
	hw, err := parseHW("hardware", req.GetHardware())
	if err != nil {
		return nil, err
	}
	runs := s.timeline.Show(hw, min(max(int(req.GetBoots()), 1), mostBoots), time.Now())
	if len(runs) == 0 {
		return nil, fault.New(fault.NotFound, reasonNoBoot, "%v has not booted from the network since leased was started; "+
			"`rollcall event list --machine %v` goes further back", hw, hw).On("hardware")
	}
	names, err := s.names(ctx, runs)
	if err != nil {
		return nil, err
	}
	resp := &leasedv1.ShowResponse{Hardware: hw.String()}
	for i := range runs {
		resp.Runs = append(resp.Runs, runProto(&runs[i], names[i]))
	}
	return resp, nil
}

// List implements BootService.
func (s *boots) List(ctx context.Context, req *leasedv1.BootServiceListRequest) (*leasedv1.BootServiceListResponse, error) {
	state := timeline.State(req.GetState())
	if state != "" && !isState(state) {
		return nil, fault.New(fault.Invalid, reasonBadState, "%q is none of %s", state, stateNames()).On("state")
	}
	runs := s.timeline.List(state, pageSize(req.GetLimit()), time.Now())
	names, err := s.names(ctx, runs)
	if err != nil {
		return nil, err
	}
	resp := &leasedv1.BootServiceListResponse{}
	for i := range runs {
		r := &runs[i]
		if r.Cause == timeline.NoCause {
			r.Words = ""
		}
		resp.Machines = append(resp.Machines, &leasedv1.BootSummary{
			Hardware: r.HW.String(), Machine: names[i], Address: r.IP.String(), Firmware: r.Firmware, State: string(r.State),
			Last: lastOf(&r.Last), Began: timestamppb.New(r.Began), Seen: timestamppb.New(r.Seen), Cause: r.Words, Reason: string(r.Cause),
		})
	}
	return resp, nil
}

// lastOf says what happened last.
func lastOf(s *timeline.Step) string {
	text := string(s.What)
	if s.Detail != "" {
		text += " " + s.Detail
	}
	if s.Result != "" && s.Result != timeline.Complete {
		text += ", " + string(s.Result)
	}
	return text
}

// namesAtOnce is how many machines are looked up while packets wait.
const namesAtOnce = 64

// names returns what people call the machines of runs.
func (s *boots) names(ctx context.Context, runs []timeline.Run) ([]string, error) {
	names := make([]string, 0, len(runs))
	for len(names) < len(runs) {
		err := s.keeper.View(ctx, func(st *engine.State, _ time.Time) {
			for range min(namesAtOnce, len(runs)-len(names)) {
				names = append(names, nameOf(st, runs[len(names)].HW))
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}

// nameOf returns the host name of a machine, or else the id of its reservation.
func nameOf(st *engine.State, hw engine.HW) string {
	var id string
	if l := latest(st.LeasesOf(hw)); l != nil {
		if l.Hostname != "" {
			return l.Hostname
		}
		id = l.Reservation
	}
	for _, n := range st.Plan().Networks {
		if r := st.ReservedFor(n.Subnets[0], engine.ByHardware, string(hw.Octets[:hw.Len])); r != nil && hw.Type == 1 {
			if r.Hostname != "" {
				return r.Hostname
			}
			id = r.ID
		}
	}
	if id != "" {
		return "reservation " + id
	}
	return ""
}

// Finish implements BootService.
func (s *boots) Finish(ctx context.Context, req *leasedv1.FinishRequest) (*leasedv1.FinishResponse, error) {
	hw, err := parseHW("hardware", req.GetHardware())
	if err != nil {
		return nil, err
	}
	resp := &leasedv1.FinishResponse{}
	err = s.keeper.Change(ctx, func(st *engine.State, now time.Time) (c engine.Commit, _ error) {
		c, resp.Changed = st.FinishBoot(hw, now)
		return c, nil
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// Restart implements BootService.
func (s *boots) Restart(ctx context.Context, req *leasedv1.RestartRequest) (*leasedv1.RestartResponse, error) {
	hw, err := parseHW("hardware", req.GetHardware())
	if err != nil {
		return nil, err
	}
	resp := &leasedv1.RestartResponse{}
	err = s.keeper.Change(ctx, func(st *engine.State, now time.Time) (c engine.Commit, _ error) {
		c, resp.Changed = st.RestartBoot(hw, now)
		return c, nil
	})
	if err != nil {
		return nil, err
	}
	s.timeline.Restarted(hw)
	return resp, nil
}

func runProto(r *timeline.Run, name string) *leasedv1.BootRun {
	m := &leasedv1.BootRun{
		State: string(r.State), Remedy: r.Remedy, Code: r.Code, Reason: string(r.Cause), Firmware: r.Firmware,
		Uuid: r.UUID, Address: r.IP.String(), Machine: name, LeftOut: int32(r.LeftOut),
	}
	if m.Cause = r.Words; r.Cause == timeline.NoCause {
		m.Cause, m.Outcome = "", r.Words
	}
	for i := range r.Steps {
		s := &r.Steps[i]
		step := &leasedv1.BootStep{
			Time: timestamppb.New(s.Time), What: string(s.What), Detail: s.Detail, Because: s.Because, Reason: s.Reason, Octets: s.Octets,
			Result: string(s.Result), Count: s.Count,
		}
		if s.Duration > 0 {
			step.Duration = durationpb.New(s.Duration)
		}
		m.Steps = append(m.Steps, step)
	}
	return m
}
