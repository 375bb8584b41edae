package engine_test

import (
	"testing"

	"rollcall/leased/engine"
)

func modest(s *engine.Settings) { s.Authoritative = false }

// RFC 2131 §4.3.2, SELECTING, and Table 5.
func TestSelecting(t *testing.T) {
	both(t, []story{
		{"ours", `
			A discover on=eth6                         -> OFFER 10.80.0.100 ! client.unknown
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100 ! lease.granted`},
		{"by any address of the frontend", `
			A discover on=eth6                         -> OFFER 10.80.0.100
			A select 10.80.0.100 on=eth6 server=10.20.0.1 -> ACK 10.80.0.100`},
		{"another server: the offer is taken back", `
			A discover 10.80.0.100 on=eth6             -> OFFER 10.80.0.100
			A select 10.80.0.100 on=eth6 server=10.80.0.99 -> DROP other-server ! -
			B discover 10.80.0.100 on=eth6             -> OFFER 10.80.0.100`},
		{"another frontend of this leased: the offer stands", `
			A discover                                 -> OFFER 10.99.0.50
			A select 10.99.0.50 server=10.99.0.2       -> DROP other-frontend
			B discover 10.99.0.50                      -> OFFER 10.99.0.51`},
		{"after a restart the offer is forgotten, not the promise", `
			A discover on=eth6                         -> OFFER 10.80.0.100
			restart
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100`},
		{"not offered but free", `
			A select 10.80.0.115 on=eth6               -> ACK 10.80.0.115`},
		{"another's", `
			A discover on=eth6                         -> OFFER 10.80.0.100
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			B select 10.80.0.100 on=eth6               -> NAK address-taken
			A decline 10.80.0.100 on=eth6              -> DROP decline-done
			B select 10.80.0.100 on=eth6               -> NAK address-quarantined`},
		{"another's offer", `
			A discover 10.80.0.105 on=eth6             -> OFFER 10.80.0.105
			B select 10.80.0.105 on=eth6               -> NAK address-taken
			A select 10.80.0.105 on=eth6               -> ACK 10.80.0.105`},
		{"another address than offered: the offer is free again", `
			A discover 10.80.0.100 on=eth6             -> OFFER 10.80.0.100
			A select 10.80.0.105 on=eth6               -> ACK 10.80.0.105
			B discover 10.80.0.100 on=eth6             -> OFFER 10.80.0.100`},
		{"a NAK takes the offer back", `
			A discover 10.80.0.100 on=eth6             -> OFFER 10.80.0.100
			A select 10.99.0.50 on=eth6                -> NAK wrong-network
			B discover 10.80.0.100 on=eth6             -> OFFER 10.80.0.100`},
		{"addresses that are nobody's", `
			A select 10.80.0.0 on=eth6                 -> NAK wrong-network
			A select 10.80.0.255 on=eth6               -> NAK wrong-network
			A select 255.255.255.255 on=eth6           -> NAK wrong-network
			A select 10.80.0.1 on=eth6                 -> NAK address-taken
			A select 10.80.0.5 on=eth6                 -> NAK not-assignable`},
		{"without what it needs", `
			A request server=10.80.0.1 on=eth6         -> DROP no-address
			A select 0.0.0.0 on=eth6                   -> DROP no-address
			A request server=10.80.0.1 50=hex:0a5000 on=eth6 -> DROP no-address
			A request on=eth6                          -> DROP no-address`},
		{"a server identifier of the wrong length", `
			A discover on=eth6                         -> OFFER 10.80.0.100
			A request 50=10.80.0.100 server=hex:0a5000 on=eth6 -> DROP other-server`},
		{"one lease in a network: the other one ends with the ACK", `
			A select 10.80.0.105 on=eth6               -> ACK 10.80.0.105
			A select 10.80.0.106 on=eth6               -> ACK 10.80.0.106 ! lease.granted
			lease 10.80.0.105                          -> released renewals=0`},
		{"relayed, a second client", `
			A discover via=10.30.0.1                   -> OFFER 10.30.0.10
			A select 10.30.0.10 via=10.30.0.1          -> ACK 10.30.0.10
			B select 10.30.0.10 via=10.30.0.1          -> NAK address-taken`},
	})
}

