package conformance_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"rollcall/leased/engine"
)

// advance lets time pass second by second, as the keeper does.
func (s *rules) advance(d time.Duration) error {
	for end := s.now.Add(d); s.now.Before(end); {
		s.now = s.now.Add(min(max(time.Second, d/5000), end.Sub(s.now)))
		for more := true; more; {
			var c engine.Commit
			c, more = s.state.Expire(s.now, 100)
			s.commit(&c)
		}
	}
	return s.state.Check()
}

// setClock sets the wall clock; what lives by time is moved along, as the keeper does.
func (s *rules) setClock(by time.Duration) error {
	s.now = s.now.Add(by)
	s.commit(&engine.Commit{Leases: s.state.Shift(by)})
	return s.state.Check()
}

// reserve reads the reservation as the configuration would, and adds it as the API does.
func (s *rules) reserve(r map[string]any, of string) error {
	file, err := s.kase.configuration(change{Leased: map[string]any{"reservations": []any{r}}})
	if err != nil {
		return err
	}
	p, err := planOf(file)
	if err != nil {
		return err
	}
	res := *p.Roll[0]
	res.FromConfig = false
	return s.enrol(res, of)
}

// enrol adds a reservation, or replaces the one of an address.
func (s *rules) enrol(res engine.Reservation, of string) error {
	if of == "" {
		s.ids++
		res.ID = fmt.Sprint(s.ids)
	} else {
		old := s.state.ReservationOf(engine.IPOf(netip.MustParseAddr(of)))
		if old == nil {
			return fmt.Errorf("%s is not reserved", of)
		}
		res.ID, res.Revision = old.ID, old.Revision
	}
	added, c, err := s.state.Enrol(res, s.now)
	if err != nil {
		return err
	}
	s.state.PutReservation(added)
	s.commit(&c)
	return s.state.Check()
}

func (s *rules) unreserve(address string) error {
	r := s.state.ReservationOf(engine.IPOf(netip.MustParseAddr(address)))
	if r == nil {
		return fmt.Errorf("%s is not reserved", address)
	}
	r, c, err := s.state.Strike(r.ID, 0, s.now)
	if err != nil {
		return err
	}
	s.state.DropReservation(r)
	s.commit(&c)
	return s.state.Check()
}

func (s *rules) reload(file []byte) error {
	p, asked, err := s.kase.rulesOf(file)
	if err != nil {
		return err
	}
	s.state.Replan(p)
	s.policy = asked
	s.attach()
	return s.state.Check()
}

func (s *rules) restart(how string) error {
	if how == "wipe" {
		clear(s.disk)
		clear(s.roll)
		clear(s.done)
	}
	return s.boot(s.state.Plan())
}

func (s *rules) lease(address string) (map[string]string, error) {
	l := s.state.Lease(engine.IPOf(netip.MustParseAddr(address)))
	if l == nil {
		return map[string]string{"state": "none"}, nil
	}
	return map[string]string{
		"state": strings.ToLower(l.State.String()), "hardware": l.HW.String(), "hostname": l.Hostname, "subnet": l.Subnet,
		"client_id": fmt.Sprintf("%x", l.ClientID), "relay": relayOf(l),
	}, nil
}

func relayOf(l *engine.Lease) string {
	if l.Giaddr == 0 {
		return ""
	}
	return l.Giaddr.String()
}

func (s *rules) told(kind string, _ *int) (int, error) { return s.events[kind], nil }

func (s *rules) tcp(string, []byte) ([]*reply, error) {
	return nil, errors.New("there is no TCP without a process")
}

func (s *rules) abuse(string) error { return errors.New("nothing listens without a process") }

// boots lets a machine tell that it is done or has fetched a file, or the operator that it may try again.
func (s *rules) boots(what string) error {
	list := strings.Fields(what)
	mac, err := net.ParseMAC(machine(list[1]))
	if err != nil {
		return err
	}
	hw := engine.HWOf(1, mac)
	var c engine.Commit
	switch list[0] {
	case "finish":
		c, _ = s.state.FinishBoot(hw, s.now)
	case "restart":
		c, _ = s.state.RestartBoot(hw, s.now)
	case "fetched":
		s.state.BootProgress(hw, list[2])
	default:
		return fmt.Errorf("nothing is called %q", list[0])
	}
	s.commit(&c)
	return s.state.Check()
}
