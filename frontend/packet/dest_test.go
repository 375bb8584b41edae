package packet_test

import (
	"fmt"
	"net/netip"
	"testing"

	"rollcall/frontend/packet"
	"rollcall/internal/dhcptest"
)

var relaySource = netip.MustParseAddrPort("10.1.0.1:5000")

// The whole table: {giaddr, ciaddr, broadcast bit, type, hlen, yiaddr} → one
// destination. Each condition below is one sentence of RFC 2131 §4.1, in order.
func TestReplyTo(t *testing.T) {
	const (
		relay     = "relay 10.1.0.1:67 00:00:00:00:00:00"
		unicast   = "unicast 10.20.0.7:68 00:00:00:00:00:00"
		l2unicast = "l2-unicast 10.20.0.50:68 02:00:00:00:00:01"
		toAll     = "l2-broadcast 255.255.255.255:68 ff:ff:ff:ff:ff:ff"
	)
	src := relaySource
	n := 0
	for _, giaddr := range []bool{false, true} {
		for _, ciaddr := range []bool{false, true} {
			for _, bit := range []bool{false, true} {
				for _, typ := range []packet.MessageType{packet.Offer, packet.Ack, packet.Nak} {
					for _, hlen := range []int{6, 0, 16} {
						for _, yiaddr := range []netip.Addr{yours, netip.IPv4Unspecified(), {}} {
							n++
							var want string
							switch {
							case giaddr:
								want = relay
							case typ == packet.Nak:
								want = toAll
							case ciaddr:
								want = unicast
							case bit, hlen != 6, yiaddr != yours:
								want = toAll
							default:
								want = l2unicast
							}
							mods := []dhcptest.Modifier{dhcptest.ClientID("ff0102")}
							if giaddr {
								mods = append(mods, dhcptest.Giaddr("10.1.0.1"))
							}
							if ciaddr {
								mods = append(mods, dhcptest.Ciaddr("10.20.0.7"))
							}
							if bit {
								mods = append(mods, dhcptest.Broadcast())
							}
							q := parse(t, patch(dhcptest.Discover(mac, mods...), 2, byte(hlen)))
							got := format(packet.ReplyTo(q, &packet.Reply{Type: typ, YIAddr: yiaddr}, src))
							if got != want {
								t.Errorf("giaddr %v, ciaddr %v, broadcast %v, %v, hlen %d, yiaddr %v: %s, want %s",
									giaddr, ciaddr, bit, typ, hlen, yiaddr, got, want)
							}
						}
					}
				}
			}
		}
	}
	if n != 2*2*2*3*3*3 {
		t.Errorf("%d cases", n)
	}
}

