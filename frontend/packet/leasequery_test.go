package packet_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rollcall/frontend/packet"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
)

// active tells a relay whose lease 10.20.0.50 is.
func active() *packet.Reply {
	return &packet.Reply{Type: packet.LeaseActive, CIAddr: yours, HType: 1, HardwareAddr: []byte{2, 0, 0, 0, 0, 7},
		Options: option.List(nil).AppendAddr(option.ServerID, server).Append(option.RelayAgentInfo, dhcptest.CircuitID("eth0/7")).
			Append(option.ClientID, []byte{1, 2, 0, 0, 0, 0, 7}).AppendUint32(option.LeaseTime, 1800).AppendUint32(option.ClientLastTransaction, 60)}
}

// The answer is about another client than the one who asks, and returns nothing of the question but how to find back.
func TestAppendReplyLeaseQuery(t *testing.T) {
	asked := leaseQuery(dhcptest.Ciaddr("10.20.0.50"), dhcptest.ClientID("0a0b"), dhcptest.RelayInfo(dhcptest.CircuitID("the relay's")))
	unassigned := &packet.Reply{Type: packet.LeaseUnassigned, CIAddr: yours}
	tests := []struct {
		name   string
		r      *packet.Reply
		chaddr string
		hlen   byte
		want   map[uint8][]byte
		order  []option.Code
	}{
		{"active", active(), "02:00:00:00:00:07", 6, map[uint8][]byte{53: {13}, 54: {10, 20, 0, 1}, 51: {0, 0, 7, 8}, 91: {0, 0, 0, 60},
			61: {1, 2, 0, 0, 0, 0, 7}, 82: dhcptest.CircuitID("eth0/7")}, []option.Code{53, 54, 51, 91, 61, 82, 255}},
		{"unassigned", unassigned, "", 0, map[uint8][]byte{53: {11}}, []option.Code{53, 255}},
		{"unknown", &packet.Reply{Type: packet.LeaseUnknown, CIAddr: yours}, "", 0, map[uint8][]byte{53: {12}}, []option.Code{53, 255}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, dropped := packet.AppendReply(nil, parse(t, asked), tt.r)
			got := dhcptest.Parse(t, b)
			if got.CIAddr != yours || !got.YIAddr.IsUnspecified() || got.GIAddr != netip.MustParseAddr("10.1.0.1") || got.Flags != 0 ||
				got.CHAddr != tt.chaddr || b[2] != tt.hlen || dropped != 0 || len(b) != packet.MinSize {
				t.Errorf("dropped %d, size %d, header %+v", dropped, len(b), got)
			}
			if diff := cmp.Diff(tt.want, got.Options); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
			if _, order := clientView(t, b); cmp.Diff(tt.order, order) != "" {
				t.Errorf("order %v, want %v", order, tt.order)
			}
		})
	}
}

func TestAppendReplyLeaseQueryHardwareAddr(t *testing.T) {
	r := active()
	r.HType, r.HardwareAddr = 32, make([]byte, 40)
	b, _ := packet.AppendReply(nil, parse(t, leaseQuery()), r)
	if b[1] != 32 || b[2] != 16 {
		t.Errorf("htype %d, hlen %d; want 32 and what the field holds", b[1], b[2])
	}
}
