package engine_test

import (
	"testing"

	"rollcall/leased/engine"
)

// RFC 2131 §4.3.1 and the cases of DISCOVER.
func TestAddressOrder(t *testing.T) {
	stories(t, planning{}, []story{
		{"requested and free", `
			A discover 10.80.0.110 on=eth6             -> OFFER 10.80.0.110`},
		{"requested and leased", `
			A discover on=eth6                         -> OFFER 10.80.0.100
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			B discover 10.80.0.100 on=eth6             -> OFFER 10.80.0.101`},
		{"requested and offered to another", `
			A discover 10.80.0.110 on=eth6             -> OFFER 10.80.0.110
			B discover 10.80.0.110 on=eth6             -> OFFER 10.80.0.100`},
		{"requested and not to be had", `
			A discover 10.80.0.0 on=eth6               -> OFFER 10.80.0.100
			A discover 10.80.0.255 on=eth6             -> OFFER 10.80.0.100
			A discover 10.80.0.5 on=eth6               -> OFFER 10.80.0.100
			A discover 255.255.255.255 on=eth6         -> OFFER 10.80.0.100
			A discover 0.0.0.0 on=eth6                 -> OFFER 10.80.0.100
			A discover 10.80.0.1 on=eth6               -> OFFER 10.80.0.100
			A discover 10.50.0.10 on=eth6              -> OFFER 10.80.0.100
			A discover 50=hex:0a5000 on=eth6           -> OFFER 10.80.0.100`},
		{"current lease before requested", `
			A discover 10.80.0.105 on=eth6             -> OFFER 10.80.0.105
			A select 10.80.0.105 on=eth6               -> ACK 10.80.0.105
			A discover 10.80.0.110 on=eth6             -> OFFER 10.80.0.105`},
		{"previous lease before requested", `
			A discover 10.80.0.105 on=eth6             -> OFFER 10.80.0.105
			A select 10.80.0.105 on=eth6               -> ACK 10.80.0.105
			+601s                                      ! lease.expired
			A discover 10.80.0.110 on=eth6             -> OFFER 10.80.0.105`},
		{"previous lease given to another", `
			A discover 10.80.0.105 on=eth6             -> OFFER 10.80.0.105
			A select 10.80.0.105 on=eth6               -> ACK 10.80.0.105
			A release 10.80.0.105 on=eth6              -> DROP release-done
			B discover 10.80.0.105 on=eth6             -> OFFER 10.80.0.105
			B select 10.80.0.105 on=eth6               -> ACK 10.80.0.105
			A discover on=eth6                         -> OFFER 10.80.0.100`},
		{"asked twice", `
			A discover on=eth6                         -> OFFER 10.80.0.100
			B discover on=eth6                         -> OFFER 10.80.0.101
			A discover on=eth6                         -> OFFER 10.80.0.100`},
		{"longest free", `
			A discover via=10.31.0.1                   -> OFFER 10.31.0.10
			A select 10.31.0.10 via=10.31.0.1          -> ACK 10.31.0.10
			B discover via=10.31.0.1                   -> OFFER 10.31.0.11
			B select 10.31.0.11 via=10.31.0.1          -> ACK 10.31.0.11
			B release 10.31.0.11 via=10.31.0.1
			+1s
			A release 10.31.0.10 via=10.31.0.1
			C discover via=10.31.0.1                   -> OFFER 10.31.0.11
			D discover via=10.31.0.1                   -> OFFER 10.31.0.10`},
		{"never used before used", `
			A discover on=eth6                         -> OFFER 10.80.0.100
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A release 10.80.0.100 on=eth6
			B discover on=eth6                         -> OFFER 10.80.0.101`},
		{"longest free, after a restart", `
			A discover on=eth6                         -> OFFER 10.80.0.100
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A release 10.80.0.100 on=eth6
			restart
			B discover on=eth6                         -> OFFER 10.80.0.101`},
		{"longest free, after a reload", `
			A discover via=10.31.0.1                   -> OFFER 10.31.0.10
			A select 10.31.0.10 via=10.31.0.1          -> ACK 10.31.0.10
			B discover via=10.31.0.1                   -> OFFER 10.31.0.11
			B select 10.31.0.11 via=10.31.0.1          -> ACK 10.31.0.11
			B release 10.31.0.11 via=10.31.0.1
			+1s
			A release 10.31.0.10 via=10.31.0.1
			replan
			C discover via=10.31.0.1                   -> OFFER 10.31.0.11`},
		{"an offer runs out", `
			A discover 10.80.0.110 on=eth6             -> OFFER 10.80.0.110
			+31s
			B discover 10.80.0.110 on=eth6             -> OFFER 10.80.0.110
			A select 10.80.0.110 on=eth6               -> NAK address-taken`},
		{"an offer that ran out before anyone looked", `
			A discover 10.80.0.110 on=eth6             -> OFFER 10.80.0.110
			later 31s
			B discover 10.80.0.110 on=eth6             -> OFFER 10.80.0.110
			+32s
			A discover 10.80.0.110 on=eth6             -> OFFER 10.80.0.110
			C discover 10.80.0.110 on=eth6             -> OFFER 10.80.0.100`},
		{"the last address", `
			A discover on=eth5                         -> OFFER 10.70.0.2
			B discover on=eth5                         -> DROP pool-exhausted
			A select 10.70.0.2 on=eth5                 -> ACK 10.70.0.2
			B select 10.70.0.2 on=eth5                 -> NAK address-taken
			B discover on=eth5                         -> DROP pool-exhausted`},
		{"addresses of our own", `
			A discover 10.99.0.2                       -> OFFER 10.99.0.50
			A select 10.99.0.2                         -> NAK address-taken`},
	})
}

