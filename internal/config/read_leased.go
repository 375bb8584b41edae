package config

import (
	"net/netip"
	"time"
)

func readLeased(v value) *Leased {
	m := v.mapping()
	s := newSection("leased", m.get("tls"))
	v.doc.names = readDefinitions(m.get("option_definitions"))
	l := &Leased{
		Path:          v.doc.name,
		Names:         v.doc.names,
		TLS:           s.tls,
		Listen:        s.listen(m.get("listen"), defaultLeased),
		Authoritative: m.get("authoritative").bool(false),
		OfferTime:     m.get("offer_time").duration(time.Minute, time.Second, time.Hour),
		RapidCommit:   m.get("rapid_commit").bool(false),
		BOOTP:         m.get("bootp").bool(false),
		EchoClientID:  m.get("echo_client_id").bool(true),
		NAKRenewals:   m.get("nak_renewals").bool(false),
		Level:         readLevel(m, true),
		Lease:         readLease(m.get("lease"), defaultLease, levelGlobal),
		Probe:         readProbe(m.get("probe")),
		Scan:          readScan(m.get("scan")),
		Quarantine:    readQuarantine(m.get("quarantine")),
		Limits:        readLimits(m.get("limits")),
		LeaseQuery:    readLeaseQuery(m.get("leasequery")),
		Unknown:       readUnknown(m.get("unknown")),
		Policy:        readPolicy(m.get("policy")),
		Lookup:        readLookup(m.get("lookup")),
		Events:        readEvents(m.get("events")),
	}
	readRoll(m, l)
	m.done()
	return l
}

func readProbe(v value) Probe {
	m := v.mapping()
	p := Probe{
		Enabled: m.get("enabled").bool(true),
		Timeout: m.get("timeout").duration(100*time.Millisecond, 10*time.Millisecond, 10*time.Second),
	}
	m.done()
	return p
}

func readScan(v value) Scan {
	m := v.mapping()
	s := Scan{
		Rate:    m.get("rate").int(1000, 1, 100_000),
		Timeout: m.get("timeout").duration(time.Second, 10*time.Millisecond, time.Minute),
	}
	m.done()
	return s
}

func readQuarantine(v value) Quarantine {
	m := v.mapping()
	first, most := m.get("time"), m.get("max")
	q := Quarantine{
		Time:      first.duration(10*time.Minute, time.Second, 30*day),
		Max:       most.duration(24*time.Hour, time.Second, 365*day),
		PerClient: m.get("per_client").int(3, 1, 1000),
	}
	if q.Max < q.Time {
		at := most
		if most.node == nil {
			at = first
		}
		at.fail("make max "+formatDuration(q.Time)+" or more", "the longest quarantine (max, %s) is shorter than the first (time, %s)",
			formatDuration(q.Max), formatDuration(q.Time))
	}
	m.done()
	return q
}

func readLimits(v value) Limits {
	m := v.mapping()
	l := Limits{
		Actions:          m.get("actions").int(10, 0, 1_000_000),
		Refill:           m.get("refill").duration(time.Second, time.Millisecond, time.Hour),
		Suspend:          m.get("suspend").duration(150*time.Second, time.Second, day),
		LeasesPerClient:  m.get("leases_per_client").int(0, 0, 1_000_000),
		LeasesPerCircuit: m.get("leases_per_circuit").int(0, 0, 1_000_000),
	}
	m.done()
	return l
}

func readLeaseQuery(v value) LeaseQuery {
	m := v.mapping()
	var q LeaseQuery
	for _, item := range m.get("allow").items() {
		if p := read(item, netip.Prefix{}, parseAllowed); p.IsValid() {
			q.Allow = append(q.Allow, p)
		}
	}
	m.done()
	return q
}

func readUnknown(v value) Unknown {
	m := v.mapping()
	u := Unknown{Remember: m.get("remember").duration(time.Minute, 0, time.Hour)}
	m.done()
	return u
}

func readEvents(v value) EventLog {
	m := v.mapping()
	e := EventLog{
		MaxAge:      m.get("max_age").duration(7*day, time.Minute, 3650*day),
		MaxCount:    m.get("max_count").int(1_000_000, 1000, 100_000_000),
		RepeatAfter: m.get("repeat_after").duration(time.Hour, 0, 30*day),
		Renewed:     m.get("renewed").bool(false),
	}
	m.done()
	return e
}
