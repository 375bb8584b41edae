package recorded

import (
	"net"
	"net/netip"
	"slices"

	"rollcall/frontend/packet"
	"rollcall/internal/capture"
	"rollcall/internal/option"
)

// usualBits is the size of a subnet of which nothing is known but an address.
const usualBits = 24

// mostHosts are the bits of the largest one that is believed.
const mostHosts = 16

// look learns from an answer which server there is, and for which subnet.
func (b *builder) look(d *capture.Datagram) {
	m := &b.message
	f, reason := m.ParseForeign(d.Payload)
	if reason != packet.OK {
		return
	}
	note(&b.Servers, f.Server)
	bits := usualBits
	if mask, _ := m.Option(option.SubnetMask); len(mask) == net.IPv4len {
		if ones, size := net.IPMask(mask).Size(); size > 0 && ones > 0 && ones <= 30 {
			bits = ones
		}
	}
	relayed := !m.GIAddr.IsUnspecified()
	b.subnet(m.YIAddr, bits, relayed)
	b.subnet(m.GIAddr, bits, relayed)
}

// lookAtClient learns from a message which server a client has chosen, and which relay it is behind.
func (b *builder) lookAtClient(m *packet.Message) {
	if id, _ := m.Option(option.ServerID); len(id) == net.IPv4len {
		note(&b.Servers, netip.AddrFrom4([4]byte(id)))
	}
	note(&b.Relays, m.GIAddr)
	b.subnet(m.GIAddr, 0, true)
	b.subnet(m.CIAddr, 0, !m.GIAddr.IsUnspecified())
}

// ofHost reports whether an address may be that of a host on a network: neither of 0.0.0.0/8 (RFC 1122 §3.2.1.3), nor loopback, nor multicast
// or beyond.
func ofHost(a netip.Addr) bool {
	return a.Is4() && a.As4()[0] > 0 && a.As4()[0] < 224 && !a.IsLoopback()
}

// note adds an address to a list that does not have it.
func note(list *[]netip.Addr, a netip.Addr) {
	if ofHost(a) && !slices.Contains(*list, a) {
		*list = append(*list, a)
	}
}

// subnet notes the subnet of an address. One whose size an answer has told takes the place of those in it; bits of 0 say that nobody did.
// A client that renews may be behind a relay though its message did not come through that.
func (b *builder) subnet(a netip.Addr, bits int, relayed bool) {
	if !ofHost(a) {
		return
	}
	p := netip.PrefixFrom(a, max(bits, mostHosts)).Masked()
	if bits == 0 {
		p = netip.PrefixFrom(a, usualBits).Masked()
	}
	overlaps := func(have Subnet) bool { return p.Overlaps(have.Prefix) }
	for i := range b.Subnets {
		if have := &b.Subnets[i]; overlaps(*have) {
			have.Relayed = have.Relayed || relayed
			relayed = have.Relayed
			if bits == 0 || have.Prefix.Bits() <= p.Bits() {
				return
			}
		}
	}
	b.Subnets = append(slices.DeleteFunc(b.Subnets, overlaps), Subnet{p, relayed})
}
