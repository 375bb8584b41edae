package engine_test

import "testing"

const limitFile = `
  authoritative: true
  probe: {enabled: false}
  offer_time: 60s
  limits: {actions: 0, leases_per_client: 1, leases_per_circuit: 2}
  lease: {time: 100s}
  rapid_commit: true
  classes: [{name: phones, match: {vendor_class: "phone*"}}]
  subnets:
    - name: lobby
      prefix: 10.99.0.0/24
      pools: [{range: 10.99.0.50-10.99.0.59}, {range: 10.99.0.60-10.99.0.69, classes: [phones]}]
    - {name: yard, prefix: 10.80.0.0/24, pools: [{range: 10.80.0.100-10.80.0.109}]}
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: lobby, address: 10.99.0.9}
    - {client_id: "r", subnet: lobby, address: 10.99.0.8}
    - {circuit_id: "port 9", subnet: yard, address: 10.80.0.9}
`

// A hardware address with many client identifiers, and a line with many machines, get no more than they may.
func TestLimits(t *testing.T) {
	stories(t, planning{file: limitFile}, []story{
		{"per client", `
			A/1 discover                     -> OFFER 10.99.0.50
			A/2 discover                     -> OFFER 10.99.0.51
			A/1 select 10.99.0.50            -> ACK 10.99.0.50
			A/2 select 10.99.0.51            -> DROP client-limit
			A/2 discover                     -> DROP client-limit
			A/2 discover 80=                 -> DROP client-limit
			A/2 discover on=eth6             -> DROP client-limit
			A/1 discover                     -> OFFER 10.99.0.50
			A/1 select 10.99.0.50            -> ACK 10.99.0.50
			B/3 discover                     -> OFFER 10.99.0.52
			A/1 release 10.99.0.50           -> DROP release-done
			A/2 discover                     -> OFFER 10.99.0.51`},
		{"until it runs out", `
			A/1 select 10.99.0.50            -> ACK 10.99.0.50
			A/2 select 10.99.0.51            -> DROP client-limit
			later 100s
			A/2 select 10.99.0.51            -> ACK 10.99.0.51
			A/1 reboot 10.99.0.50            -> DROP client-limit
			A/1 renew 10.99.0.50             -> DROP client-limit
			A/1 discover                     -> DROP client-limit`},
		{"reservations do not count", `
			A/r select 10.99.0.8             -> ACK 10.99.0.8
			A/1 select 10.99.0.50            -> ACK 10.99.0.50
			A/r discover                     -> OFFER 10.99.0.8
			A/r renew 10.99.0.8              -> ACK 10.99.0.8
			A/2 select 10.99.0.51            -> DROP client-limit`},
		{"a client that moves", `
			A select 10.99.0.60 60=phone     -> ACK 10.99.0.60
			A discover                       -> OFFER 10.99.0.50
			A select 10.99.0.50              -> ACK 10.99.0.50
			lease 10.99.0.60                 -> released renewals=0`},
		{"clients without a hardware address share nothing", `
			Z/1 select 10.99.0.50            -> ACK 10.99.0.50
			Z/2 select 10.99.0.51            -> ACK 10.99.0.51`},
		{"per circuit", `
			A discover via=10.80.0.2 circuit=a           -> OFFER 10.80.0.100
			B discover via=10.80.0.2 circuit=a           -> OFFER 10.80.0.101
			C discover via=10.80.0.2 circuit=a           -> OFFER 10.80.0.102
			A select 10.80.0.100 via=10.80.0.2 circuit=a -> ACK 10.80.0.100
			B select 10.80.0.101 via=10.80.0.2 circuit=a -> ACK 10.80.0.101
			C select 10.80.0.102 via=10.80.0.2 circuit=a -> DROP circuit-limit
			C discover via=10.80.0.2 circuit=a           -> DROP circuit-limit
			C discover via=10.80.0.2 circuit=b           -> OFFER 10.80.0.102
			C discover via=10.80.0.3 circuit=a           -> OFFER 10.80.0.102
			C discover via=10.80.0.2                     -> OFFER 10.80.0.102
			B renew 10.80.0.101                          -> ACK 10.80.0.101
			B rebind 10.80.0.101 via=10.80.0.2 circuit=a -> ACK 10.80.0.101
			D discover via=10.80.0.2 82=hex:0106706f72742039      -> OFFER 10.80.0.9
			A release 10.80.0.100                        -> DROP release-done
			C discover via=10.80.0.2 circuit=a           -> OFFER 10.80.0.102`},
		{"a client of the line that moves, and one that goes to another line", `
			A select 10.80.0.100 via=10.80.0.2 circuit=a -> ACK 10.80.0.100
			B select 10.80.0.101 via=10.80.0.2 circuit=a -> ACK 10.80.0.101
			replan range: 10.80.0.100-10.80.0.109 => range: 10.80.0.101-10.80.0.109
			A discover via=10.80.0.2 circuit=a           -> OFFER 10.80.0.102
			A select 10.80.0.102 via=10.80.0.2 circuit=a -> ACK 10.80.0.102
			C discover via=10.80.0.2 circuit=a           -> DROP circuit-limit
			A select 10.80.0.102 via=10.80.0.2 circuit=b -> ACK 10.80.0.102
			C discover via=10.80.0.2 circuit=a           -> OFFER 10.80.0.103`},
		{"a client of the line that comes back when its lease ran out", `
			A select 10.80.0.100 via=10.80.0.2 circuit=a -> ACK 10.80.0.100
			B select 10.80.0.101 via=10.80.0.2 circuit=a -> ACK 10.80.0.101
			later 100s
			A discover via=10.80.0.2 circuit=a           -> OFFER 10.80.0.100
			A reboot 10.80.0.100 via=10.80.0.2 circuit=a -> ACK 10.80.0.100`},
		{"what a client says of a line by itself does not count", `
			A select 10.80.0.100 on=eth6 circuit=a       -> ACK 10.80.0.100
			B select 10.80.0.101 on=eth6 circuit=a       -> ACK 10.80.0.101
			C select 10.80.0.102 on=eth6 circuit=a       -> ACK 10.80.0.102
			D discover via=10.80.0.2 circuit=a           -> OFFER 10.80.0.103`},
		{"a reload that turns the limit on, and a restart", `
			replan leases_per_circuit: 2 => leases_per_circuit: 0
			A select 10.80.0.100 via=10.80.0.2 circuit=a -> ACK 10.80.0.100
			B select 10.80.0.101 via=10.80.0.2 circuit=a -> ACK 10.80.0.101
			C select 10.80.0.102 via=10.80.0.2 circuit=a -> ACK 10.80.0.102
			replan leases_per_circuit: 0 => leases_per_circuit: 3
			D discover via=10.80.0.2 circuit=a           -> DROP circuit-limit
			restart
			D discover via=10.80.0.2 circuit=a           -> DROP circuit-limit
			C release 10.80.0.102                        -> DROP release-done
			D discover via=10.80.0.2 circuit=a           -> OFFER 10.80.0.103`},
	})
}

