package config_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/internal/config"
)

// A level that sets the time and no bounds leaves its clients no choice, whatever is said further out.
func TestLeaseTimesAreInheritedKeyByKey(t *testing.T) {
	cfg := parse(t, `
leased:
  lease: {time: 1h, min: 5m, max: 24h, affinity: 1h, reuse: 25%, scarce: 10%}
  shared_networks:
    - {name: floor, lease: {max: infinite, t1: 40%}}
  subnets:
    - {name: plain, prefix: 10.0.0.0/24}
    - name: hall
      prefix: 10.0.1.0/24
      shared_network: floor
      lease: {affinity: 0}
      pools:
        - {range: 10.0.1.5-10.0.1.9, lease: {time: 2m, t2: 97.5%}}
        - {range: 10.0.1.10}
        - {range: 10.0.1.11, lease: {time: 10m, max: 20m}}
        - {range: 10.0.1.12, lease: {time: infinite}}
`).Leased
	pct := func(p float64) config.Point { return config.Point{Percent: p} }
	global := config.LeaseTimes{
		Time: time.Hour, From: "global", Min: 5 * time.Minute, Max: 24 * time.Hour, T1: pct(50), T2: pct(87.5),
		Affinity: time.Hour, Reuse: 25, Scarce: 10,
	}
	floor := global
	floor.Max, floor.T1, floor.T1Given = config.Infinite, pct(40), true
	hall := floor
	hall.Affinity = 0
	guests := hall
	guests.Time, guests.Min, guests.Max, guests.From = 2*time.Minute, 2*time.Minute, 2*time.Minute, "pool 10.0.1.5-10.0.1.9"
	guests.T2, guests.T2Given = pct(97.5), true
	bounded := hall
	bounded.Time, bounded.Min, bounded.Max, bounded.From = 10*time.Minute, 10*time.Minute, 20*time.Minute, "pool 10.0.1.11"
	endless := hall
	endless.Time, endless.Min, endless.Max, endless.From = config.Infinite, config.Infinite, config.Infinite, "pool 10.0.1.12"
	pools := cfg.Subnets[1].Pools
	got := []config.LeaseTimes{
		cfg.Lease, cfg.SharedNetworks[0].Lease, cfg.Subnets[0].Lease, cfg.Subnets[1].Lease,
		pools[0].Lease, pools[1].Lease, pools[2].Lease, pools[3].Lease,
	}
	if diff := cmp.Diff([]config.LeaseTimes{global, floor, global, hall, guests, hall, bounded, endless}, got); diff != "" {
		t.Errorf("lease times (-want +got):\n%s", diff)
	}
}
