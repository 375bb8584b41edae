package policytest

import (
	"go.starlark.net/starlark"

	"rollcall/internal/config"
	"rollcall/internal/event"
	"rollcall/leased/engine"
)

// event builds what a hook event is given.
func (t *T) event(k *keywords, kind string) (starlark.Value, error) {
	e := &engine.Event{
		Sequence: 1, Kind: eventKind(k, kind), Time: k.moment("time", noon).UnixMicro(), Reason: k.text("reason", ""),
		Link: k.text("link", "gate/eth1"), Subnet: k.text("subnet", ""), IP: k.address("address", 0), Previous: k.address("previous", 0),
		LeaseTime: k.number("lease_time", 0, engine.Infinite), Pool: k.text("pool", ""), Reservation: k.text("reservation", ""),
		Extra: k.extra("extra"),
	}
	if k.has("expires") {
		e.Expires = k.moment("expires", noon).Unix()
	}
	k.known = append(k.known, "expires")
	e.Machine = &engine.Machine{
		HW: k.hardware(), ClientID: k.octets("client_id"), Hostname: k.text("hostname", ""), VendorClass: []byte(k.text("vendor_class", "")),
		Giaddr: k.address("relay", 0), CircuitID: k.said("circuit_id"), RemoteID: k.said("remote_id"),
	}
	if err := k.done(); err != nil {
		return nil, err
	}
	return t.context(plainMessage(engine.Discover)).Event(e), nil
}

func eventKind(k *keywords, kind string) event.Kind {
	var all []string
	for _, known := range event.Kinds() {
		if string(known) == kind {
			return known
		}
		all = append(all, string(known))
	}
	if near := config.Nearest(kind, all); near != "" {
		k.fail("%q is no kind of event; did you mean %q?", kind, near)
	}
	k.fail("%q is no kind of event; the first of them are %q and %q", kind, event.ClientUnknown, event.LeaseGranted)
	return ""
}
