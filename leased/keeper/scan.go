package keeper

import (
	"context"
	"errors"
	"time"

	"rollcall/internal/fault"
	"rollcall/internal/obs"
	"rollcall/leased/engine"
	"rollcall/leased/probe"
)

// ScanResult is what a scan found.
type ScanResult struct {
	// Probed counts the addresses asked for.
	Probed int
	Hosts  []FoundHost
	// NotAttached are the ranges left out because no interface of this host is in their subnet.
	NotAttached []string
}

// FoundHost is a host that answered.
type FoundHost struct {
	IP engine.IP
	HW engine.HW
	// Standing is how it stands to what leased knew of its address.
	Standing engine.Standing
}

// RunScans scans the pools of subnets as they become reachable. It is a task beside Run and returns nil when ctx ends.
func (k *Keeper) RunScans(ctx context.Context) error {
	for {
		select {
		case ref := <-k.scans:
			began := time.Now()
			r, err := k.scan(ctx, ref, true)
			if err != nil && ctx.Err() == nil {
				k.log.Warn("scan ended early", obs.KeySubnet, ref, obs.KeyErr, err)
				continue
			}
			k.log.Info("scanned for hosts", obs.KeySubnet, ref, obs.KeyCount, len(r.Hosts), obs.KeyDuration,
				time.Since(began).Round(time.Millisecond).String())
		case <-ctx.Done():
			return nil
		}
	}
}

// Scan probes every address of the pools of a subnet, or of all subnets for "". Hosts found become leases. Errors: NotFound
// NO_SUCH_SUBNET; Precondition NOT_ATTACHED when the subnet, or none of all, can be reached.
func (k *Keeper) Scan(ctx context.Context, ref string) (ScanResult, error) {
	r, err := k.scan(ctx, ref, false)
	if err == nil && r.Probed == 0 && len(r.NotAttached) > 0 {
		err = fault.New(fault.Precondition, "NOT_ATTACHED", "no interface of this host is in the subnet of pool %s", r.NotAttached[0])
	}
	return r, err
}

// scan scans the pools of a subnet, or only those that want it at start.
func (k *Keeper) scan(ctx context.Context, ref string, wanted bool) (r ScanResult, err error) {
	var pools []*engine.Pool
	var set Settings
	if err := k.View(ctx, func(s *engine.State, _ time.Time) {
		set = k.set
		for _, sub := range s.Plan().Subnets {
			if ref == "" || ref == sub.Ref {
				pools = append(pools, sub.Pools...)
			}
		}
		if ref != "" && s.Plan().Subnet(ref) == nil {
			err = s.Plan().NoSuchSubnet(ref).On("subnet")
		}
	}); err != nil {
		return r, err
	}
	if err != nil {
		return r, err
	}
	for _, p := range pools {
		if wanted && !p.Scan {
			continue
		}
		hosts, err := k.prober.Scan(ctx, p.First.Addr(), p.Last.Addr(), set.ScanRate, set.ScanTimeout)
		if errors.Is(err, probe.ErrNotAttached) {
			r.NotAttached = append(r.NotAttached, p.Range())
			continue
		}
		if err != nil {
			return r, err
		}
		r.Probed += p.Size()
		if err := k.heedScan(ctx, p, hosts, &r); err != nil {
			return r, err
		}
	}
	return r, nil
}

// heedScan makes leases of the hosts found in a pool, and notes that nobody is at the other addresses.
func (k *Keeper) heedScan(ctx context.Context, p *engine.Pool, hosts []probe.Host, r *ScanResult) error {
	return k.Change(ctx, func(s *engine.State, now time.Time) (c engine.Commit, _ error) {
		answered := make(map[engine.IP]bool, len(hosts))
		for _, h := range hosts {
			answered[engine.IPOf(h.Addr)] = true
		}
		for ip := p.First; ip <= p.Last; ip++ {
			if answered[ip] {
				s.Occupied(ip) // the host may sit there for longer than the lease that it is given here
			} else {
				s.Checked(ip, now)
			}
		}
		for _, h := range hosts {
			ip, hw := engine.IPOf(h.Addr), engine.HWOf(1, h.HW)
			found, standing := s.Found(ip, hw, now)
			r.Hosts = append(r.Hosts, FoundHost{IP: ip, HW: hw, Standing: standing})
			s.Put(&found)
			c.Leases = append(c.Leases, found.Leases...)
			c.Events = append(c.Events, found.Events...)
		}
		return c, nil
	})
}
