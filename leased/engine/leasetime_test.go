package engine_test

import "testing"

// timesFile has lease times at several levels.
const timesFile = `
  authoritative: true
  probe: {enabled: false}
  limits: {actions: 0}
  events: {renewed: true}
  lease: {time: 1000s, min: 60s, max: 8000s}
  shared_networks:
    - {name: floor, lease: {max: 5000s}}
  subnets:
    - name: hall
      prefix: 10.20.0.0/22
      shared_network: floor
      lease: {t1: 10%, t2: 800s}
    - name: lobby
      prefix: 10.99.0.0/24
      shared_network: floor
      pools: [{range: 10.99.0.50-10.99.0.59, for: unknown}, {range: 10.99.0.60-10.99.0.69, for: known, lease: {time: 2m}}]
    - name: yard
      prefix: 10.80.0.0/24
      lease: {time: 10m, max: infinite, t1: 500s, t2: 590s}
      pools: [{range: 10.80.0.100-10.80.0.109}]
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: hall, address: 10.20.0.200}
    - {client_id: "staff-1", subnet: lobby}
`

// RFC 2131 §4.3.1: as long as the client asks for, within bounds; §4.4.5: T1 and T2 before the end.
func TestLeaseTimes(t *testing.T) {
	stories(t, planning{file: timesFile}, []story{
		{"clamped", `
			A discover                       -> OFFER 10.99.0.50 51=1000 -58 -59
			A discover 51=100                -> OFFER 10.99.0.50 51=100
			A discover 51=1                  -> OFFER 10.99.0.50 51=60
			A discover 51=0                  -> OFFER 10.99.0.50 51=60
			A discover 51=6000               -> OFFER 10.99.0.50 51=5000
			A discover 51=infinite           -> OFFER 10.99.0.50 51=5000
			A discover 51=hex:000100         -> OFFER 10.99.0.50 51=1000
			A select 10.99.0.50 51=100       -> ACK 10.99.0.50 51=100
			left 10.99.0.50                  -> 1m40s
			A renew 10.99.0.50               -> ACK 10.99.0.50 51=1000
			left 10.99.0.50                  -> 16m40s
			A renew 10.99.0.50 51=60         -> ACK 10.99.0.50 51=60
			left 10.99.0.50                  -> 1m0s`},
		{"T1 and T2 where asked for", `
			A discover 55=58,59              -> OFFER 10.99.0.50 58=500 59=875
			A discover 55=58                 -> OFFER 10.99.0.50 58=500 -59
			A select 10.99.0.50 51=100 55=58,59 -> ACK 10.99.0.50 58=50 59=87
			A inform 10.99.0.50 55=51,58,59  -> ACK -51 -58 -59`},
		{"T1 and T2 where configured", `
			K discover                       -> OFFER 10.20.0.200 51=1000 58=100 59=800
			K discover 51=800                -> OFFER 10.20.0.200 51=800 58=80 -59
			K discover 51=801                -> OFFER 10.20.0.200 51=801 58=80 59=800
			A discover on=eth6               -> OFFER 10.80.0.100 51=600 58=500 59=590
			A discover on=eth6 51=1          -> OFFER 10.80.0.100 51=600
			B discover on=eth6 51=4294967294 -> OFFER 10.80.0.101 51=4294967294 58=500`},
		{"infinite: no T1 and no T2, and never over", `
			A select 10.80.0.100 on=eth6 51=infinite 55=58,59 -> ACK 10.80.0.100 51=infinite -58 -59
			left 10.80.0.100                 -> never
			+2h                              ! -
			A renew 10.80.0.100 on=eth6      -> ACK 10.80.0.100 51=600 58=500
			left 10.80.0.100                 -> 10m0s`},
		{"a time without bounds at a nearer level is what everyone gets", `
			S discover 61=staff-1 51=5000    -> OFFER 10.99.0.60 51=120
			S discover 61=staff-1 51=60      -> OFFER 10.99.0.60 51=120
			S select 10.99.0.60 61=staff-1   -> ACK 10.99.0.60 51=120`},
		{"renewals are counted, and the last word of the client", `
			A select 10.99.0.50              -> ACK 10.99.0.50 ! lease.granted
			+10s
			A renew 10.99.0.50 xid=9         -> ACK 10.99.0.50 ! lease.renewed
			A renew 10.99.0.50 xid=9         -> ACK 10.99.0.50 writes=0 ! -
			+10s
			A rebind 10.99.0.50              -> ACK 10.99.0.50 ! lease.renewed
			lease 10.99.0.50                 -> active renewals=2
			A reboot 10.99.0.50              -> ACK 10.99.0.50 ! -
			lease 10.99.0.50                 -> active renewals=2`},
		{"asked again with another wish: not the same answer", `
			A select 10.99.0.50 xid=9 51=100  -> ACK 10.99.0.50 51=100 writes=1
			A select 10.99.0.50 xid=9 51=100  -> ACK 10.99.0.50 51=100 writes=0
			A select 10.99.0.50 xid=9 51=200  -> ACK 10.99.0.50 51=200 writes=1
			A select 10.99.0.50 xid=9 51=70   -> ACK 10.99.0.50 51=70 writes=1
			left 10.99.0.50                   -> 1m10s`},
	})
}

