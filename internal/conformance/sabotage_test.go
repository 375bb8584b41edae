package conformance_test

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"
)

// saboteur is a server whose answers are spoilt on their way.
type saboteur struct {
	server
	spoil func(r *reply)
}

func (s *saboteur) exchange(q *query, silent bool) (*reply, error) {
	r, err := s.server.exchange(q, silent)
	if err == nil && r != nil && r.payload != nil {
		s.spoil(r)
	}
	return r, err
}

// TestSabotage: answers that firmware cannot use do not pass for good ones, though the case says nothing of what is wrong with them.
func TestSabotage(t *testing.T) {
	uefi := []step{
		{Send: "discover as=uefi mac=B", Want: "offer boots=tftp://$S/ipxe.efi"},
		{Send: "request as=uefi mac=B 50=192.168.50.11 54=$S", Want: "ack"},
	}
	bios := []step{{Send: "discover as=bios mac=B", Want: "offer boots=tftp://$S/undionly.kpxe"}}
	port := []step{{Send: "request as=ipxe mac=B ciaddr=192.168.50.77 54=$S src=192.168.50.77:68 dst=$S:4011", Want: "ack"}}
	for _, tt := range []struct {
		name  string
		steps []step
		spoil func(r *reply)
	}{
		{"siaddr", uefi, func(r *reply) { r.payload[23]++ }},
		{"file in the acknowledgement", uefi, func(r *reply) {
			if bytes.Contains(r.payload, []byte{53, 1, 5}) {
				clear(r.payload[108:236])
			}
		}},
		{"no zero in 67", uefi, replace("\x43\x09ipxe.efi\x00", "\x43\x09ipxe.efix")},
		{"an empty boot file", uefi, replace("\x43\x09ipxe.efi\x00", "\x43\x00")},
		{"class without 43", uefi, replace("\x43\x09ipxe.efi\x00", "\x43\x09ipxe.efi\x00\x3c\x09PXEClient")},
		{"chaddr", uefi, func(r *reply) { r.payload[33]++ }},
		{"unicast", uefi, func(r *reply) { r.dst = netip.MustParseAddrPort("192.168.50.11:68") }},
		{"a URL to a ROM", bios, replace("\x43\x0eundionly.kpxe\x00", "\x43\x0ehttp://x/y.efi")},
		{"options in file", bios, replace("\x43\x0eundionly.kpxe\x00", "\x34\x01\x01")},
		{"from port 67", port, func(r *reply) { r.src = netip.AddrPortFrom(r.src.Addr(), 67) }},
		{"to port 4011", port, func(r *reply) { r.dst = netip.AddrPortFrom(r.dst.Addr(), 4011) }},
		{"no siaddr", port, func(r *reply) { clear(r.payload[20:24]) }},
	} {
		for _, spoilt := range []bool{false, true} {
			c := &kase{Name: "sabotage/" + tt.name, Config: "boot", Steps: tt.steps, Links: map[string][]string{"eth1": {"192.168.50.252/24"}}}
			wrong := c.play(func(c *kase, file []byte) (server, error) {
				s, err := startRules(c, file)
				if spoilt {
					return &saboteur{server: s, spoil: tt.spoil}, err
				}
				return s, err
			})
			if (len(wrong) > 0) != spoilt {
				t.Errorf("%s, spoilt %v: %q", tt.name, spoilt, wrong)
			}
		}
	}
}

// replace puts other octets in the place of some, and keeps the length by padding.
func replace(old, with string) func(r *reply) {
	return func(r *reply) {
		b := bytes.Replace(r.payload, []byte(old), []byte(with), 1)
		r.payload = slices.Concat(b, make([]byte, max(0, len(r.payload)-len(b))))
	}
}
