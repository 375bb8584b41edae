package service

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"rollcall/internal/fault"
	"rollcall/internal/hwaddr"
	"rollcall/leased/engine"
	leasedv1 "rollcall/proto/leased/v1"
)

// Reasons of faults in requests.
const (
	reasonBadAddress    = "BAD_ADDRESS"
	reasonBadHardware   = "BAD_HARDWARE"
	reasonBadIdentifier = "BAD_IDENTIFIER"
	reasonBadHostname   = "BAD_HOSTNAME"
	reasonBadPageToken  = "BAD_PAGE_TOKEN"
	reasonMissing       = "MISSING"
	reasonNoSuchLease   = "NO_SUCH_LEASE"
	reasonBadOption     = "BAD_OPTION"
	reasonBadBoot       = "BAD_BOOT"
	reasonBadExtra      = "BAD_EXTRA"
	reasonNoSuchClass   = "NO_SUCH_CLASS"
)

// parseIP reads an IPv4 address of a host. 0.0.0.0 is none: behind this line it stands for no address.
func parseIP(field, text string) (engine.IP, error) {
	a, err := netip.ParseAddr(text)
	if err != nil || !a.Is4() || a.IsUnspecified() {
		return 0, fault.New(fault.Invalid, reasonBadAddress, "%q is no IPv4 address, such as 10.20.0.5", text).On(field)
	}
	return engine.IPOf(a), nil
}

// parseHW reads an Ethernet address in any common notation.
func parseHW(field, text string) (engine.HW, error) {
	a, err := hwaddr.Parse(text)
	if err != nil {
		return engine.HW{}, fault.New(fault.Invalid, reasonBadHardware, "%v", err).On(field)
	}
	return engine.HWOf(1, a[:]), nil
}

// parseHWFilter reads the field hardware of a request that may do without; nil where it is empty.
func parseHWFilter(text string) (*engine.HW, error) {
	if text == "" {
		return nil, nil
	}
	hw, err := parseHW("hardware", text)
	return &hw, err
}

// parseHex reads octets in hexadecimal, with or without colons.
func parseHex(field, text string) ([]byte, error) {
	b, err := hex.DecodeString(strings.NewReplacer(":", "", "-", "").Replace(strings.TrimPrefix(text, "hex:")))
	if err != nil || len(b) == 0 || len(b) > 255 {
		return nil, fault.New(fault.Invalid, reasonBadIdentifier, "%q is not 1 to 255 octets in hexadecimal, such as 01:52:54:00:12:34:56",
			text).On(field)
	}
	return b, nil
}

// parseRelay reads a circuit or remote id: text, or hexadecimal after "hex:".
func parseRelay(field, text string) ([]byte, error) {
	if strings.HasPrefix(text, "hex:") {
		return parseHex(field, text)
	}
	if len(text) > 255 {
		return nil, fault.New(fault.Invalid, reasonBadIdentifier, "%d octets; at most 255", len(text)).On(field)
	}
	return []byte(text), nil
}

func hexText(b []byte) string { return hex.EncodeToString(b) }

// unix returns a timestamp, absent for 0 and for what never comes.
func unix(sec int64) *timestamppb.Timestamp {
	if sec == 0 || sec == engine.Never {
		return nil
	}
	return &timestamppb.Timestamp{Seconds: sec}
}

// printable renders octets of a client as text that is safe to show.
func printable(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return engine.RelayText(b)
}

func leaseProto(l *engine.Lease, now int64) *leasedv1.Lease {
	circuitID, remoteID := l.RelayIDs()
	m := &leasedv1.Lease{
		Address: l.IP.String(), Subnet: l.Subnet, Hardware: l.HW.String(), ClientId: hexText(l.ClientID), Hostname: l.Hostname,
		Started: unix(l.Started), Cltt: unix(l.CLTT), Expires: unix(l.Expires), Renewals: l.Renewals, FoundByArp: l.FoundByARP,
		Reserved: l.Reservation != "", VendorClass: printable(l.VendorClass), Relay: l.Giaddr.String(),
		CircuitId: printable(circuitID), RemoteId: printable(remoteID), Revision: l.Revision,
		State: leaseState(l, now), Reservation: l.Reservation,
	}
	return m
}

// leaseState returns the state as of now: what has just run out is expired, though the disk does not say so yet.
func leaseState(l *engine.Lease, now int64) leasedv1.LeaseState {
	switch {
	case l.State == engine.Active && l.Expires <= now:
		return leasedv1.LeaseState_LEASE_STATE_EXPIRED
	case l.State == engine.Declined && l.Expires <= now:
		return leasedv1.LeaseState_LEASE_STATE_RELEASED
	}
	return leasedv1.LeaseState(l.State)
}

func eventProto(e *engine.Event, v vendors) *leasedv1.Event {
	m := &leasedv1.Event{
		Sequence: e.Sequence, Time: timestamppb.New(time.UnixMicro(e.Time)), Kind: string(e.Kind), Link: e.Link, Subnet: e.Subnet,
		Address: e.IP.String(), Expires: unix(e.Expires), Reason: e.Reason, Pool: e.Pool, Reservation: e.Reservation,
		PreviousAddress: e.Previous.String(), Extra: e.Extra, Annotations: e.Annotations,
	}
	if e.LeaseTime != 0 {
		m.LeaseTime = durationpb.New(time.Duration(e.LeaseTime) * time.Second)
	}
	if b := e.Boot; b != nil {
		m.Boot = &leasedv1.BootInfo{
			Firmware: b.Firmware, File: b.File, Server: b.Server, Stage: b.Stage, Uuid: b.UUID, Ipxe: b.IPXE, Rule: b.Rule,
			Port: uint32(b.Port),
		}
	}
	if w := e.Machine; w != nil {
		m.Machine = &leasedv1.Machine{
			Hardware: w.HW.String(), Randomised: hwaddr.Randomised(w.HW.Octets[:w.HW.Len]), ClientId: hexText(w.ClientID),
			Hostname: w.Hostname, VendorClass: printable(w.VendorClass), Relay: w.Giaddr.String(), CircuitId: printable(w.CircuitID),
			RemoteId: printable(w.RemoteID), Vendor: v.of(w.HW),
		}
	}
	return m
}

// pageSize bounds what a caller asks for.
func pageSize(asked int32) int {
	switch {
	case asked <= 0:
		return 100
	case asked > 1000:
		return 1000
	}
	return int(asked)
}