// Who may have what: known machines their reservation, else pools for known; strangers pools for unknown.
func TestKnownAndUnknown(t *testing.T) {
	stories(t, planning{}, []story{
		{"a reservation", `
			K discover                                 -> OFFER 10.20.0.200 ! -
			K discover 10.99.0.50                      -> OFFER 10.20.0.200
			A discover 10.20.0.200                     -> OFFER 10.99.0.50
			A select 10.20.0.200                       -> NAK address-reserved
			K select 10.99.0.50                        -> NAK move-to-reservation
			K reboot 10.99.0.50                        -> NAK move-to-reservation`},
		{"a reservation inside a pool", `
			reserve A lobby 10.99.0.50
			B discover                                 -> OFFER 10.99.0.51
			B discover 10.99.0.50                      -> OFFER 10.99.0.51
			A discover                                 -> OFFER 10.99.0.50`},
		{"a pool of reserved addresses only", `
			reserve A isp 10.70.0.2
			B discover on=eth5                         -> DROP pool-exhausted
			A discover on=eth5                         -> OFFER 10.70.0.2`},
		{"known without address", `
			reserve A lab -
			A discover on=eth2                         -> OFFER 10.40.0.10 ! -
			A select 10.40.0.10 on=eth2                -> ACK 10.40.0.10
			A select 10.40.0.20 on=eth2                -> NAK not-assignable
			B discover on=eth2                         -> OFFER 10.40.0.20
			B select 10.40.0.11 on=eth2                -> NAK not-assignable
			B discover 10.40.0.11 on=eth2              -> OFFER 10.40.0.21`},
		{"known without address or pool", `
			reserve A lobby -
			A discover                                 -> DROP no-pool-for-known ! -`},
		{"known without address keeps to its subnet", `
			reserve A annex -
			A discover via=10.30.0.1                   -> OFFER 10.31.0.10`},
		{"own address held by another", `
			B discover on=eth2                         -> OFFER 10.40.0.20
			B select 10.40.0.20 on=eth2                -> ACK 10.40.0.20
			reserve A lab 10.40.0.20
			A discover on=eth2                         -> OFFER 10.40.0.10
			A select 10.40.0.10 on=eth2                -> ACK 10.40.0.10
			B renew 10.40.0.20 on=eth2                 -> NAK address-reserved
			A renew 10.40.0.10 on=eth2                 -> ACK 10.40.0.10
			B discover on=eth2                         -> OFFER 10.40.0.21
			B select 10.40.0.21 on=eth2                -> ACK 10.40.0.21 ! lease.granted
			lease 10.40.0.20                           -> released renewals=0
			A renew 10.40.0.10 on=eth2                 -> NAK move-to-reservation
			A discover on=eth2                         -> OFFER 10.40.0.20
			A select 10.40.0.20 on=eth2                -> ACK 10.40.0.20`},
		{"own address held by another, and no pool for known", `
			B discover                                 -> OFFER 10.99.0.50
			B select 10.99.0.50                        -> ACK 10.99.0.50
			reserve A lobby 10.99.0.50
			A discover                                 -> DROP reserved-address-held
			+121s                                      ! lease.expired
			A discover                                 -> OFFER 10.99.0.50`},
		{"own address in quarantine", `
			K discover                                 -> OFFER 10.20.0.200
			K select 10.20.0.200                       -> ACK 10.20.0.200
			K decline 10.20.0.200                      -> DROP decline-done ! address.declined
			K discover                                 -> DROP reserved-address-quarantined
			+601s
			K discover                                 -> OFFER 10.20.0.200`},
		{"strangers where nothing is for them", `
			A discover on=eth4                         -> DROP unserved ! client.unknown
			A select 10.60.0.10 on=eth4                -> NAK not-assignable
			A reboot 10.60.0.10 on=eth4                -> NAK unknown-lease`},
	})
}

