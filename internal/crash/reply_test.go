package crash_test

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// Message types of RFC 2132 §9.6.
const (
	offer = 2
	ack   = 5
)

// reply is what a client needs of a server's message.
type reply struct {
	kind           byte // option 53
	yiaddr, server netip.Addr
	length         time.Duration // option 51
}

// parse reads a message of a server. The code under test has no part in it.
func parse(b []byte) (xid uint32, r reply, ok bool) {
	if len(b) < 240 || b[0] != 2 {
		return 0, r, false
	}
	r.yiaddr = netip.AddrFrom4([4]byte(b[16:20]))
	for o := b[240:]; len(o) > 1 && o[0] != 255; {
		if o[0] == 0 {
			o = o[1:]
			continue
		}
		end := 2 + int(o[1])
		if end > len(o) {
			return 0, r, false
		}
		switch v := o[2:end]; {
		case o[0] == 53 && len(v) == 1:
			r.kind = v[0]
		case o[0] == 51 && len(v) == 4:
			r.length = time.Duration(binary.BigEndian.Uint32(v)) * time.Second
		case o[0] == 54 && len(v) == 4:
			r.server = netip.AddrFrom4([4]byte(v))
		}
		o = o[end:]
	}
	return binary.BigEndian.Uint32(b[4:8]), r, r.kind != 0
}
