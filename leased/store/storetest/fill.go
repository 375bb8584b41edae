package storetest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"rollcall/leased/engine"
	"rollcall/leased/store"
)

// Leases says what Fill writes.
type Leases struct {
	// Subnet is the name or name/serial of the subnet of all of them.
	Subnet string
	// First is the address of the first one; the others follow without a gap.
	First netip.Addr
	// Count is how many there are.
	Count int
	// Ends is when the first of them ends, in whole seconds; the others end within Over after it, evenly. Over 0: all at once.
	Ends time.Time
	Over time.Duration
}

// atOnce is how many leases go into one commit.
const atOnce = 4096

// Fill puts active leases into the lease database at path, which is made if it is missing. No other process may have it open. Each
// lease is of another machine, [Machine]; there are no events about them.
func Fill(path string, leases Leases) error {
	s, err := store.Open(store.Config{Path: path})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	for from := 0; from < leases.Count; from += atOnce {
		p := &store.Pending{}
		for i := from; i < min(from+atOnce, leases.Count); i++ {
			p.Leases = append(p.Leases, leases.lease(i))
		}
		s.Submit(p)
	}
	stop() // what was submitted is committed all the same
	if err := errors.Join(<-ended, s.Close()); err != nil {
		return fmt.Errorf("fill %s: %w", path, err)
	}
	// What the journal may still have goes into the database, so that who measures a start does not measure that.
	if s, err = store.Open(store.Config{Path: path}); err != nil {
		return err
	}
	return s.Close()
}

// Machine returns the hardware address of the holder of lease i. It is locally administered, so no load generator has it by default.
func Machine(i int) engine.HW {
	return engine.HWOf(1, binary.BigEndian.AppendUint32([]byte{0x02, 0x5e}, uint32(i)))
}

// lease returns lease i as its client would have left it. Most clients send the client identifier that their hardware address
// makes, many a name and a vendor class; every eighth came through a relay that says who it is.
func (ls *Leases) lease(i int) *engine.Lease {
	const length = 3600
	hw := Machine(i)
	ends := ls.Ends.Unix() + int64(ls.Over.Seconds())*int64(i)/int64(ls.Count)
	l := &engine.Lease{
		IP: engine.IPOf(ls.First) + engine.IP(i), State: engine.Active, HW: hw, Subnet: ls.Subnet,
		Started: ends - length, CLTT: ends - length, Expires: ends, Revision: 1,
	}
	if i%4 != 0 {
		l.ClientID = append([]byte{hw.Type}, hw.Bytes()...)
	}
	if i%4 == 1 {
		l.Hostname, l.VendorClass = fmt.Sprintf("desktop-%06x", i), []byte("MSFT 5.0")
	}
	if i%8 == 2 {
		l.Giaddr = engine.IPOf(ls.First)
		l.RelayInfo = engine.JoinRelay(fmt.Appendf(nil, "ge-0/0/%d.%d", i%48, i/48%4096), nil)
	}
	return l
}