// A DISCOVER of a stranger is an event, once an hour; silence is remembered for a minute.
func TestStrangers(t *testing.T) {
	stories(t, planning{}, []story{
		{"once an hour", `
			A discover                                 -> OFFER 10.99.0.50 ! client.unknown
			A discover                                 -> OFFER 10.99.0.50 ! -
			+59m
			A discover                                 ! -
			+61s
			A discover                                 ! client.unknown
			B discover                                 ! client.unknown`},
		{"once an hour where nothing serves it", `
			A discover on=eth4                         -> DROP unserved ! client.unknown
			+61s
			A discover on=eth4                         -> DROP unserved ! -
			+1h
			A discover on=eth4                         -> DROP unserved ! client.unknown`},
		{"again when it was known meanwhile", `
			A discover                                 -> OFFER 10.99.0.50 ! client.unknown
			reserve A hall 10.20.0.7                   -> 1 ! reservation.added
			A discover                                 -> OFFER 10.20.0.7 ! -
			unreserve 1                                ! reservation.deleted
			A discover                                 -> OFFER 10.99.0.50 ! client.unknown`},
		{"silence ends at once with a reservation", `
			A discover on=eth4                         -> DROP unserved
			reserve A vault 10.60.0.7
			A discover on=eth4                         -> OFFER 10.60.0.7`},
		{"silence ends with a reservation by relay", `
			A discover on=eth4                         -> DROP unserved
			reserve id=x vault 10.60.0.7
			A/x discover on=eth4                       -> OFFER 10.60.0.7`},
		{"silence in one network is none in another", `
			A discover on=eth4                         -> DROP unserved
			A discover                                 -> OFFER 10.99.0.50`},
		{"silence ends with a new plan", `
			A discover on=eth4                         -> DROP unserved
			resume A                                   -> 1
			resume A                                   -> 0
			A discover on=eth4                         -> DROP unserved
			replan
			resume A                                   -> 0`},
	})
}

// Silence costs nothing: within the minute not even a pool that has appeared is looked at, after it the rules decide again.
func TestUnservedIsRemembered(t *testing.T) {
	w := run(t, planning{}, `A discover on=eth4 -> DROP unserved`)
	silenced := func() int { return len(w.s.Silenced(w.now.Unix())) }
	if got := silenced(); got != 1 {
		t.Fatalf("%d clients are silenced, want 1", got)
	}
	w.pass(61e9)
	if got := silenced(); got != 0 {
		t.Errorf("%d clients are silenced after a minute", got)
	}
	off := run(t, planning{set: func(s *engine.Settings) { s.UnservedFor = 0 }}, `A discover on=eth4 -> DROP unserved`)
	if got := len(off.s.Silenced(off.now.Unix())); got != 0 {
		t.Errorf("%d clients are silenced where it is switched off", got)
	}
}

// Before an address is offered for the first time it is probed, except to its last holder.
func TestProbeBeforeOffer(t *testing.T) {
	stories(t, planning{}, []story{
		{"only where leased can see the link", `
			A discover                                 -> OFFER 10.99.0.50`},
		{"silent address", `
			attach lobby
			A discover                                 -> PROBE 10.99.0.50 ! client.unknown
			A discover                                 -> DROP probing ! -
			B discover                                 -> PROBE 10.99.0.51
			silent 10.99.0.50
			A discover                                 -> OFFER 10.99.0.50
			A select 10.99.0.50                        -> ACK 10.99.0.50`},
		{"its last holder needs none", `
			A discover                                 -> OFFER 10.99.0.50
			A select 10.99.0.50                        -> ACK 10.99.0.50
			attach lobby
			A discover                                 -> OFFER 10.99.0.50
			+10m
			A discover                                 -> OFFER 10.99.0.50
			A select 10.99.0.50                        -> ACK 10.99.0.50
			A release 10.99.0.50                       -> DROP release-done
			B discover 10.99.0.50                      -> PROBE 10.99.0.50`},
		{"answered address", `
			attach lobby
			A discover                                 -> PROBE 10.99.0.50
			conflict 10.99.0.50 M                      ! address.conflict
			A discover                                 -> PROBE 10.99.0.51
			lease 10.99.0.50                           -> declined renewals=0
			B discover 10.99.0.50                      -> PROBE 10.99.0.52`},
		{"reserved address in a pool", `
			attach lobby
			reserve A lobby 10.99.0.55
			A discover                                 -> PROBE 10.99.0.55
			A discover                                 -> DROP probing
			silent 10.99.0.55
			A discover                                 -> OFFER 10.99.0.55
			A select 10.99.0.55                        -> ACK 10.99.0.55`},
		{"reservations outside pools are their machine's", `
			attach hall
			K discover                                 -> OFFER 10.20.0.200`},
		{"known to be silent", `
			attach lobby
			silent 10.99.0.50
			A discover                                 -> OFFER 10.99.0.50`},
		{"known to have been silent some time ago", `
			attach lobby
			silent 10.99.0.50
			+10m
			A discover                                 -> PROBE 10.99.0.50`},
	})
	t.Run("switched off", func(t *testing.T) {
		run(t, planning{set: func(s *engine.Settings) { s.Probe = false }}, `
			attach lobby
			A discover                                 -> OFFER 10.99.0.50`)
	})
}
