package crash_test

import (
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// stored is a lease as leased lists it.
type stored struct {
	client  string
	active  bool
	expires time.Time // of a lease without end, the zero time
}

// checkLeases compares what clients rely on with the leases that there are.
func checkLeases(relied []claim, leases map[netip.Addr]stored) (fs []finding) {
	for _, c := range relied {
		switch l, ok := leases[c.address]; {
		case !ok:
			fs = append(fs, found(missing, "%s has %s (xid %08x) until %s: no lease", c.client, c.address, c.xid, clock(c.until)))
		case l.client != c.client && l.active:
			fs = append(fs, found(duplicate, "%s has %s (xid %08x) until %s: the lease is that of %s", c.client, c.address, c.xid,
				clock(c.until), l.client))
		case l.client != c.client || !l.active:
			fs = append(fs, found(missing, "%s has %s (xid %08x) until %s: the lease is %+v", c.client, c.address, c.xid, clock(c.until), l))
		case !l.expires.IsZero() && l.expires.Before(c.until.Add(-granularity)):
			fs = append(fs, found(shortened, "%s has %s (xid %08x) until %s: the lease ends at %s", c.client, c.address, c.xid,
				clock(c.until), clock(l.expires)))
		}
	}
	return fs
}

// checkOverlaps looks for addresses that two clients were acknowledged for the same time. A client is told after the server
// decided and stops before the server knows, so by their own clocks there is no overlap, however short.
func checkOverlaps(claims []claim) (fs []finding) {
	byAddress := slices.SortedFunc(slices.Values(claims), func(a, b claim) int {
		return cmp.Or(a.address.Compare(b.address), a.told.Compare(b.told))
	})
	var latest claim // of those at one address, the one that ends last
	for _, c := range byAddress {
		if c.address != latest.address {
			latest = c
			continue
		}
		end := latest.end()
		if latest.gaveBack.IsZero() {
			end = end.Add(-granularity) // it ran out
		}
		if c.client != latest.client && c.told.Before(end) {
			fs = append(fs, found(duplicate, "%s was acknowledged to %s at %s, and %s has it until %s", c.address, c.client,
				clock(c.told), latest.client, clock(latest.end())))
		}
		if c.end().After(latest.end()) {
			latest = c
		}
	}
	return fs
}
