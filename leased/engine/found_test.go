package engine_test

import "testing"

// DESIGN §4, ARP: what answers a scan is a lease of the answering hardware address.
func TestFoundByARP(t *testing.T) {
	stories(t, planning{}, []story{
		{"is nobody else's", `
			found 10.99.0.50 M                         ! -
			lease 10.99.0.50                           -> active renewals=0
			A discover                                 -> OFFER 10.99.0.51
			A discover 10.99.0.50                      -> OFFER 10.99.0.51
			A select 10.99.0.50                        -> NAK address-taken`},
		{"is its machine's when it asks", `
			found 10.99.0.50 M
			M/x discover                               -> OFFER 10.99.0.50
			M/x select 10.99.0.50                      -> ACK 10.99.0.50 ! lease.granted
			M/x renew 10.99.0.50                       -> ACK 10.99.0.50
			M/y discover                               -> OFFER 10.99.0.51`},
		{"is its machine's when it renews", `
			found 10.99.0.50 M
			M/x renew 10.99.0.50                       -> ACK 10.99.0.50 ! lease.granted`},
		{"is its machine's when it boots again", `
			found 10.99.0.50 M
			M reboot 10.99.0.50                        -> ACK 10.99.0.50 ! lease.granted`},
		{"ends when it is not seen again", `
			found 10.99.0.50 M
			+2m                                        ! lease.expired
			A discover 10.99.0.50                      -> OFFER 10.99.0.50`},
		{"does not beat what is known", `
			A select 10.99.0.50                        -> ACK 10.99.0.50
			found 10.99.0.50 M
			A renew 10.99.0.50                         -> ACK 10.99.0.50
			A decline 10.99.0.50                       -> DROP decline-done
			found 10.99.0.50 M
			lease 10.99.0.50                           -> declined renewals=0
			found 10.99.0.1 M
			lease 10.99.0.1                            -> none
			found 192.0.2.1 M
			lease 192.0.2.1                            -> none
			found 10.99.0.255 M
			lease 10.99.0.255                          -> none`},
		{"the holder we had", `
			A/x select 10.99.0.50                      -> ACK 10.99.0.50
			+3m
			found 10.99.0.50 A
			A/x renew 10.99.0.50                       -> ACK 10.99.0.50`},
		{"a second address of a machine that has a lease", `
			A select 10.99.0.50                        -> ACK 10.99.0.50
			found 10.99.0.55 A
			A renew 10.99.0.50                         -> ACK 10.99.0.50
			A discover                                 -> OFFER 10.99.0.50
			lease 10.99.0.55                           -> active renewals=0`},
		{"moves when it is on the roll", `
			found 10.99.0.50 K
			K renew 10.99.0.50                         -> NAK move-to-reservation
			K select 10.20.0.200                       -> ACK 10.20.0.200
			lease 10.99.0.50                           -> released renewals=0`},
		{"after a loss of data the network is its own database", `
			found 10.99.0.50 A
			found 10.99.0.51 B
			B/x renew 10.99.0.51                       -> ACK 10.99.0.51
			A reboot 10.99.0.50                        -> ACK 10.99.0.50
			C discover                                 -> OFFER 10.99.0.52`},
	})
}