// both tells stories whose end does not depend on being authoritative.
func both(t *testing.T, all []story) {
	t.Run("authoritative", func(t *testing.T) { stories(t, planning{}, all) })
	t.Run("modest", func(t *testing.T) { stories(t, planning{set: modest}, all) })
}

// RFC 2131 §4.3.2, INIT-REBOOT.
func TestInitReboot(t *testing.T) {
	both(t, []story{
		{"its lease", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A reboot 10.80.0.100 on=eth6               -> ACK 10.80.0.100 ! -
			lease 10.80.0.100                          -> active renewals=0`},
		{"its lease, after a restart", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			restart
			A reboot 10.80.0.100 on=eth6               -> ACK 10.80.0.100`},
		{"its lease that ran out and is free", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			+601s
			A reboot 10.80.0.100 on=eth6               -> ACK 10.80.0.100 ! lease.granted`},
		{"its lease that ran out and is another's", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			+601s
			B select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			B reboot 10.80.0.100 on=eth6               -> ACK 10.80.0.100`},
		{"another address than its lease", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A reboot 10.80.0.101 on=eth6               -> NAK not-yours`},
		{"a wrong network", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A reboot 185.0.50.0 on=eth6                -> NAK wrong-network
			A reboot 10.99.0.50 on=eth6                -> NAK wrong-network
			A reboot 10.80.0.255 on=eth6               -> NAK wrong-network
			B reboot 10.99.0.50 on=eth6                -> NAK wrong-network`},
		{"a reservation needs no memory", `
			K reboot 10.20.0.200                       -> ACK 10.20.0.200`},
		{"relayed", `
			A select 10.30.0.10 via=10.30.0.1          -> ACK 10.30.0.10
			A reboot 10.30.0.10 via=10.30.0.1          -> ACK 10.30.0.10`},
	})
	stories(t, planning{}, []story{{"unknown, authoritative", `
			A reboot 10.80.0.100 on=eth6               -> NAK unknown-lease
			A reboot 10.30.0.10 via=10.30.0.1          -> NAK unknown-lease
			A reboot 192.168.1.7 on=eth6               -> NAK wrong-network
			A rebind 192.168.1.7 on=eth6               -> NAK wrong-network`}})
	stories(t, planning{set: modest}, []story{{"unknown, not authoritative", `
			A reboot 10.80.0.100 on=eth6               -> DROP not-authoritative
			A reboot 10.30.0.10 via=10.30.0.1          -> DROP not-authoritative
			B select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A reboot 10.80.0.100 on=eth6               -> DROP not-authoritative
			A reboot 192.168.1.7 on=eth6               -> DROP not-authoritative  # another server's, for all we know
			A rebind 192.168.1.7 on=eth6               -> DROP not-authoritative
			K reboot 192.168.1.7                       -> NAK wrong-network`}})
}