func TestReplyToCases(t *testing.T) {
	relaySrc := relaySource
	tests := []struct {
		name string
		in   []byte
		r    packet.Reply
		want string
	}{
		{"inform", dhcptest.Inform(mac, "10.20.0.7", dhcptest.Broadcast()), packet.Reply{Type: packet.Ack},
			"unicast 10.20.0.7:68 00:00:00:00:00:00"},
		{"relay with its own port (RFC 8357)",
			dhcptest.Discover(mac, dhcptest.Giaddr("10.1.0.1"), dhcptest.RelayInfo(dhcptest.CircuitID("c"), dhcptest.Sub(19, nil))),
			packet.Reply{Type: packet.Offer}, "relay 10.1.0.1:5000 00:00:00:00:00:00"},
		{"infiniband", dhcptest.Discover("", dhcptest.HType(32), dhcptest.ClientID("ff0102")),
			packet.Reply{Type: packet.Offer, YIAddr: yours}, "l2-broadcast 255.255.255.255:68 ff:ff:ff:ff:ff:ff"},
		{"chaddr zero", dhcptest.Discover("00:00:00:00:00:00", dhcptest.ClientID("ff0102")),
			packet.Reply{Type: packet.Offer, YIAddr: yours}, "l2-broadcast 255.255.255.255:68 ff:ff:ff:ff:ff:ff"},
		{"chaddr of a group", dhcptest.Discover("01:00:5e:00:00:01"),
			packet.Reply{Type: packet.Offer, YIAddr: yours}, "l2-broadcast 255.255.255.255:68 ff:ff:ff:ff:ff:ff"},
		{"bootp", raw(), packet.Reply{Type: packet.BOOTP, YIAddr: yours}, "l2-unicast 10.20.0.50:68 02:00:00:00:00:01"},
		{"bootp with an address", dhcptest.Renew(mac, "10.20.0.7", dhcptest.Without(53)),
			packet.Reply{Type: packet.BOOTP}, "unicast 10.20.0.7:68 00:00:00:00:00:00"},
		{"leasequery", leaseQuery(dhcptest.Ciaddr("10.20.0.50")), packet.Reply{Type: packet.LeaseActive, CIAddr: yours},
			"relay 10.1.0.1:67 00:00:00:00:00:00"},
		{"token ring", dhcptest.Discover(mac, dhcptest.HType(6)),
			packet.Reply{Type: packet.Offer, YIAddr: yours}, "l2-unicast 10.20.0.50:68 02:00:00:00:00:01"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := format(packet.ReplyTo(parse(t, tt.in), &tt.r, relaySrc)); got != tt.want {
				t.Errorf("ReplyTo = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestReplyToBroadcast(t *testing.T) {
	const toAll = "l2-broadcast 255.255.255.255:68 ff:ff:ff:ff:ff:ff"
	r := &packet.Reply{Type: packet.Ack, YIAddr: yours, Broadcast: true}
	for name, tt := range map[string]struct {
		in   []byte
		want string
	}{
		"a client that can be unicast to":  {dhcptest.Discover(mac), toAll},
		"a client that has an address":     {dhcptest.Renew(mac, "10.20.0.7"), toAll},
		"a client behind a relay":          {dhcptest.Discover(mac, dhcptest.Giaddr("10.1.0.1")), "relay 10.1.0.1:67 00:00:00:00:00:00"},
		"a client with a GUID for address": {patch(dhcptest.Discover(mac), 2, 16), toAll},
	} {
		q := parse(t, tt.in)
		if got := format(packet.ReplyTo(q, r, relaySource)); got != tt.want {
			t.Errorf("%s: ReplyTo = %s, want %s", name, got, tt.want)
		}
		if b, _ := packet.AppendReply(nil, q, r); b[10] != 0x80 || b[11] != 0 {
			t.Errorf("%s: flags %02x%02x, want 8000", name, b[10], b[11])
		}
	}
}

// {source, giaddr, type and addresses of the reply} → destination of what port 4011 answers.
func TestReplyToProxy(t *testing.T) {
	const toAll = "l2-broadcast 255.255.255.255:68 ff:ff:ff:ff:ff:ff"
	boot, full := packet.Reply{Type: packet.Ack}, packet.Reply{Type: packet.Offer, YIAddr: yours}
	tests := []struct {
		name, src string
		in        []byte
		r         packet.Reply
		want      string
	}{
		{"UEFI listens on 4011", "10.20.0.7:4011", dhcptest.Renew(mac, "10.20.0.7"), boot, "unicast 10.20.0.7:4011 00:00:00:00:00:00"},
		{"iPXE listens on 68", "10.20.0.7:68", dhcptest.Renew(mac, "10.20.0.7", dhcptest.ServerID("10.20.0.1")), boot, "unicast 10.20.0.7:68 00:00:00:00:00:00"},
		{"the source counts, not ciaddr", "10.20.0.9:4011", dhcptest.Renew(mac, "10.20.0.7"), boot, "unicast 10.20.0.9:4011 00:00:00:00:00:00"},
		{"nor the broadcast bit", "10.20.0.7:4011", dhcptest.Renew(mac, "10.20.0.7", dhcptest.Broadcast()), boot, "unicast 10.20.0.7:4011 00:00:00:00:00:00"},
		{"ciaddr missing", "10.20.0.7:4011", dhcptest.Discover(mac), boot, "unicast 10.20.0.7:4011 00:00:00:00:00:00"},
		{"inform", "10.20.0.7:4011", dhcptest.Inform(mac, "10.20.0.7"), boot, "unicast 10.20.0.7:4011 00:00:00:00:00:00"},
		{"mapped source", "[::ffff:10.20.0.7]:68", dhcptest.Renew(mac, "10.20.0.7"), boot, "unicast 10.20.0.7:68 00:00:00:00:00:00"},
		{"no source address", "0.0.0.0:68", dhcptest.Renew(mac, "10.20.0.7"), boot, "unicast 10.20.0.7:68 00:00:00:00:00:00"},
		{"no address at all", "0.0.0.0:68", dhcptest.Discover(mac), boot, toAll},
		{"no address, from port 4011", "0.0.0.0:4011", dhcptest.Discover(mac), boot, toAll},
		{"source of a group", "224.0.0.1:4011", dhcptest.Discover(mac), boot, toAll},
		{"no port to answer to", "10.20.0.7:0", dhcptest.Discover(mac), boot, toAll},
		{"relayed", "10.1.0.1:67", dhcptest.Discover(mac, dhcptest.Giaddr("10.1.0.1")), boot, "relay 10.1.0.1:67 00:00:00:00:00:00"},
		{"by broadcast", "10.20.0.7:4011", dhcptest.Renew(mac, "10.20.0.7"), packet.Reply{Type: packet.Ack, Broadcast: true},
			"l2-broadcast 255.255.255.255:4011 ff:ff:ff:ff:ff:ff"},

		{"an address for one that has none", "0.0.0.0:68", dhcptest.Discover(mac), full, "l2-unicast 10.20.0.50:68 02:00:00:00:00:01"},
		{"an address by broadcast", "0.0.0.0:68", dhcptest.Discover(mac, dhcptest.Broadcast()), full, toAll},
		{"an address for one that has another", "10.20.0.7:68", dhcptest.Discover(mac), full, "unicast 10.20.0.7:68 00:00:00:00:00:00"},
		{"a NAK", "10.20.0.7:68", dhcptest.Renew(mac, "10.20.0.7"), packet.Reply{Type: packet.Nak}, toAll},
		{"a NAK to one that has none", "0.0.0.0:68", dhcptest.Request(mac, "10.20.0.7", "10.20.0.1"), packet.Reply{Type: packet.Nak}, toAll},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := format(packet.ReplyToProxy(parse(t, tt.in), &tt.r, netip.MustParseAddrPort(tt.src))); got != tt.want {
				t.Errorf("ReplyToProxy = %s, want %s", got, tt.want)
			}
		})
	}
}

func format(d packet.Dest) string {
	return fmt.Sprintf("%v %v %02x:%02x:%02x:%02x:%02x:%02x", d.Kind, d.IP, d.HW[0], d.HW[1], d.HW[2], d.HW[3], d.HW[4], d.HW[5])
}