const reuseFile = `
  authoritative: true
  bootp: false
  probe: {enabled: false}
  limits: {actions: 0}
  events: {renewed: true}
  lease: {time: 1000s, reuse: 25%, t1: 50%, t2: 80%}
  subnets:
    - {name: lobby, prefix: 10.99.0.0/24, pools: [{range: 10.99.0.50-10.99.0.59, hostname: "guest-{ip}"}]}
    - {name: yard, prefix: 10.80.0.0/24, lease: {time: infinite}, pools: [{range: 10.80.0.100-10.80.0.109}]}
    - {name: campus, prefix: 10.30.0.0/24, pools: [{range: 10.30.0.10-10.30.0.19}]}
`

// A young lease is answered as it is: with the time that is left, and no write.
func TestReuse(t *testing.T) {
	stories(t, planning{file: reuseFile}, []story{
		{"young", `
			A select 10.99.0.50              -> ACK 10.99.0.50 51=1000 58=500 59=800 writes=1
			+100s
			A renew 10.99.0.50               -> ACK 10.99.0.50 51=900 58=400 59=700 writes=0 ! -
			lease 10.99.0.50                 -> active renewals=0
			+149s
			A renew 10.99.0.50               -> ACK 10.99.0.50 51=751 58=251 59=551 writes=0
			+1s
			A renew 10.99.0.50               -> ACK 10.99.0.50 51=1000 58=500 59=800 writes=1 ! lease.renewed
			left 10.99.0.50                  -> 16m40s
			lease 10.99.0.50                 -> active renewals=1`},
		{"offer and grant agree", `
			A select 10.99.0.50              -> ACK 10.99.0.50 51=1000
			+100s
			A discover                       -> OFFER 10.99.0.50 51=900 58=400 59=700
			A select 10.99.0.50              -> ACK 10.99.0.50 51=900 58=400 59=700 writes=0
			A reboot 10.99.0.50              -> ACK 10.99.0.50 51=900 writes=0
			A/x discover                     -> OFFER 10.99.0.51 51=1000`},
		{"what was not written yet is", `
			A select 10.99.0.50              -> ACK 10.99.0.50
			+10s
			A renew 10.99.0.50 60=other      -> ACK 10.99.0.50 51=1000 writes=1
			+10s
			A renew 10.99.0.50 60=other      -> ACK 10.99.0.50 51=990 writes=0
			+10s
			A renew 10.99.0.50 60=other      -> ACK 10.99.0.50 51=980 writes=0`},
		{"another hardware address of the same client", `
			A/x select 10.99.0.50            -> ACK 10.99.0.50
			+10s
			B/x renew 10.99.0.50             -> ACK 10.99.0.50 51=1000 writes=1`},
		{"another relay", `
			A select 10.30.0.10 via=10.30.0.1 circuit=a  -> ACK 10.30.0.10 51=1000
			+10s
			A rebind 10.30.0.10 via=10.30.0.1 circuit=a  -> ACK 10.30.0.10 51=990 writes=0
			A renew 10.30.0.10                           -> ACK 10.30.0.10 51=990 writes=0
			A rebind 10.30.0.10 via=10.30.0.1 circuit=b  -> ACK 10.30.0.10 51=1000 writes=1`},
		{"sent again", `
			A select 10.99.0.50 xid=5        -> ACK 10.99.0.50 writes=1
			A select 10.99.0.50 xid=5        -> ACK 10.99.0.50 51=1000 writes=0
			+5s
			A select 10.99.0.50 xid=5        -> ACK 10.99.0.50 51=995 writes=0`},
		{"a lease made shorter by a reload is written", `
			A select 10.99.0.50              -> ACK 10.99.0.50 51=1000
			+10s
			replan time: 1000s => time: 900s
			A renew 10.99.0.50               -> ACK 10.99.0.50 51=900 writes=1
			left 10.99.0.50                  -> 15m0s`},
		{"a lease made longer by a reload may be as it is for now", `
			A select 10.99.0.50              -> ACK 10.99.0.50 51=1000
			+10s
			replan time: 1000s => time: 5000s
			A renew 10.99.0.50               -> ACK 10.99.0.50 51=990 writes=0
			+250s
			A renew 10.99.0.50               -> ACK 10.99.0.50 51=5000 writes=1`},
		{"never of a lease without end, and nothing without end is cut", `
			A select 10.80.0.100 on=eth6     -> ACK 10.80.0.100 51=infinite writes=1
			A renew 10.80.0.100 on=eth6      -> ACK 10.80.0.100 51=infinite
			left 10.80.0.100                 -> never`},
		{"after it ran out, and after it was given back", `
			A select 10.99.0.50              -> ACK 10.99.0.50 writes=1
			A release 10.99.0.50             -> DROP release-done
			A select 10.99.0.50              -> ACK 10.99.0.50 51=1000 writes=1
			+20m
			A reboot 10.99.0.50              -> ACK 10.99.0.50 51=1000 writes=1`},
		{"what ARP found is granted", `
			found 10.99.0.50 A
			A discover                       -> OFFER 10.99.0.50 51=1000
			A select 10.99.0.50              -> ACK 10.99.0.50 51=1000 writes=1 ! lease.granted`},
		{"nothing can be told to BOOTP", `
			replan bootp: false => bootp: true
			A select 10.99.0.50              -> ACK 10.99.0.50 writes=1
			A bootp                          -> ACK 10.99.0.50 writes=1
			left 10.99.0.50                  -> never`},
		{"the clock is set back by less than counts", `
			A select 10.99.0.50              -> ACK 10.99.0.50 writes=1
			replan time: 1000s => time: 5000s
			later -1s
			A renew 10.99.0.50               -> ACK 10.99.0.50 51=5000 writes=1`},
		{"the clock is set", `
			A select 10.99.0.50              -> ACK 10.99.0.50 writes=1
			+100s
			shift 1h
			A renew 10.99.0.50               -> ACK 10.99.0.50 51=900 writes=0`},
	})
}

