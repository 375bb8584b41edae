package service

import (
	"context"
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"rollcall/internal/event"
	"rollcall/internal/fault"
	"rollcall/internal/hwaddr"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
	"rollcall/leased/timeline"
	leasedv1 "rollcall/proto/leased/v1"
)

const (
	// maxServers is how many other servers are remembered.
	maxServers = 256
	// sayAgain is how long after an event about a server another one may follow.
	sayAgain = time.Hour
	// sayMost bounds these events, in as long: anybody can write replies of servers that there are not, and the log is for more than them.
	sayMost = 64
)

// Reasons of server.foreign.
const (
	reasonForeignDHCP  = "dhcp-server"
	reasonForeignProxy = "proxy-dhcp-server"
)

// foreignServers are the other servers on the links of frontends.
type foreignServers struct {
	began time.Time // when leased did

	mu    sync.Mutex
	known map[serverKey]*foreignServer
	since time.Time // when said was 0
	said  int       // events since then
}

// serverKey tells servers apart: one that gives addresses and one that names boot files are two, be they one machine.
type serverKey struct {
	ip    engine.IP
	link  string
	proxy bool
}

type foreignServer struct {
	serverKey
	hardware, file, client string
	first, last, said      time.Time
	count                  uint64
}

// seen takes a sighting and reports whether an event should tell of it.
func (f *foreignServers) seen(key serverKey, x *sighting, now time.Time) (tell bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.known[key]
	if s == nil {
		if len(f.known) >= maxServers {
			f.forgetOne()
		}
		s = &foreignServer{serverKey: key, first: now}
		f.known[key] = s
	}
	s.hardware, s.file, s.client, s.last = x.Hardware, x.File, x.client.String(), now
	s.count++
	if now.Sub(f.since) >= sayAgain {
		f.since, f.said = now, 0
	}
	if tell = f.said < sayMost && (s.said.IsZero() || now.Sub(s.said) >= sayAgain); tell {
		s.said = now
		f.said++
	}
	return tell
}

// forgetOne forgets the server that was not seen for the longest time. The lock is held.
func (f *foreignServers) forgetOne() {
	var oldest *foreignServer
	for _, s := range f.known {
		if oldest == nil || s.last.Before(oldest.last) {
			oldest = s
		}
	}
	delete(f.known, oldest.serverKey)
}

// ListServers implements BootService.
func (s *boots) ListServers(context.Context, *leasedv1.ListServersRequest) (*leasedv1.ListServersResponse, error) {
	f := s.servers
	f.mu.Lock()
	defer f.mu.Unlock()
	resp := &leasedv1.ListServersResponse{}
	for _, s := range f.known {
		resp.Servers = append(resp.Servers, &leasedv1.ForeignServer{
			Address: s.ip.String(), Hardware: s.hardware, Link: s.link, Proxy: s.proxy, File: s.file, First: timestamppb.New(s.first),
			Last: timestamppb.New(s.last), Count: s.count, Client: s.client,
		})
	}
	slices.SortFunc(resp.Servers, func(a, b *leasedv1.ForeignServer) int { return b.GetLast().AsTime().Compare(a.GetLast().AsTime()) })
	return resp, nil
}

// sighting is one of a report.
type sighting struct {
	timeline.Sighting
	ip     engine.IP
	link   string
	client engine.HW
}

func sightingsOf(list []*leasedv1.Sighting) ([]sighting, error) {
	const field = "sightings"
	var sightings []sighting
	for _, m := range list {
		x := sighting{link: clean(m.GetLink()), Sighting: timeline.Sighting{
			Time: timeOf(m.GetTime()), File: clean(m.GetFile()), Message: clean(m.GetMessage()), Proxy: m.GetProxy(),
		}}
		var err error
		if x.ip, err = parseIP(field+".server", m.GetServer()); err != nil {
			return nil, fault.New(fault.Invalid, reasonBadReport, "%q is no address of a server", m.GetServer()).On(field + ".server")
		}
		x.Server = x.ip.String()
		if hw, err := hwaddr.Parse(m.GetServerHardware()); err == nil {
			x.Hardware = engine.HWOf(1, hw[:]).String()
		}
		if hw, err := hwaddr.Parse(m.GetClient()); err == nil {
			x.client = engine.HWOf(1, hw[:])
		}
		sightings = append(sightings, x)
	}
	return sightings, nil
}

// takeSighting notes another server. It returns the event that tells of it, nil for none.
func (s *boots) takeSighting(st *engine.State, x *sighting, frontend string, now time.Time) *engine.Event {
	// What waited while leased was away may be of frontends that have not come back yet.
	if st.Ours(x.ip) || !x.Time.IsZero() && x.Time.Before(s.servers.began) {
		return nil
	}
	s.timeline.Saw(x.client, &x.Sighting, now)
	key := serverKey{ip: x.ip, link: frontend + "/" + x.link, proxy: x.Proxy}
	if !s.servers.seen(key, x, now) || !x.Proxy && ofAnother(st, x.ip) {
		return nil
	}
	e := &engine.Event{Time: now.UnixMicro(), Kind: event.ServerForeign, Link: key.link, IP: x.ip, Reason: reasonForeignDHCP}
	if x.Proxy {
		e.Reason = reasonForeignProxy
	}
	if sub := st.Plan().SubnetOf(x.ip); sub != nil {
		e.Subnet = sub.Ref
	}
	if hw, err := hwaddr.Parse(x.Hardware); err == nil {
		e.Machine = &engine.Machine{HW: engine.HWOf(1, hw[:])}
	}
	if x.File != "" {
		e.Boot = &engine.BootInfo{File: x.File}
	}
	return e
}

// ofAnother reports whether another server is meant to give the addresses of the subnet of ip: its role is proxy.
func ofAnother(st *engine.State, ip engine.IP) bool {
	sub := st.Plan().SubnetOf(ip)
	return sub != nil && sub.Scope.Boot != nil && sub.Scope.Boot.Role.V == boot.Proxy
}
