package policytest

import (
	"math"
	"strconv"

	"go.starlark.net/starlark"

	"rollcall/internal/hwaddr"
	"rollcall/leased/engine"
	"rollcall/leased/policy/value"
)

// plainReservation is that of a machine of which the test says only that it is known.
func plainReservation() *engine.Reservation {
	return &engine.Reservation{ID: "1", Kind: engine.ByHardware, Value: string(clientHW), FromConfig: true}
}

// reservation builds a reservation: what choose is given in a list, and what request.reservation is.
func (t *T) reservation(k *keywords) (starlark.Value, error) {
	r := plainReservation()
	r.ID = k.text("id", r.ID)
	r.Subnet = withSerial(k.text("subnet", ""), k.number("serial", 0, math.MaxUint32))
	r.IP = k.address("address", 0)
	r.Hostname = k.text("hostname", "")
	r.Details = &engine.Details{Classes: k.texts("classes"), Extra: k.extra("extra")}
	given := 0
	for _, by := range []struct {
		arg  string
		kind engine.IdentifierKind
		read func(string) []byte
	}{
		{"mac", engine.ByHardware, k.mac}, {"client_id", engine.ByClientID, k.octets}, {"duid", engine.ByDUID, k.octets},
		{"circuit_id", engine.ByCircuitID, k.said}, {"remote_id", engine.ByRemoteID, k.said},
	} {
		if b := by.read(by.arg); b != nil {
			r.Kind, r.Value = by.kind, string(b)
			given++
		}
	}
	if given > 1 {
		k.fail("a reservation knows its machine by one thing: leave one of mac, client_id, duid, circuit_id, remote_id")
	}
	if err := k.done(); err != nil {
		return nil, err
	}
	v := value.Candidate(r)
	t.made[v] = r
	return v, nil
}

// mac reads a hardware address of Ethernet, nil where it is left out.
func (k *keywords) mac(name string) []byte {
	text := k.text(name, "")
	if text == "" {
		return nil
	}
	a, err := hwaddr.Parse(text)
	if err != nil {
		k.fail("%s: %v", name, err)
	}
	return a[:]
}

// withSerial is the reference of a subnet: its name, and its serial where it has one.
func withSerial(name string, serial uint32) string {
	if serial == 0 {
		return name
	}
	return name + "/" + strconv.FormatUint(uint64(serial), 10)
}