const scarceFile = `
  authoritative: true
  probe: {enabled: false}
  limits: {actions: 0}
  lease: {time: 1000s, min: 60s, max: 1000s, scarce: 50%}
  subnets:
    - {name: lobby, prefix: 10.99.0.0/24, pools: [{range: 10.99.0.50-10.99.0.53}]}
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: lobby, address: 10.99.0.9}
`

// When a pool runs low new leases are short: the offer says so as the grant will.
func TestScarce(t *testing.T) {
	stories(t, planning{file: scarceFile}, []story{
		{"less than half free", `
			A discover                       -> OFFER 10.99.0.50 51=1000
			A select 10.99.0.50              -> ACK 10.99.0.50 51=1000
			B discover                       -> OFFER 10.99.0.51 51=1000
			B discover                       -> OFFER 10.99.0.51 51=1000
			B select 10.99.0.51              -> ACK 10.99.0.51 51=1000
			C discover                       -> OFFER 10.99.0.52 51=60
			C discover                       -> OFFER 10.99.0.52 51=60
			C select 10.99.0.52              -> ACK 10.99.0.52 51=60
			A renew 10.99.0.50               -> ACK 10.99.0.50 51=1000
			A discover                       -> OFFER 10.99.0.50 51=1000
			A select 10.99.0.50              -> ACK 10.99.0.50 51=1000
			D select 10.99.0.53              -> ACK 10.99.0.53 51=60
			K discover                       -> OFFER 10.99.0.9 51=1000
			K select 10.99.0.9               -> ACK 10.99.0.9 51=1000`},
	})
}

