package responder_test

import (
	"net/netip"
	"testing"

	"rollcall/internal/bench/responder"
	"rollcall/internal/dhcptest"
)

func TestAnswer(t *testing.T) {
	book := responder.Book{
		First: netip.MustParseAddr("10.0.1.0"), Clients: 1000, FirstMAC: 0x01020304,
		Options: []byte{54, 4, 10, 0, 0, 1, 255},
	}
	for _, c := range []struct {
		name, kind, addr string
		message          []byte
	}{
		{"first", "OFFER", "10.0.1.0", dhcptest.Discover("00:0c:01:02:03:04")},
		{"another", "OFFER", "10.0.2.0", dhcptest.Discover("00:0c:01:02:04:04")},
		{"beyond the last", "OFFER", "10.0.1.1", dhcptest.Discover("00:0c:01:02:06:ed")},
		{"request", "ACK", "10.0.1.0", dhcptest.Request("00:0c:01:02:03:04", "10.0.1.0", "10.0.0.1")},
		{"renewal", "ACK", "10.0.1.0", dhcptest.Renew("00:0c:01:02:03:04", "10.0.1.0")},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := dhcptest.Parse(t, book.Answer(make([]byte, 1500), c.message))
			if r.Type != c.kind || r.YIAddr.String() != c.addr || r.XID != dhcptest.DefaultXID || r.ServerID().String() != "10.0.0.1" {
				t.Errorf("got %+v; want %s of %s", r, c.kind, c.addr)
			}
		})
	}
	for _, hostile := range [][]byte{nil, make([]byte, 239), append(make([]byte, 240), 1, 255, 0), append(make([]byte, 240), 53, 1)} {
		book.Answer(make([]byte, 1500), hostile) // must not panic
	}
}
