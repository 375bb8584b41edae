package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"rollcall/internal/bench/client"
	"rollcall/internal/bench/wire"
	"rollcall/leased/store"
	"rollcall/leased/store/storetest"
)

const (
	expiring     = 100_000
	expiryTime   = time.Minute // in which all of them end
	expiryLead   = 40 * time.Second
	idleTime     = 20 * time.Second
	probeRate    = 200
	probeClients = 1000
)

// expiry measures the delays of a light load while many leases end, beside those
// before.
func (b *bench) expiry(ctx context.Context, k kind) (err error) {
	dir, err := b.emptyDir(string(k))
	if err != nil {
		return err
	}
	set := large.setup()
	if _, err := b.rollcallArgs(dir, set); err != nil { // makes the directory of the database
		return err
	}
	ends := time.Now().Add(expiryLead).Truncate(time.Second)
	err = storetest.Fill(filepath.Join(dir, "data", "leased.db"), storetest.Leases{
		Subnet: "hall", First: large.first, Count: expiring, Ends: ends, Over: expiryTime,
	})
	if err != nil {
		return err
	}
	s, err := b.startIn(ctx, dir, k, set)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	c, err := client.Open(b.wire.Relay, wire.RelayAddr, wire.ServerAddr, newMAC, probeClients)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Acquire(ctx, probeRate); err != nil {
		return err
	}
	idle, err := c.Exchange(ctx, probeRate, idleTime)
	if err != nil {
		return err
	}
	b.own(s, "idle", probeRate, idle, 0)
	before, err := b.metric(ctx, upHTTP, store.MetricEvents)
	if err != nil {
		return err
	}
	if time.Now().After(ends) {
		return errors.New("leases began to end before the idle server was measured: the start took too long")
	}
	select {
	case <-time.After(time.Until(ends)):
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	busy, err := c.Exchange(ctx, probeRate, expiryTime)
	if err != nil {
		return err
	}
	b.own(s, "mass expiry", probeRate, busy, 0)
	after, err := b.metric(ctx, upHTTP, store.MetricEvents)
	if err != nil {
		return err
	}
	// Each one that ends is an event; nothing else happens meanwhile.
	if n := after - before; n < expiring*99/100 {
		return fmt.Errorf("only %d of %d leases ended while the delays were measured", n, expiring)
	}
	b.add("expiry", k, float64(busy.Quantile(0.99))/float64(idle.Quantile(0.99)))
	b.remark("expiry", "p99 %.2f ms, idle %.2f ms; highest %.2f ms, idle %.2f ms; %d of %d exchanges were not finished within a second",
		ms(busy.Quantile(0.99)), ms(idle.Quantile(0.99)), ms(busy.Quantile(1)), ms(idle.Quantile(1)), busy.Begun-busy.Finished, busy.Begun)
	return s.alive()
}