// RFC 2131 §4.3.2, RENEWING and REBINDING.
func TestRenewAndRebind(t *testing.T) {
	both(t, []story{
		{"renew", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			+5m
			left 10.80.0.100                           -> 5m0s
			A renew 10.80.0.100 on=eth6                -> ACK 10.80.0.100 ! -
			left 10.80.0.100                           -> 10m0s
			lease 10.80.0.100                          -> active renewals=1`},
		{"rebind", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			+9m
			A rebind 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			+5m
			A rebind 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			lease 10.80.0.100                          -> active renewals=2`},
		{"of an expired lease that is still free", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			+601s
			A renew 10.80.0.100 on=eth6                -> ACK 10.80.0.100 ! lease.granted
			lease 10.80.0.100                          -> active renewals=0`},
		{"of another's", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			B select 10.80.0.101 on=eth6               -> ACK 10.80.0.101
			B renew 10.80.0.100 on=eth6                -> NAK not-yours
			lease 10.80.0.100                          -> active renewals=0`},
		{"a requested address beside ciaddr is not heeded", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A renew 10.80.0.100 50=10.80.0.105 on=eth6 -> ACK 10.80.0.100`},
		{"a server identifier beside ciaddr", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A rebind 10.80.0.100 on=eth6 server=10.80.0.99 -> DROP other-server
			A rebind 10.99.0.50 server=10.99.0.2       -> DROP other-frontend`},
		{"moved to another network", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A rebind 10.80.0.100 on=eth3               -> NAK wrong-network`},
		{"an address that is nobody's", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A rebind 10.80.0.255 on=eth6               -> NAK wrong-network`},
		{"of a lease the client gave back", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A release 10.80.0.100 on=eth6              -> DROP release-done
			B select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			lease 10.80.0.100                          -> active renewals=0`},
	})
	stories(t, planning{}, []story{{"never leased, authoritative", `
			A renew 10.80.0.100 on=eth6                -> NAK unknown-lease`}})
	stories(t, planning{set: modest}, []story{{"never leased, not authoritative", `
			A renew 10.80.0.100 on=eth6                -> DROP not-authoritative
			A rebind 10.80.0.100 on=eth6               -> DROP not-authoritative`}})
	t.Run("renewals are events if wanted", func(t *testing.T) {
		run(t, planning{set: func(s *engine.Settings) { s.RenewedEvents = true }}, `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100 ! lease.granted
			+1m
			A renew 10.80.0.100 on=eth6                -> ACK 10.80.0.100 ! lease.renewed
			A reboot 10.80.0.100 on=eth6               -> ACK 10.80.0.100 ! -`)
	})
}

// Clients send again what was not answered in time. That is one event and one renewal; and whatever the ACK says of the time, the
// lease lasts as long (checked with every ACK).
func TestRetransmission(t *testing.T) {
	stories(t, planning{set: func(s *engine.Settings) { s.RenewedEvents = true }}, []story{
		{"selecting", `
			A select 10.80.0.100 on=eth6 xid=7         -> ACK 10.80.0.100 ! lease.granted
			A select 10.80.0.100 on=eth6 xid=7         -> ACK 10.80.0.100 ! -
			+4s
			A select 10.80.0.100 on=eth6 xid=7         -> ACK 10.80.0.100 ! -`},
		{"renewing", `
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			+5m
			A renew 10.80.0.100 on=eth6 xid=9          -> ACK 10.80.0.100 ! lease.renewed
			+2s
			A renew 10.80.0.100 on=eth6 xid=9          -> ACK 10.80.0.100 ! -
			lease 10.80.0.100                          -> active renewals=1`},
		// systemd-networkd keeps one xid for as long as it runs.
		{"a client that never changes its xid", `
			A select 10.80.0.100 on=eth6 xid=7         -> ACK 10.80.0.100
			+5m
			A renew 10.80.0.100 on=eth6 xid=7          -> ACK 10.80.0.100 ! lease.renewed
			left 10.80.0.100                           -> 10m0s
			+5m
			A renew 10.80.0.100 on=eth6 xid=7          -> ACK 10.80.0.100 ! lease.renewed
			left 10.80.0.100                           -> 10m0s
			lease 10.80.0.100                          -> active renewals=2`},
		{"after a restart", `
			A select 10.80.0.100 on=eth6 xid=7         -> ACK 10.80.0.100 ! lease.granted
			restart
			A select 10.80.0.100 on=eth6 xid=7         -> ACK 10.80.0.100 ! -`},
		{"an adopted host", `
			found 10.80.0.100 A
			A select 10.80.0.100 on=eth6 xid=7         -> ACK 10.80.0.100 ! lease.granted
			A select 10.80.0.100 on=eth6 xid=7         -> ACK 10.80.0.100 ! -`},
		{"a discover", `
			A discover on=eth6 xid=7                   -> OFFER 10.80.0.100 ! client.unknown
			A discover on=eth6 xid=7                   -> OFFER 10.80.0.100 ! -`},
	})
}

// A lease without end (RFC 2131 §3.3) has no T1 and T2, and nothing but its holder ends it.
func TestInfiniteLease(t *testing.T) {
	w := run(t, planning{}, `
		A discover on=eth5                             -> OFFER 10.70.0.2
		A select 10.70.0.2 on=eth5                     -> ACK 10.70.0.2
		left 10.70.0.2                                 -> never
		+1h
		B discover on=eth5                             -> DROP pool-exhausted
		restart
		A renew 10.70.0.2 on=eth5                      -> ACK 10.70.0.2
		shift 24h
		left 10.70.0.2                                 -> never
		A release 10.70.0.2 on=eth5                    -> DROP release-done
		B discover on=eth5                             -> OFFER 10.70.0.2`)
	d := w.send(w.query(engine.Discover, hwOf("B"), "eth5", nil))
	if got, want := render(d.Options), "54=0a460001 51=ffffffff 1=fffffffc"; got != want {
		t.Errorf("options %s, want %s", got, want)
	}
}
