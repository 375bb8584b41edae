package config

import (
	"math"
	"time"
)

func readLeased(v value) *Leased {
	m := v.mapping()
	s := newSection("leased", m.get("tls"))
	l := &Leased{
		TLS:           s.tls,
		Listen:        s.listen(m.get("listen"), defaultLeased),
		Authoritative: m.get("authoritative").bool(false),
		OfferTime:     m.get("offer_time").duration(time.Minute, time.Second, time.Hour),
		Options:       readOptions(m.get("options")),
		Probe:         readProbe(m.get("probe")),
		Scan:          readScan(m.get("scan")),
		Quarantine:    readQuarantine(m.get("quarantine")),
		Flood:         readFlood(m.get("flood")),
		Unknown:       readUnknown(m.get("unknown")),
		Events:        readEvents(m.get("events")),
	}
	l.Lease = readLease(m.get("lease"), LeaseTimes{Time: time.Hour, T1: Point{Percent: 50}, T2: Point{Percent: 87.5}})
	r := roll{doc: v.doc}
	for _, item := range m.get("subnets").items() {
		if s, ok := readSubnet(item, l.Lease); ok {
			r.subnets = append(r.subnets, s)
		} else {
			r.nameless = true
		}
	}
	for _, item := range m.get("reservations").items() {
		r.reservations = append(r.reservations, readReservation(item))
	}
	m.done()
	r.check()
	for _, s := range r.subnets {
		l.Subnets = append(l.Subnets, s.Subnet)
	}
	for _, s := range r.reservations {
		l.Reservations = append(l.Reservations, s.Reservation)
	}
	return l
}

// roll is the subnets and reservations of a file with the places that the checks between them name.
type roll struct {
	doc *document
	// nameless is whether a subnet lacks its name, so that reservations seem to name a subnet that is not there.
	nameless     bool
	subnets      []placedSubnet
	reservations []placedReservation
}

func (r *roll) check() {
	r.checkNames()
	r.checkPrefixes()
	r.checkPools()
	r.checkReservations()
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

func readFlood(v value) Flood {
	m := v.mapping()
	f := Flood{
		Actions: m.get("actions").int(10, 0, 1_000_000),
		Refill:  m.get("refill").duration(time.Second, time.Millisecond, time.Hour),
		Suspend: m.get("suspend").duration(150*time.Second, time.Second, day),
	}
	m.done()
	return f
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

// maxLease is the longest lease that is not infinite (RFC 2131 §3.3).
const maxLease = (math.MaxUint32 - 1) * time.Second
