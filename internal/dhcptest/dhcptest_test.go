package dhcptest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/insomniacslk/dhcp/dhcpv4"

	"rollcall/internal/dhcptest"
)

const mac = "02:00:00:00:00:01"

// The messages are those of RFC 2131 Table 5: which of ciaddr, 50 and 54 each
// carries.
func TestQueries(t *testing.T) {
	type fields struct{ Type, CIAddr, Requested, Server string }
	tests := []struct {
		name string
		in   []byte
		want fields
	}{
		{"discover", dhcptest.Discover(mac), fields{"DISCOVER", "0.0.0.0", "<nil>", "<nil>"}},
		{"request", dhcptest.Request(mac, "10.0.0.5", "10.0.0.1"), fields{"REQUEST", "0.0.0.0", "10.0.0.5", "10.0.0.1"}},
		{"reboot", dhcptest.Reboot(mac, "10.0.0.5"), fields{"REQUEST", "0.0.0.0", "10.0.0.5", "<nil>"}},
		{"renew", dhcptest.Renew(mac, "10.0.0.5"), fields{"REQUEST", "10.0.0.5", "<nil>", "<nil>"}},
		{"release", dhcptest.Release(mac, "10.0.0.5", "10.0.0.1"), fields{"RELEASE", "10.0.0.5", "<nil>", "10.0.0.1"}},
		{"decline", dhcptest.Decline(mac, "10.0.0.5", "10.0.0.1"), fields{"DECLINE", "0.0.0.0", "10.0.0.5", "10.0.0.1"}},
		{"inform", dhcptest.Inform(mac, "10.0.0.5"), fields{"INFORM", "10.0.0.5", "<nil>", "<nil>"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := dhcpv4.FromBytes(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			got := fields{m.MessageType().String(), m.ClientIPAddr.String(), m.RequestedIPAddress().String(), m.ServerIdentifier().String()}
			if diff := cmp.Diff(tt.want, got); diff != "" || m.ClientHWAddr.String() != mac {
				t.Errorf("from %v (-want +got):\n%s", m.ClientHWAddr, diff)
			}
		})
	}
}

func TestParse(t *testing.T) {
	q, err := dhcpv4.FromBytes(dhcptest.Discover(mac))
	if err != nil {
		t.Fatal(err)
	}
	offer, err := dhcpv4.NewReplyFromRequest(q, dhcpv4.WithMessageType(dhcpv4.MessageTypeOffer), dhcpv4.WithLeaseTime(3600),
		dhcpv4.WithServerIP([]byte{10, 0, 0, 1}), dhcpv4.WithOption(dhcpv4.OptServerIdentifier([]byte{10, 0, 0, 1})),
		dhcpv4.WithOption(dhcpv4.OptRouter([]byte{10, 0, 0, 1}, []byte{10, 0, 0, 2})))
	if err != nil {
		t.Fatal(err)
	}
	r := dhcptest.Parse(t, offer.ToBytes())
	if r.Type != "OFFER" || r.XID != dhcptest.DefaultXID || r.CHAddr != mac || r.SIAddr.String() != "10.0.0.1" {
		t.Errorf("reply %+v", r)
	}
	if got := r.Addrs(3); len(got) != 2 || got[1].String() != "10.0.0.2" || r.ServerID().String() != "10.0.0.1" || r.Duration(51) != time.Hour {
		t.Errorf("routers %v, server %v, lease %v", got, r.ServerID(), r.Duration(51))
	}
}
