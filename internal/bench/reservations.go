package main

import (
	"context"
	"encoding/binary"
	"errors"
	"net/netip"

	"rollcall/internal/bench/perfdhcp"
)

// onTheRoll is how many machines have a reservation.
const onTheRoll = 100_000

// reservations measures the clean rate of machines that have addresses of their own.
func (b *bench) reservations(ctx context.Context, k kind) (err error) {
	base, err := b.steadyBaseline(ctx)
	if err != nil {
		return err
	}
	set := setup{Subnet: large.subnet}
	for i := range onTheRoll {
		set.Reserved = append(set.Reserved, reservation{perfdhcp.MAC(perfdhcp.FirstMAC + uint64(i)), plus(large.first, i)})
	}
	set.Reserved = append(set.Reserved, reservation{perfdhcp.MAC(scoutMAC), plus(large.first, onTheRoll)}) // nobody else is served
	s, err := b.start(ctx, k, set)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	return b.beside(ctx, s, "reservations", base, onTheRoll, func(rate int) perfdhcp.Load {
		l := b.known(rate)
		l.Clients = onTheRoll
		return l
	})
}

// plus returns the nth address after a.
func plus(a netip.Addr, n int) netip.Addr {
	b := a.As4()
	binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])+uint32(n))
	return netip.AddrFrom4(b)
}
