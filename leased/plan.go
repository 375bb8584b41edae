package leased

import (
	"fmt"
	"math"
	"slices"
	"time"

	"rollcall/internal/config"
	"rollcall/leased/engine"
	"rollcall/leased/keeper"
)

// planOf makes the engine's plan of the configuration, which has been checked.
func planOf(c *config.Leased) *engine.Plan {
	networks := map[string]*engine.Network{}
	var subnets []*engine.Subnet
	for i := range c.Subnets {
		sub := &c.Subnets[i]
		n := networks[sub.SharedNetwork]
		if n == nil {
			n = &engine.Network{Name: sub.SharedNetwork}
			networks[sub.SharedNetwork] = n
		}
		subnets = append(subnets, subnetOf(sub, n, c.Options))
	}
	return engine.NewPlan(subnets, rollOf(c), engine.Settings{
		Authoritative:       c.Authoritative,
		OfferTime:           seconds(c.OfferTime),
		Probe:               c.Probe.Enabled,
		QuarantineTime:      seconds(c.Quarantine.Time),
		QuarantineMax:       seconds(c.Quarantine.Max),
		QuarantinePerClient: c.Quarantine.PerClient,
		FloodActions:        c.Limits.Actions,
		FloodRefill:         max(c.Limits.Refill.Milliseconds(), 1),
		FloodSuspend:        seconds(c.Limits.Suspend),
		UnservedFor:         seconds(c.Unknown.Remember),
		UnknownRepeat:       seconds(c.Events.RepeatAfter),
		RenewedEvents:       c.Events.Renewed,
	})
}

func seconds(d time.Duration) int64 { return int64(math.Ceil(d.Seconds())) }

func subnetOf(c *config.Subnet, n *engine.Network, global []config.Option) *engine.Subnet {
	sub := &engine.Subnet{
		Ref: c.Ref(), Prefix: c.Prefix, Network: n, Links: c.Links, ByHardware: c.Identity == config.IdentityHardware,
		LeaseTime: uint32(seconds(c.Lease.Time)), T1: uint32(seconds(c.Lease.T1.Of(c.Lease.Time))),
		T2: uint32(seconds(c.Lease.T2.Of(c.Lease.Time))), Options: mergeOptions(c, global),
	}
	for i := range c.Pools {
		p := &c.Pools[i]
		pool := &engine.Pool{
			Subnet: sub, First: engine.IPOf(p.First), Last: engine.IPOf(p.Last), Hostname: p.Hostname, Scan: p.Scan,
		}
		switch p.For {
		case config.ForKnown:
			pool.For = engine.ForKnown
		case config.ForUnknown:
			pool.For = engine.ForUnknown
		}
		sub.Pools = append(sub.Pools, pool)
	}
	return sub
}

// mergeOptions lays the subnet's options over those for all subnets; the nearest wins, code by code.
func mergeOptions(c *config.Subnet, global []config.Option) []engine.Option {
	merged := make([]engine.Option, 0, len(global)+len(c.Options))
	add := func(from string, list []config.Option) {
		for _, o := range list {
			merged = slices.DeleteFunc(merged, func(have engine.Option) bool { return have.Code == o.Def.Code })
			merged = append(merged, engine.Option{Code: o.Def.Code, Value: o.Value, From: from})
		}
	}
	add("global", global)
	add("subnet "+c.Ref(), c.Options)
	slices.SortFunc(merged, func(a, b engine.Option) int { return int(a.Code) - int(b.Code) })
	return merged
}

// identifierKinds maps the words of the file to the kinds of the engine.
var identifierKinds = map[config.IdentifierKind]engine.IdentifierKind{
	config.ByHardware:  engine.ByHardware,
	config.ByClientID:  engine.ByClientID,
	config.ByDUID:      engine.ByDUID,
	config.ByCircuitID: engine.ByCircuitID,
	config.ByRemoteID:  engine.ByRemoteID,
}

// rollOf returns the reservations of the file. Their ids count them from 1.
func rollOf(c *config.Leased) []*engine.Reservation {
	roll := make([]*engine.Reservation, 0, len(c.Reservations))
	for i := range c.Reservations {
		r := &c.Reservations[i]
		roll = append(roll, &engine.Reservation{
			ID: fmt.Sprintf("config-%d", i+1), Kind: identifierKinds[r.Identifier.Kind], Value: string(r.Identifier.Value),
			Subnet: r.Subnet, IP: engine.IPOf(r.Address), Hostname: r.Hostname, FromConfig: true,
		})
	}
	return roll
}

func keeperSettings(c *config.Leased) keeper.Settings {
	return keeper.Settings{ProbeTimeout: c.Probe.Timeout, ScanRate: c.Scan.Rate, ScanTimeout: c.Scan.Timeout}
}
