package perfdhcp_test

import (
	"strings"
	"testing"
	"time"

	"rollcall/internal/bench/perfdhcp"
)

func TestArgs(t *testing.T) {
	for _, c := range []struct {
		load perfdhcp.Load
		want string
	}{
		{
			perfdhcp.Load{Server: "10.0.0.1", Clients: 60000, Rate: 8000, Time: 6 * time.Second},
			"perfdhcp -4 -l cli0 -R 60000 -r 8000 -p 6 10.0.0.1",
		},
		{
			perfdhcp.Load{Server: "10.0.0.1", Clients: 60000, Rate: 8000, Time: 6 * time.Second, Wait: 50 * time.Millisecond},
			"perfdhcp -4 -l cli0 -R 60000 -W 50000 -r 8000 -p 6 10.0.0.1",
		},
		{
			perfdhcp.Load{Server: "10.0.0.1", Clients: 20, Avalanche: true, Time: time.Minute, FirstMAC: 0x020000000100},
			"perfdhcp -4 -l cli0 -R 20 -b mac=02:00:00:00:01:00 --scenario avalanche 10.0.0.1",
		},
	} {
		if got := strings.Join(c.load.Args("cli0"), " "); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestUDPCounter(t *testing.T) {
	const snmp = `Ip: Forwarding DefaultTTL
Ip: 2 64
Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors
Udp: 1100 0 33 1200 31 0
UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors
UdpLite: 0 0 0 0 7
`
	if n, err := perfdhcp.UDPCounter(snmp, "RcvbufErrors"); n != 31 || err != nil {
		t.Errorf("UDPCounter = %d, %v; want 31", n, err)
	}
	if n, err := perfdhcp.UDPCounter(snmp, "Nothing"); err == nil {
		t.Errorf("UDPCounter of a name that is not there = %d; want an error", n)
	}
}
