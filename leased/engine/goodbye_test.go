package engine_test

import (
	"testing"

	"rollcall/internal/event"
)

// RFC 2131 §4.3.4 and Table 5.
func TestRelease(t *testing.T) {
	stories(t, planning{}, []story{
		{"by its holder", `
			A select 10.70.0.2 on=eth5                 -> ACK 10.70.0.2
			A release 10.70.0.2 on=eth5                -> DROP release-done ! lease.released
			B discover on=eth5                         -> OFFER 10.70.0.2`},
		{"the holder comes back first", `
			A select 10.80.0.105 on=eth6               -> ACK 10.80.0.105
			A release 10.80.0.105 on=eth6              -> DROP release-done
			A discover on=eth6                         -> OFFER 10.80.0.105`},
		{"by another", `
			A/x select 10.80.0.100 on=eth6             -> ACK 10.80.0.100
			B/y release 10.80.0.100 on=eth6            -> DROP not-holder ! -
			A release 10.80.0.100 on=eth6              -> DROP not-holder
			B release 10.80.0.100 on=eth6              -> DROP not-holder
			lease 10.80.0.100                          -> active renewals=0`},
		{"by the same client with another card", `
			A/x select 10.80.0.100 on=eth6             -> ACK 10.80.0.100
			B/x release 10.80.0.100 on=eth6            -> DROP release-done`},
		{"of what is over", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			+601s
			A release 10.80.0.100 on=eth6              -> DROP not-holder ! -
			later 1s
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A release 10.80.0.100 on=eth6              -> DROP release-done
			A release 10.80.0.100 on=eth6              -> DROP not-holder ! -`},
		{"of nothing", `
			A release 0.0.0.0 on=eth6                  -> DROP no-address
			A release 10.80.0.100 on=eth6              -> DROP not-holder
			lease 10.80.0.100                          -> none`},
		{"without server identifier", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			B release 10.80.0.100 on=eth6 server=none  -> DROP not-holder
			A release 10.80.0.100 on=eth6 server=none  -> DROP release-done`},
		{"for another server", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A release 10.80.0.100 on=eth6 server=10.80.0.99 -> DROP other-server
			lease 10.80.0.100                          -> active renewals=0`},
		{"relayed", `
			A select 10.30.0.10 via=10.30.0.1          -> ACK 10.30.0.10
			A release 10.30.0.10 via=10.30.0.1         -> DROP release-done`},
		{"by an operator", `
			A select 10.70.0.2 on=eth5                 -> ACK 10.70.0.2
			end 10.70.0.2                              ! lease.released
			B discover on=eth5                         -> OFFER 10.70.0.2`},
	})
}

// RFC 2131 §4.3.3, Table 5, and the quarantine of DESIGN §4.
func TestDecline(t *testing.T) {
	stories(t, planning{}, []story{
		{"by its holder", `
			A select 10.70.0.2 on=eth5                 -> ACK 10.70.0.2
			A decline 10.70.0.2 on=eth5                -> DROP decline-done ! address.declined
			lease 10.70.0.2                            -> declined renewals=0
			B discover on=eth5                         -> DROP pool-exhausted
			+9m59s
			B discover on=eth5                         -> DROP pool-exhausted
			+1s                                        ! -
			B discover on=eth5                         -> OFFER 10.70.0.2`},
		{"of an offer", `
			A discover on=eth6                         -> OFFER 10.80.0.100
			A decline 10.80.0.100 on=eth6              -> DROP decline-done
			A discover on=eth6                         -> OFFER 10.80.0.101`},
		{"doubling up to a cap, forgotten after a renewal", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A decline 10.80.0.100 on=eth6              -> DROP decline-done
			left 10.80.0.100                           -> 10m0s
			+10m
			B select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			B decline 10.80.0.100 on=eth6              -> DROP decline-done
			left 10.80.0.100                           -> 20m0s
			+20m
			C select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			C decline 10.80.0.100 on=eth6              -> DROP decline-done
			left 10.80.0.100                           -> 40m0s
			+40m
			D select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			D decline 10.80.0.100 on=eth6              -> DROP decline-done
			left 10.80.0.100                           -> 1h0m0s
			+1h
			D select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			+5m
			D renew 10.80.0.100 on=eth6                -> ACK 10.80.0.100
			D decline 10.80.0.100 on=eth6              -> DROP decline-done
			left 10.80.0.100                           -> 10m0s`},
		{"by another", `
			A/x select 10.80.0.100 on=eth6             -> ACK 10.80.0.100
			A/y decline 10.80.0.100 on=eth6            -> DROP not-holder ! -
			B decline 10.80.0.100 on=eth6              -> DROP not-holder
			B decline 10.80.0.105 on=eth6              -> DROP not-holder
			lease 10.80.0.100                          -> active renewals=0`},
		{"without what it needs", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A decline 10.80.0.100 on=eth6 server=none  -> DROP no-server-id
			A decline 10.80.0.100 on=eth6 server=10.80.0.99 -> DROP other-server
			A decline 0.0.0.0 on=eth6                  -> DROP no-address
			lease 10.80.0.100                          -> active renewals=0`},
		{"relayed", `
			A select 10.30.0.10 via=10.30.0.1          -> ACK 10.30.0.10
			A decline 10.30.0.10 via=10.30.0.1         -> DROP decline-done`},
		{"one client cannot drain a pool", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A decline 10.80.0.100 on=eth6              -> DROP decline-done
			A select 10.80.0.101 on=eth6               -> ACK 10.80.0.101
			A decline 10.80.0.101 on=eth6              -> DROP decline-done
			A select 10.80.0.102 on=eth6               -> ACK 10.80.0.102
			A decline 10.80.0.102 on=eth6              -> DROP decline-done
			A select 10.80.0.103 on=eth6               -> ACK 10.80.0.103
			A decline 10.80.0.103 on=eth6              -> DROP decline-limit
			lease 10.80.0.103                          -> released renewals=0
			B select 10.80.0.104 on=eth6               -> ACK 10.80.0.104
			B decline 10.80.0.104 on=eth6              -> DROP decline-done
			+10m
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A decline 10.80.0.100 on=eth6              -> DROP decline-done`},
		{"one client cannot drain a pool by offers", `
			A discover on=eth6                         -> OFFER 10.80.0.100
			A decline 10.80.0.100 on=eth6              -> DROP decline-done
			A discover on=eth6                         -> OFFER 10.80.0.101
			A decline 10.80.0.101 on=eth6              -> DROP decline-done
			A discover on=eth6                         -> OFFER 10.80.0.102
			A decline 10.80.0.102 on=eth6              -> DROP decline-done
			A discover on=eth6                         -> OFFER 10.80.0.103
			A decline 10.80.0.103 on=eth6              -> DROP decline-limit
			lease 10.80.0.103                          -> none
			B discover 10.80.0.103 on=eth6             -> OFFER 10.80.0.103`},
		{"ARP found nobody", `
			A select 10.70.0.2 on=eth5                 -> ACK 10.70.0.2
			A decline 10.70.0.2 on=eth5                -> DROP decline-done
			unverified 10.70.0.2
			left 10.70.0.2                             -> 1m0s
			+60s
			B select 10.70.0.2 on=eth5                 -> ACK 10.70.0.2
			B decline 10.70.0.2 on=eth5                -> DROP decline-done
			left 10.70.0.2                             -> 10m0s`},
		{"nothing to shorten", `
			A select 10.70.0.2 on=eth5                 -> ACK 10.70.0.2
			unverified 10.70.0.2
			lease 10.70.0.2                            -> active renewals=0
			conflict 10.80.0.100 M
			unverified 10.80.0.100
			left 10.80.0.100                           -> 10m0s`},
		{"cleared by an operator", `
			A select 10.70.0.2 on=eth5                 -> ACK 10.70.0.2
			A decline 10.70.0.2 on=eth5                -> DROP decline-done
			clear 10.70.0.2
			B discover on=eth5                         -> OFFER 10.70.0.2`},
		{"a client is not sent back to the address it declined", `
			A select 10.80.0.105 on=eth6               -> ACK 10.80.0.105
			A decline 10.80.0.105 on=eth6              -> DROP decline-done
			A discover on=eth6                         -> OFFER 10.80.0.100
			+10m
			A discover on=eth6                         -> OFFER 10.80.0.101`},
		{"quarantine survives a restart", `
			A select 10.70.0.2 on=eth5                 -> ACK 10.70.0.2
			A decline 10.70.0.2 on=eth5                -> DROP decline-done
			restart
			B discover on=eth5                         -> DROP pool-exhausted
			+10m
			B discover on=eth5                         -> OFFER 10.70.0.2`},
		{"an address that was declined is probed, even for the client that declined it", `
			A select 10.70.0.2 on=eth5                 -> ACK 10.70.0.2
			A decline 10.70.0.2 on=eth5                -> DROP decline-done
			attach isp
			+10m
			A discover on=eth5                         -> PROBE 10.70.0.2`},
	})
}

