package service

import (
	"cmp"
	"context"
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/fault"
	"rollcall/internal/option"
	"rollcall/leased/boot"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
	leasedv1 "rollcall/proto/leased/v1"
)

// dhcpPort is the UDP port of servers (RFC 2131 §4.1).
const dhcpPort = 67

type explain struct {
	leasedv1.UnimplementedExplainServiceServer
	keeper *keeper.Keeper
}

// Explain implements ExplainService.
func (s *explain) Explain(ctx context.Context, req *leasedv1.ExplainRequest) (*leasedv1.ExplainResponse, error) {
	q, address, err := queryOf(req)
	if err != nil {
		return nil, err
	}
	var assumed *engine.Step
	e, err := s.keeper.Explain(ctx, func(st *engine.State, _ time.Time) (*engine.Query, error) {
		var err error
		if q.Link, q.VLAN, err = chooseLink(st, req.GetLink(), q.GIAddr); err != nil {
			return nil, err
		}
		if err := addOptions(q, st.Plan().Names, req); err != nil {
			return nil, err
		}
		last := latest(st.LeasesOf(q.HW))
		assumed = assume(q, last, req.GetClientId())
		place(q, last, req.GetMessage(), address)
		return q, nil
	})
	if err != nil {
		return nil, err
	}
	d := &e.Decision
	resp := &leasedv1.ExplainResponse{Answer: d.Kind.String(), Reason: string(d.Reason), Address: d.IP.String()}
	if d.Subnet != nil {
		resp.Subnet = d.Subnet.Ref
	}
	if assumed != nil {
		e.Steps = slices.Insert(e.Steps, min(1, len(e.Steps)), *assumed)
	}
	for i := range e.Steps {
		resp.Steps = append(resp.Steps, stepProto(&e.Steps[i], e.Plan.Names))
	}
	return resp, nil
}

func stepProto(s *engine.Step, names *option.Names) *leasedv1.ExplainStep {
	m := &leasedv1.ExplainStep{Subject: s.Subject, Outcome: s.Outcome, Because: s.Because}
	for _, o := range s.Options {
		def := names.ByCode(o.Code)
		m.Options = append(m.Options, &leasedv1.ExplainOption{Name: def.Name, Value: def.Text(o.Value), From: o.From})
	}
	return m
}

// queryOf makes the message that the request describes, but for what depends on the state.
func queryOf(req *leasedv1.ExplainRequest) (q *engine.Query, address engine.IP, err error) {
	q = &engine.Query{Port: uint16(cmp.Or(req.GetPort(), dhcpPort)), Type: engine.Request}
	if q.HW, err = parseHW("hardware", req.GetHardware()); err != nil {
		return nil, 0, err
	}
	switch req.GetPort() {
	case 0, dhcpPort, uint32(boot.PXEPort):
	default:
		return nil, 0, fault.New(fault.Invalid, "BAD_PORT", "machines send to port %d, or firmware to the PXE port, %d; %d is neither",
			dhcpPort, boot.PXEPort, req.GetPort()).On("port")
	}
	switch req.GetMessage() {
	case "", "DISCOVER":
		q.Type = engine.Discover
	case "INFORM":
		q.Type = engine.Inform
	case "INIT-REBOOT", "RENEW", "REBIND":
	default:
		return nil, 0, fault.New(fault.Invalid, "BAD_MESSAGE", "%q is none of DISCOVER, INIT-REBOOT, RENEW, REBIND, INFORM",
			req.GetMessage()).On("message")
	}
	if t := req.GetGiaddr(); t != "" {
		if q.GIAddr, err = parseIP("giaddr", t); err != nil {
			return nil, 0, err
		}
	}
	if t := req.GetAddress(); t != "" {
		if address, err = parseIP("address", t); err != nil {
			return nil, 0, err
		}
	}
	if t := req.GetClientId(); t != "" {
		id, err := parseHex("client_id", t)
		if err != nil {
			return nil, 0, err
		}
		q.Options = q.Options.Append(option.ClientID, id)
	}
	if t := req.GetVendorClass(); t != "" {
		q.Options = q.Options.AppendString(option.VendorClass, t)
	}
	if t := req.GetUserClass(); t != "" {
		class, err := option.ByCode(option.UserClass).Encode([]string{t})
		if err != nil {
			return nil, 0, fault.New(fault.Invalid, reasonBadOption, "%v", err).On("user_class")
		}
		q.Options = q.Options.Append(option.UserClass, class)
	}
	if t := req.GetHostname(); t != "" {
		q.Options = q.Options.AppendString(option.HostName, t)
	}
	if err := addBoot(q, req); err != nil {
		return nil, 0, err
	}
	relay, err := relayInfo(req)
	if err != nil {
		return nil, 0, err
	}
	if len(relay) > 0 {
		q.Options = q.Options.Append(option.RelayAgentInfo, relay)
	}
	return q, address, nil
}

