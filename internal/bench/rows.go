package main

import (
	"slices"

	"rollcall/internal/bench/report"
)

// row is a row of the report, and the topic it belongs to, which is what flags call
// it by.
type row struct {
	topic string
	report.Row
}

// table returns the rows of the report, empty.
func table() []*row {
	share := func(n float64, text string) report.Goal { return report.AtLeast(n, text) }
	return []*row{
		{"clean", report.Row{
			Key: "clean", What: "clean rate, clients known", Unit: "/s", Reach: report.TimesKea(1.5), Aim: report.TimesCeiling(0.9),
		}},
		{"first", report.Row{Key: "first", What: "clean rate, first grants", Unit: "/s"}},
		{"overload", report.Row{
			Key: "overload2", What: "answered when asked for 2 × the clean rate, of own best rate", Digits: 2,
			Reach: share(0.95, "0.95"), Aim: share(0.995, "1.0"),
		}},
		{"overload", report.Row{
			Key: "overload4", What: "answered when asked for 4 × the clean rate, of own best rate", Digits: 2,
			Reach: share(0.95, "0.95"), Aim: share(0.995, "1.0"),
		}},
		{"ack", report.Row{
			Key: "ack", What: "average ACK at 2,000/s", Unit: "ms", Digits: 3, Reach: report.AtMost(1, "1 ms"), Aim: report.AtMostTimesKea(1),
		}},
		{"avalanche", report.Row{
			Key: "avalanche", What: "20,000 clients at once: until all are served", Unit: "s", Digits: 2,
			Reach: report.AtMostTimesKea(1), Aim: report.AtMostTimesKea(0.5),
		}},
		{"renewals", report.Row{
			Key: "renewals", What: "clean rate of renewals alone", Unit: "/s", Reach: report.TimesKea(1.5), Aim: report.TimesKea(2),
		}},
		{"renewals", report.Row{Key: "reuse", What: "the same with `lease: {reuse: 25%}`, Kea with `cache-threshold` 0.25", Unit: "/s"}},
		{"million", report.Row{
			Key: "million", What: "clean rate with 1,000,000 leases stored, beside 60,000", Digits: 2,
			Reach: share(0.85, "0.85"), Aim: share(0.995, "1.0"),
		}},
		{"million", report.Row{
			Key: "memory", What: "resident memory of leased with 1,000,000 leases", Unit: "MB",
			Reach: report.AtMost(400, "400 MB"), Aim: report.AtMost(150, "150 MB"),
		}},
		{"million", report.Row{
			Key: "anonymous", What: "of that, anonymous memory", Unit: "MB",
		}},
		{"million", report.Row{
			Key: "start", What: "start of leased to ready with 1,000,000 leases", Unit: "s", Digits: 2,
			Reach: report.AtMost(5, "5 s"), Aim: report.AtMost(2, "2 s"),
		}},
		{"expiry", report.Row{
			Key: "expiry", What: "p99 of answers while 100,000 leases expire in one minute, of idle p99", Digits: 2,
			Reach: report.AtMost(2, "2"), Aim: report.AtMost(1.1, "unchanged"),
		}},
		{"operations", report.Row{
			Key: "operations", What: "clean rate with backups, 10 event watchers, a dead webhook endpoint, metrics scraped", Digits: 2,
			Reach: share(0.95, "0.95"), Aim: share(0.995, "1.0"),
		}},
		{"reservations", report.Row{
			Key: "reservations", What: "clean rate of 100,000 machines on the roll, beside a dynamic pool", Digits: 2,
			Reach: share(0.995, "1.0"),
		}},
		{"probes", report.Row{
			Key: "probes", What: "clean rate of first grants, pool scanned before, with probes beside without", Digits: 2,
			Reach: share(0.9, "0.9"), Aim: share(0.995, "1.0"),
		}},
		{"policy", report.Row{
			Key: "policy", What: "clean rate with a policy (filter and reply), beside none", Digits: 2,
			Reach: share(0.8, "0.8"), Aim: share(0.995, "1.0"),
		}},
		{"policy", report.Row{
			Key: "policycost", What: "processor time that it adds to a packet", Unit: "µs", Digits: 1, Reach: report.AtMost(10, "10 µs"),
		}},
		{"allocs", report.Row{Key: "decode", What: "allocations to decode a packet", Reach: report.AtMost(0, "0"), Aim: report.AtMost(0, "0")}},
		{"allocs", report.Row{Key: "encode", What: "allocations to encode a reply", Reach: report.AtMost(0, "0"), Aim: report.AtMost(0, "0")}},
		{"allocs", report.Row{
			Key: "decide", What: "allocations of a decision that writes a lease", Reach: report.AtMost(2, "2"), Aim: report.AtMost(0, "0"),
		}},
		{"cpu", report.Row{
			Key: "cpu", What: "processor time of an exchange at the clean rate, all of the server", Unit: "µs", Digits: 1,
			Aim: report.AtMost(40, "40 µs"),
		}},
	}
}

// topics returns the names of all topics, in the order of the table.
func topics() []string {
	var all []string
	for _, r := range table() {
		if !slices.Contains(all, r.topic) {
			all = append(all, r.topic)
		}
	}
	return all
}
