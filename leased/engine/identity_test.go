package engine_test

import "testing"

// DESIGN §4, identity: client-id if present, else htype and chaddr; some subnets go by hardware alone.
func TestIdentity(t *testing.T) {
	stories(t, planning{}, []story{
		{"client-id wins over hardware", `
			A/x discover on=eth6                       -> OFFER 10.80.0.100
			A/x select 10.80.0.100 on=eth6             -> ACK 10.80.0.100
			A/y discover on=eth6                       -> OFFER 10.80.0.101
			A discover on=eth6                         -> OFFER 10.80.0.102
			B/x discover on=eth6                       -> OFFER 10.80.0.100  # the same client with another card`},
		{"hardware types are different machines", `
			A discover on=eth6                         -> OFFER 10.80.0.100
			A select 10.80.0.100 on=eth6               -> ACK 10.80.0.100
			A discover on=eth6 htype=6                 -> OFFER 10.80.0.101
			A rebind 10.80.0.100 on=eth6 htype=6       -> NAK unknown-lease`},
		{"hardware alone", `
			A/x discover on=eth3                       -> OFFER 10.50.0.10
			A/x select 10.50.0.10 on=eth3              -> ACK 10.50.0.10
			A/y discover on=eth3                       -> OFFER 10.50.0.10
			A discover on=eth3                         -> OFFER 10.50.0.10
			A/y select 10.50.0.10 on=eth3              -> ACK 10.50.0.10
			A rebind 10.50.0.10 on=eth3                -> ACK 10.50.0.10
			B/x discover on=eth3                       -> OFFER 10.50.0.11`},
		{"hardware alone, before there is a lease", `
			A/x discover on=eth3                       -> OFFER 10.50.0.10
			A/y discover on=eth3                       -> OFFER 10.50.0.10
			A select 10.50.0.10 on=eth3                -> ACK 10.50.0.10`},
		{"no hardware address, as on InfiniBand", `
			Z/port1 discover                           -> OFFER 10.99.0.50 ! client.unknown
			Z/port2 discover                           -> OFFER 10.99.0.51 ! client.unknown
			Z/port1 select 10.99.0.50                  -> ACK 10.99.0.50
			Z/port2 select 10.99.0.50                  -> NAK address-taken
			Z/port1 renew 10.99.0.50                   -> ACK 10.99.0.50
			Z/port1 discover on=eth4                   -> DROP unserved
			reserve id=port2 vault 10.60.0.7
			Z/port2 discover on=eth4                   -> OFFER 10.60.0.7`},
		{"stages of a boot on one reservation", `
			K discover                                 -> OFFER 10.20.0.200
			K select 10.20.0.200                       -> ACK 10.20.0.200 ! lease.granted
			K/ipxe discover                            -> OFFER 10.20.0.200
			K/ipxe select 10.20.0.200                  -> ACK 10.20.0.200 ! -
			K/linux discover                           -> OFFER 10.20.0.200
			K/linux select 10.20.0.200                 -> ACK 10.20.0.200
			K/linux renew 10.20.0.200                  -> ACK 10.20.0.200
			K release 10.20.0.200                      -> DROP release-done`},
	})
}

func TestReservationIdentifiers(t *testing.T) {
	stories(t, planning{}, []story{
		{"client-id", `
			reserve id=abc hall 10.20.0.9
			A/abc discover                             -> OFFER 10.20.0.9
			B/abc discover                             -> OFFER 10.20.0.9
			A/other discover                           -> OFFER 10.99.0.50`},
		{"hardware first", `
			reserve id=abc hall 10.20.0.9
			reserve A hall 10.20.0.8
			A/abc discover                             -> OFFER 10.20.0.8`},
		{"hardware reservations are Ethernet's", `
			K discover htype=6                         -> OFFER 10.99.0.50`},
		{"circuit", `
			reserve circuit=port7 campus 10.30.0.77
			A discover via=10.30.0.1 circuit=port7     -> OFFER 10.30.0.77
			A discover via=10.30.0.1 circuit=port8     -> OFFER 10.30.0.10
			A discover via=10.30.0.1                   -> OFFER 10.30.0.10`},
		{"circuit: a renewal goes past the relay", `
			reserve circuit=port7 campus 10.30.0.77
			A select 10.30.0.77 via=10.30.0.1 circuit=port7 -> ACK 10.30.0.77
			A renew 10.30.0.77                         -> ACK 10.30.0.77
			A renew 10.30.0.77                         -> ACK 10.30.0.77
			lease 10.30.0.77                           -> active renewals=2 by=1
			A release 10.30.0.77                       -> DROP release-done
			B renew 10.30.0.77                         -> NAK unknown-lease
			unreserve 1
			reserve circuit=port8 campus 10.30.0.77
			A select 10.30.0.77 via=10.30.0.1 circuit=port7 -> NAK address-reserved`},
		{"circuit: what is plugged in there, has it", `
			reserve circuit=port7 campus 10.30.0.77
			A select 10.30.0.77 via=10.30.0.1 circuit=port7 -> ACK 10.30.0.77
			A release 10.30.0.77 via=10.30.0.1 circuit=port7
			B discover via=10.30.0.1 circuit=port7     -> OFFER 10.30.0.77`},
		{"remote id", `
			reserve remote=cpe1 campus 10.30.0.78
			A discover via=10.30.0.1 remote=cpe1       -> OFFER 10.30.0.78`},
		{"what a client on the link says of a relay is not believed", `
			reserve circuit=port7 yard 10.80.0.7
			A discover on=eth6 circuit=port7           -> OFFER 10.80.0.100`},
		{"known in one network, a stranger in another", `
			K discover on=eth2                         -> OFFER 10.40.0.20
			K discover                                 -> OFFER 10.20.0.200
			K discover on=eth4                         -> DROP unserved`},
	})
}