// relayInfo makes option 82 (RFC 3046 §2.0).
func relayInfo(req *leasedv1.ExplainRequest) (info []byte, err error) {
	for _, sub := range []struct {
		code        byte
		field, text string
	}{
		{1, "circuit_id", req.GetCircuitId()},
		{2, "remote_id", req.GetRemoteId()},
		{6, "subscriber_id", req.GetSubscriberId()}, // RFC 3993
	} {
		if sub.text == "" {
			continue
		}
		value, err := parseRelay(sub.field, sub.text)
		if err != nil {
			return nil, err
		}
		info = append(append(info, sub.code, byte(len(value))), value...)
	}
	return info, nil
}

// chooseLink finds the link the message comes in on, and its tagged segment, as in engine.Query. A name such as eth1.100 is that of
// an interface, or else that of VLAN 100 of eth1.
func chooseLink(st *engine.State, name string, giaddr engine.IP) (*engine.Link, uint32, error) {
	links := st.Links()
	if name != "" {
		for base, vlan := name, uint32(0); base != ""; base, vlan = cutVID(base, vlan) {
			for _, l := range links {
				if l.Name == base || l.String() == base {
					return l, vlan, nil
				}
			}
		}
		return nil, 0, fault.New(fault.NotFound, "NO_SUCH_LINK", "no frontend that is connected has a link %q%s", name, linkNames(links)).
			On("link")
	}
	if len(links) == 0 {
		return nil, 0, fault.New(fault.NotFound, "NO_SUCH_LINK", "no frontend is connected, so there is no link to come in on").On("link")
	}
	for _, l := range links {
		if giaddr == 0 && st.Serves(l) {
			return l, 0, nil
		}
	}
	return links[0], 0, nil
}

// cutVID takes the VID off the end of a name and puts it around those that were cut off before. It returns "" where there is none
// or no room for it.
func cutVID(name string, vlan uint32) (string, uint32) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 || vlan > math.MaxUint16 {
		return "", 0
	}
	vid, err := strconv.ParseUint(name[i+1:], 10, 12)
	if err != nil || vid == 0 {
		return "", 0
	}
	return name[:i], vlan<<16 | uint32(vid)
}

func linkNames(links []*engine.Link) string {
	text := ""
	for _, l := range links {
		text += ", " + l.String()
	}
	if text == "" {
		return ""
	}
	return "; there are" + text[1:]
}

// assume gives the message the client identifier of the machine's lease where the caller named none: nearly every client sends
// one, operators know hardware addresses, and without it the machine would be taken for another one that has no lease.
func assume(q *engine.Query, last *engine.Lease, named string) *engine.Step {
	if named != "" || last == nil || len(last.ClientID) == 0 {
		return nil
	}
	q.Options = q.Options.Append(option.ClientID, last.ClientID)
	return &engine.Step{Subject: "identity", Outcome: "client-id " + hex.EncodeToString(last.ClientID),
		Because: "sent for its lease of " + last.IP.String() + "; none was given"}
}

// place puts the address where the message carries it; without one, the address that the machine has.
func place(q *engine.Query, last *engine.Lease, message string, address engine.IP) {
	if address == 0 && q.Type != engine.Discover && last != nil {
		address = last.IP
	}
	switch message {
	case "RENEW":
		q.CIAddr = address
		if len(q.Link.IPs) > 0 {
			q.Destination = q.Link.IPs[0]
		}
	case "REBIND", "INFORM":
		q.CIAddr = address
	default:
		if address != 0 {
			q.Options = q.Options.AppendUint32(option.RequestedAddress, uint32(address))
		}
	}
}