const affinityFile = `
  authoritative: true
  probe: {enabled: false}
  limits: {actions: 0}
  lease: {time: 100s, affinity: 1h}
  subnets:
    - {name: lobby, prefix: 10.99.0.0/24, shared_network: floor, pools: [{range: 10.99.0.50-10.99.0.51}, {range: 10.99.0.60}]}
    - {name: hall, prefix: 10.20.0.0/24, shared_network: floor, pools: [{range: 10.20.0.50}]}
`

// An address waits for whoever had it last, as long as others are free.
func TestAffinity(t *testing.T) {
	stories(t, planning{file: affinityFile}, []story{
		{"released", `
			A select 10.99.0.50              -> ACK 10.99.0.50
			A release 10.99.0.50             -> DROP release-done
			B discover 10.99.0.50            -> OFFER 10.20.0.50
			A discover                       -> OFFER 10.99.0.50`},
		{"expired, for an hour", `
			A select 10.20.0.50              -> ACK 10.20.0.50
			B select 10.99.0.50              -> ACK 10.99.0.50
			C select 10.99.0.51              -> ACK 10.99.0.51
			+100s
			D discover 10.99.0.50            -> OFFER 10.99.0.60
			+3599s
			D discover 10.99.0.50            -> OFFER 10.99.0.60
			+60s
			D discover 10.99.0.50            -> OFFER 10.99.0.50`},
		{"another gets it when nothing else is free, the longest free first", `
			A select 10.99.0.50              -> ACK 10.99.0.50
			B select 10.99.0.51              -> ACK 10.99.0.51
			C select 10.99.0.60              -> ACK 10.99.0.60
			D select 10.20.0.50              -> ACK 10.20.0.50
			B release 10.99.0.51             -> DROP release-done
			+1s
			A release 10.99.0.50             -> DROP release-done
			E discover                       -> OFFER 10.99.0.51
			E select 10.99.0.51              -> ACK 10.99.0.51
			F discover                       -> OFFER 10.99.0.50
			B discover                       -> DROP pool-exhausted`},
		{"one that is free behind one that is kept", `
			A select 10.99.0.50              -> ACK 10.99.0.50
			C select 10.99.0.60              -> ACK 10.99.0.60
			D select 10.20.0.50              -> ACK 10.20.0.50
			A release 10.99.0.50             -> DROP release-done
			E discover                       -> OFFER 10.99.0.51
			+61s
			F discover                       -> OFFER 10.99.0.51
			A discover                       -> OFFER 10.99.0.50`},
		{"still kept after an offer that nobody took", `
			A select 10.99.0.50              -> ACK 10.99.0.50
			B select 10.99.0.51              -> ACK 10.99.0.51
			C select 10.99.0.60              -> ACK 10.99.0.60
			D select 10.20.0.50              -> ACK 10.20.0.50
			A release 10.99.0.50             -> DROP release-done
			E discover                       -> OFFER 10.99.0.50
			+61s                             ! -
			B release 10.99.0.51             -> DROP release-done
			C decline 10.99.0.60             -> DROP decline-done
			clear 10.99.0.60
			E discover                       -> OFFER 10.99.0.60
			A discover                       -> OFFER 10.99.0.50`},
		{"after a restart and a reload", `
			A select 10.99.0.50              -> ACK 10.99.0.50
			A release 10.99.0.50             -> DROP release-done
			D select 10.20.0.50              -> ACK 10.20.0.50
			restart
			B discover                       -> OFFER 10.99.0.51
			replan
			C discover                       -> OFFER 10.99.0.51
			A discover                       -> OFFER 10.99.0.50`},
	})
}
