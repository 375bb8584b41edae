package main

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/bench/perfdhcp"
)

const (
	avalancheClients = 20000
	avalancheLimit   = 2 * time.Minute
)

// avalanche measures how long a fresh server takes until all of many clients, who
// ask at once and again with growing pauses, are served.
func (b *bench) avalanche(ctx context.Context, k kind) (err error) {
	s, err := b.start(ctx, k, small.setup())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	_, r, err := b.perfdhcp(ctx, s, "avalanche", perfdhcp.Load{Clients: avalancheClients, Avalanche: true, Time: avalancheLimit})
	if err != nil {
		return err
	}
	if r.Provisioning == 0 {
		return errors.New("perfdhcp did not say how long it took")
	}
	b.note("%-9s %-22s all served after %.2f s, %d messages sent again", k, "avalanche", r.Provisioning.Seconds(), r.Resent)
	b.add("avalanche", k, r.Provisioning.Seconds())
	b.remark("avalanche", "%s, round %d: clients sent %d messages again; %d answers were lost at the generator's own socket",
		k, b.round, r.Resent, r.Lost)
	return nil
}
