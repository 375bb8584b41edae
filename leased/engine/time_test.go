package engine_test

import (
	"fmt"
	"testing"
	"time"

	"rollcall/leased/engine"
)

func TestExpiry(t *testing.T) {
	stories(t, planning{}, []story{
		{"to the second", `
			A select 10.99.0.50                        -> ACK 10.99.0.50
			+119s                                      ! -
			lease 10.99.0.50                           -> active renewals=0
			+1s                                        ! lease.expired
			lease 10.99.0.50                           -> expired renewals=0`},
		{"a renewed lease", `
			A select 10.99.0.50                        -> ACK 10.99.0.50
			+100s
			A renew 10.99.0.50                         -> ACK 10.99.0.50
			+100s                                      ! -
			A renew 10.99.0.50                         -> ACK 10.99.0.50
			+119s                                      ! -
			+1s                                        ! lease.expired
			lease 10.99.0.50                           -> expired renewals=2`},
		{"once", `
			A select 10.99.0.50                        -> ACK 10.99.0.50
			+3m                                        ! lease.expired
			A select 10.99.0.50                        -> ACK 10.99.0.50
			+3m                                        ! lease.expired
			+1h                                        ! -`},
		{"granted to another before anyone looked", `
			A select 10.99.0.50                        -> ACK 10.99.0.50
			later 3m
			B discover 10.99.0.50                      -> OFFER 10.99.0.50
			B select 10.99.0.50                        -> ACK 10.99.0.50 ! lease.expired lease.granted
			+1s                                        ! -`},
		{"while the process was down", `
			A select 10.99.0.50                        -> ACK 10.99.0.50
			later 3m
			restart
			+1s                                        ! lease.expired`},
	})
}

func TestClockStep(t *testing.T) {
	stories(t, planning{}, []story{
		{"forward", `
			A select 10.99.0.50                        -> ACK 10.99.0.50
			+1m
			shift 1h
			left 10.99.0.50                            -> 1m0s
			+59s                                       ! -
			+1s                                        ! lease.expired`},
		{"back", `
			A select 10.99.0.50                        -> ACK 10.99.0.50
			+1m
			shift -1h
			left 10.99.0.50                            -> 1m0s
			+59s                                       ! -
			+1s                                        ! lease.expired`},
		{"between OFFER and ACK", `
			A discover 10.99.0.55                      -> OFFER 10.99.0.55
			shift 1h
			B discover 10.99.0.55                      -> OFFER 10.99.0.50
			A select 10.99.0.55                        -> ACK 10.99.0.55
			shift -2h
			A renew 10.99.0.55                         -> ACK 10.99.0.55
			left 10.99.0.55                            -> 2m0s`},
		{"quarantine", `
			A select 10.70.0.2 on=eth5                 -> ACK 10.70.0.2
			A decline 10.70.0.2 on=eth5                -> DROP decline-done
			shift 24h
			left 10.70.0.2                             -> 10m0s`},
		{"a stranger is not new", `
			A discover                                 ! client.unknown
			shift -24h
			A discover                                 ! -
			+61m
			A discover                                 ! client.unknown`},
		{"a probe is not old", `
			attach lobby
			silent 10.99.0.50
			shift 24h
			A discover                                 -> OFFER 10.99.0.50`},
		{"survives a restart", `
			A select 10.99.0.50                        -> ACK 10.99.0.50
			+1m
			shift 1h
			restart
			left 10.99.0.50                            -> 1m0s`},
	})
}

// A mass expiry comes in pieces, so that packets need not wait.
func TestExpiryIsBounded(t *testing.T) {
	w := newWorld(t, planning{lobby: ip("10.99.0.250")})
	for i := range 200 {
		l := &engine.Lease{IP: ip("10.99.0.50") + engine.IP(i), State: engine.Active, HW: engine.HWOf(1, []byte{2, 0, 0, 0, 0, byte(i)}),
			Subnet: "lobby", Expires: w.now.Unix() + 10, Revision: 1}
		w.disk[l.IP] = l
		w.s.Load(l)
	}
	w.s.Loaded()
	w.now = w.now.Add(10 * time.Second)
	var sizes []int
	for more := true; more; {
		var c engine.Commit
		c, more = w.s.Expire(w.now, 64)
		sizes = append(sizes, len(c.Leases))
		w.commit(&c)
	}
	if got, want := fmt.Sprint(sizes), "[64 64 64 8]"; got != want {
		t.Errorf("leases ended in steps of %s, want %s", got, want)
	}
}

func TestReplan(t *testing.T) {
	stories(t, planning{}, []story{
		{"leases stay", `
			A select 10.99.0.50                        -> ACK 10.99.0.50
			K select 10.20.0.200                       -> ACK 10.20.0.200
			B select 10.99.0.51                        -> ACK 10.99.0.51
			B decline 10.99.0.51                       -> DROP decline-done
			reserve C hall 10.20.0.9
			replan
			A renew 10.99.0.50                         -> ACK 10.99.0.50
			K renew 10.20.0.200                        -> ACK 10.20.0.200
			C discover                                 -> OFFER 10.20.0.9
			D discover 10.99.0.50                      -> OFFER 10.99.0.52
			+121s                                      ! lease.expired`},
		{"a subnet leaves and comes back", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			replan without yard
			A renew 10.80.0.100 on=eth6                -> DROP no-subnet
			replan
			B discover 10.80.0.100 on=eth6             -> OFFER 10.80.0.101
			A renew 10.80.0.100 on=eth6                -> ACK 10.80.0.100`},
		{"a lease of a subnet that left ends in its time", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			replan without yard
			+10m                                       ! lease.expired
			restart
			lease 10.80.0.100                          -> expired renewals=0`},
		{"an offer is forgotten, not the promise", `
			A discover on=eth6                         -> OFFER 10.80.0.100
			replan
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100`},
		{"a reservation whose subnet left waits", `
			reserve A yard 10.80.0.7
			replan without yard
			replan
			A discover on=eth6                         -> OFFER 10.80.0.7`},
	})
}
