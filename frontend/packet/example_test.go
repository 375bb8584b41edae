package packet_test

import (
	"fmt"
	"net/netip"

	"rollcall/frontend/packet"
	"rollcall/internal/dhcptest"
	"rollcall/internal/option"
)

// The way of one message: parse it, decide, answer to the right place.
func Example() {
	var query packet.Message
	in := dhcptest.Discover("02:00:00:00:00:01", dhcptest.HostName("printer"))
	if reason := query.Parse(in); reason != packet.OK {
		fmt.Println("dropped:", reason)
		return
	}
	name, _ := query.Option(option.HostName)
	fmt.Printf("%v from %x, %s\n", query.Type, query.HardwareAddr(), name)

	server := netip.MustParseAddr("10.20.0.1")
	reply := packet.Reply{
		Type:    packet.Offer,
		YIAddr:  netip.MustParseAddr("10.20.0.50"),
		Options: option.List(nil).AppendAddr(option.ServerID, server).AppendUint32(option.LeaseTime, 3600),
	}
	out, dropped := packet.AppendReply(nil, &query, &reply)
	dest := packet.ReplyTo(&query, &reply, netip.AddrPort{})
	fmt.Printf("%d bytes, %d options dropped, %v to %x for %v\n", len(out), dropped, dest.Kind, dest.HW, dest.IP)

	fmt.Println(query.Parse(in[:200]))
	// Output:
	// DISCOVER from 020000000001, printer
	// 300 bytes, 0 options dropped, l2-unicast to 020000000001 for 10.20.0.50:68
	// short
}