// Verification is asked for where an address was set aside on a client's word.
func TestDeclineAsksForVerification(t *testing.T) {
	w := run(t, planning{}, `A select 10.80.0.100 on=eth6 -> ACK 10.80.0.100`)
	s := &script{world: w}
	if d := w.send(s.message([]string{"A", "decline", "10.80.0.100", "on=eth6"})); d.Verify != ip("10.80.0.100") {
		t.Errorf("verify %v, want 10.80.0.100", d.Verify)
	}
	if got := len(w.s.Quarantined(w.now.Unix())); got != 1 {
		t.Errorf("%d addresses are in quarantine, want 1", got)
	}
	if e := w.all[len(w.all)-1]; e.Kind != event.AddressDeclined || e.Machine.HW != hwOf("A") || e.Link != "f1/eth6" {
		t.Errorf("event %+v", e)
	}
}

// RFC 2131 §4.3.5.
func TestInform(t *testing.T) {
	stories(t, planning{}, []story{
		{"a stranger", `
			A inform 10.99.0.77                        -> ACK ! -
			lease 10.99.0.77                           -> none`},
		{"with a server identifier all the same", `
			A inform 10.99.0.77 server=10.99.0.1       -> ACK`},
		{"without address", `
			A inform                                   -> DROP no-address`},
		{"relayed without address", `
			A inform via=10.30.0.1                     -> ACK`},
		{"for somebody else", `
			A inform 192.0.2.1                         -> DROP no-subnet
			A inform 10.80.0.100                       -> DROP no-subnet
			A inform 10.80.0.100 via=10.30.0.1         -> DROP no-subnet`},
		{"anywhere in the shared network", `
			A inform 10.20.1.1                         -> ACK`},
	})
}
