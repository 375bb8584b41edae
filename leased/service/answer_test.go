package service_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"rollcall/internal/option"
	"rollcall/leased/leasedtest"
	leasedv1 "rollcall/proto/leased/v1"
)

// A frontend learns all that a reply says, and nothing that it must not say.
func TestAnswers(t *testing.T) {
	f := leasedtest.Start(t, strings.Replace(leasedtest.Floor, "  authoritative: true\n", `
  authoritative: true
  bootp: true
  echo_client_id: false
  leasequery: {allow: [10.20.0.1]}
  boot: {server: 10.20.0.9, server_name: boot1, file: pxelinux.0}
`, 1)).Connect(t, "gate")
	bootRequest := leasedtest.Discover(testbox)
	bootRequest.Type, bootRequest.Options = 0, nil
	lost := leasedtest.Renew(other, lobbyServer.Next())
	lost.Ciaddr = 0x0a000001
	f.Lease(testbox)
	about := func(ip uint32) *leasedv1.Query {
		q := leasedtest.Discover(testbox)
		q.Type, q.Htype, q.Chaddr, q.Giaddr, q.Ciaddr = 10, 0, nil, 0x0a140001, ip
		q.Options = option.List{}.AppendUint8(option.MessageType, 10)
		return q
	}
	ignored := protocmp.IgnoreFields(&leasedv1.Answer{}, "id", "options")
	for _, tt := range []struct {
		name string
		ask  *leasedv1.Query
		want *leasedv1.Answer
	}{
		{"offer", leasedtest.Discover(testbox), &leasedv1.Answer{Kind: leasedv1.Answer_KIND_OFFER, Yiaddr: 0x0a1400c8, Siaddr: 0x0a140009,
			Sname: "boot1", File: "pxelinux.0", OmitClientId: true}},
		{"bootp", bootRequest, &leasedv1.Answer{Kind: leasedv1.Answer_KIND_ACK, Yiaddr: 0x0a1400c8, Siaddr: 0x0a140009,
			Sname: "boot1", File: "pxelinux.0", OmitClientId: true}},
		{"nak", lost, &leasedv1.Answer{Kind: leasedv1.Answer_KIND_NAK, Reason: "wrong-network", OmitClientId: true}},
		{"active", about(0x0a1400c8), &leasedv1.Answer{Kind: leasedv1.Answer_KIND_LEASEACTIVE, OmitClientId: true,
			Ciaddr: 0x0a1400c8, Htype: 1, Chaddr: []byte{0x08, 0x00, 0x27, 0x2c, 0x49, 0x4b}}},
		{"unassigned", about(0x0a630040), &leasedv1.Answer{Kind: leasedv1.Answer_KIND_LEASEUNASSIGNED, Ciaddr: 0x0a630040, OmitClientId: true}},
		{"unknown", about(0x01010101), &leasedv1.Answer{Kind: leasedv1.Answer_KIND_LEASEUNKNOWN, OmitClientId: true}},
		{"the next drop", leasedtest.Release(other, lobbyServer.Next(), lobbyServer), &leasedv1.Answer{Kind: leasedv1.Answer_KIND_DROP,
			Reason: "not-holder", OmitClientId: true}},
	} {
		if diff := cmp.Diff(tt.want, f.Ask(tt.ask)[0], protocmp.Transform(), ignored); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