const excludeFile = `
  authoritative: true
  probe: {enabled: false}
  limits: {actions: 0}
  subnets:
    - name: hall
      prefix: 10.20.0.0/22
      shared_network: floor
      server_id: 10.20.0.255
      exclude_ends: true
      pools: [{range: 10.20.0.253-10.20.1.2, exclude: [10.20.1.2]}]
      classes: [none]
    - name: lobby
      prefix: 10.99.0.0/24
      shared_network: floor
      server_id: 10.99.0.53
      pools: [{range: 10.99.0.50-10.99.0.55, exclude: [10.99.0.50, 10.99.0.54-10.99.0.55]}]
  classes: [{name: none, match: {vendor_class: "*"}}]
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: lobby, address: 10.99.0.54}
`

// What is excluded never leaves, however a client asks for it.
func TestExclusions(t *testing.T) {
	stories(t, planning{file: excludeFile}, []story{
		{"by option 50, SELECTING and INIT-REBOOT", `
			A discover 10.99.0.50            -> OFFER 10.99.0.51
			A discover 10.99.0.53            -> OFFER 10.99.0.51
			A discover 10.99.0.55            -> OFFER 10.99.0.51
			B select 10.99.0.50              -> NAK not-assignable
			B select 10.99.0.53              -> NAK address-taken
			B reboot 10.99.0.50              -> NAK unknown-lease
			B select 10.99.0.0               -> NAK wrong-network
			B select 10.99.0.255             -> NAK wrong-network
			B select 10.99.0.52              -> ACK 10.99.0.52
			C discover                       -> DROP pool-exhausted`},
		{"ends of a larger subnet", `
			A discover 10.20.1.0 via=10.20.3.1 60=x -> OFFER 10.20.0.253
			A select 10.20.1.0 via=10.20.3.1 60=x   -> NAK not-assignable
			A select 10.20.0.255 via=10.20.3.1 60=x -> NAK address-taken
			A select 10.20.0.253 via=10.20.3.1 60=x -> ACK 10.20.0.253
			B discover via=10.20.3.1 60=x           -> OFFER 10.20.0.254
			C discover via=10.20.3.1 60=x           -> OFFER 10.20.1.1
			D discover via=10.20.3.1 60=x           -> OFFER 10.99.0.51`},
		{"a reservation may", `
			K discover                       -> OFFER 10.99.0.54
			K select 10.99.0.54              -> ACK 10.99.0.54
			A discover                       -> OFFER 10.99.0.51`},
		{"a lease from before, and the one before it", `
			A select 10.99.0.51              -> ACK 10.99.0.51
			B select 10.99.0.52              -> ACK 10.99.0.52
			B release 10.99.0.52             -> DROP release-done
			replan exclude: [10.99.0.50, => exclude: [10.99.0.51, 10.99.0.52,
			A renew 10.99.0.51               -> NAK not-assignable
			A reboot 10.99.0.51              -> NAK not-assignable
			A discover                       -> OFFER 10.99.0.50
			A select 10.99.0.50              -> ACK 10.99.0.50
			lease 10.99.0.51                 -> released renewals=0
			B discover                       -> DROP pool-exhausted
			B reboot 10.99.0.52              -> NAK not-assignable`},
		{"one that waits for its own address loses what is excluded", `
			B select 10.99.0.51              -> ACK 10.99.0.51
			A select 10.99.0.52              -> ACK 10.99.0.52
			reserve A lobby 10.99.0.51
			A renew 10.99.0.52               -> ACK 10.99.0.52
			replan exclude: [10.99.0.50, => exclude: [10.99.0.52,
			A renew 10.99.0.52               -> NAK not-assignable
			A discover                       -> OFFER 10.99.0.50`},
		{"an address becomes the server's", `
			A select 10.99.0.51              -> ACK 10.99.0.51
			replan server_id: 10.99.0.53 => server_id: 10.99.0.51
			A renew 10.99.0.51               -> NAK address-taken
			A discover                       -> OFFER 10.99.0.52
			B select 10.99.0.53              -> ACK 10.99.0.53`},
	})
}

