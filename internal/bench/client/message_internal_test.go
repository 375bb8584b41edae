package client

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/insomniacslk/dhcp/dhcpv4"
)

var relay = netip.MustParseAddr("10.77.255.254")

// What is sent is what an independent decoder reads.
func TestMessages(t *testing.T) {
	buffer := func() []byte { return make([]byte, datagram) }
	for _, c := range []struct {
		name  string
		bytes []byte
		want  map[string]string
	}{
		{
			"discover", asks(message(buffer(), relay, 7, 0x000c01020304, discover)),
			map[string]string{"type": "DISCOVER", "ciaddr": "0.0.0.0", "requested": "<nil>", "server": "<nil>"},
		},
		{
			"request", selects(message(buffer(), relay, 7, 0x000c01020304, request), [4]byte{10, 77, 1, 2}, [4]byte{10, 77, 0, 1}),
			map[string]string{"type": "REQUEST", "ciaddr": "0.0.0.0", "requested": "10.77.1.2", "server": "10.77.0.1"},
		},
		{
			"renewal", renews(message(buffer(), relay, 7, 0x000c01020304, request), [4]byte{10, 77, 1, 2}),
			map[string]string{"type": "REQUEST", "ciaddr": "10.77.1.2", "requested": "<nil>", "server": "<nil>"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := dhcpv4.FromBytes(c.bytes)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{
				"type": m.MessageType().String(), "ciaddr": m.ClientIPAddr.String(),
				"requested": m.RequestedIPAddress().String(), "server": m.ServerIdentifier().String(),
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if m.GatewayIPAddr.String() != relay.String() || m.ClientHWAddr.String() != "00:0c:01:02:03:04" || m.TransactionID != [4]byte{0, 0, 0, 7} {
				t.Errorf("giaddr %s, chaddr %s, xid %s", m.GatewayIPAddr, m.ClientHWAddr, m.TransactionID)
			}
		})
	}
}

func TestParse(t *testing.T) {
	reply := func(options ...byte) []byte {
		b := message(make([]byte, datagram), relay, 9, 1, ack)[:optionsAt]
		b[0] = bootReply
		copy(b[yiaddrAt:], []byte{10, 77, 1, 2})
		return append(b, options...)
	}
	got, ok := parse(reply(optionPad, optionServerID, 4, 10, 77, 0, 1, optionType, 1, offer, optionEnd))
	if want := (answer{xid: 9, kind: offer, address: [4]byte{10, 77, 1, 2}, server: [4]byte{10, 77, 0, 1}}); !ok || got != want {
		t.Errorf("parse = %+v, %v; want %+v", got, ok, want)
	}
	for _, bad := range [][]byte{nil, reply(), reply(optionEnd), reply(optionType), reply(optionType, 9, 1), reply(optionServerID, 4, 10)} {
		if got, ok := parse(bad); ok {
			t.Errorf("parse(% x) = %+v; want nothing", bad[min(len(bad), optionsAt):], got)
		}
	}
}