const nakFile = `
  authoritative: false
  nak_renewals: true
  probe: {enabled: false}
  limits: {actions: 0}
  subnets:
    - {name: lobby, prefix: 10.99.0.0/24, pools: [{range: 10.99.0.50-10.99.0.59}]}
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: lobby, address: 10.99.0.9}
`

// Before a renumbering every renewal is refused, whoever it is from; everything else goes on.
func TestRefusedRenewals(t *testing.T) {
	stories(t, planning{file: nakFile}, []story{
		{"", `
			A discover                       -> OFFER 10.99.0.50
			A select 10.99.0.50              -> ACK 10.99.0.50
			A renew 10.99.0.50               -> NAK renewals-refused 54=10.99.0.1
			lease 10.99.0.50                 -> active renewals=0
			A rebind 10.99.0.50              -> NAK renewals-refused
			A rebind 10.99.0.50 via=10.99.0.2 -> NAK renewals-refused
			B renew 10.99.0.51               -> NAK renewals-refused
			K select 10.99.0.9               -> ACK 10.99.0.9
			K renew 10.99.0.9                -> NAK renewals-refused
			A reboot 10.99.0.50              -> ACK 10.99.0.50
			A discover                       -> OFFER 10.99.0.50
			A renew 10.99.0.50 server=10.99.0.1 -> NAK renewals-refused
			A renew 10.99.0.50 server=10.99.0.99 -> DROP other-server
			A inform 10.99.0.50              -> ACK
			A release 10.99.0.50             -> DROP release-done
			replan nak_renewals: true => nak_renewals: false
			K renew 10.99.0.9                -> ACK 10.99.0.9`},
	})
}

// RFC 6842 can be off, for NAKs and answers without an address as well.
func TestClientIdentifierOmitted(t *testing.T) {
	for _, off := range []bool{false, true} {
		file := limitFile
		if off {
			file += "  echo_client_id: false\n"
		}
		w := newWorld(t, planning{file: file})
		s := &script{world: w}
		for _, step := range []string{"A/1 discover", "A/1 select 10.99.0.50", "A/1 select 10.80.0.9", "A/1 inform 10.99.0.50"} {
			s.line(step)
			if w.last.OmitClientID != off {
				t.Errorf("%s: %v omits the client identifier: %v, want %v", step, w.last.Kind, w.last.OmitClientID, off)
			}
		}
	}
}
