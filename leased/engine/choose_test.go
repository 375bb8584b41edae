package engine_test

import "testing"

const chooseFile = `
  authoritative: true
  probe: {enabled: false}
  limits: {actions: 0}
  subnets:
    - {name: hall, prefix: 10.20.0.0/24, shared_network: floor, lease: {time: 8h}}
    - {name: lobby, prefix: 10.99.0.0/24, shared_network: floor, lease: {time: 100s}, pools: [{range: 10.99.0.50-10.99.0.52}]}
  reservations:
    - {mac: "52:54:00:00:00:41", subnet: hall, address: 10.20.0.11}
    - {client_id: idA, subnet: hall, address: 10.20.0.12}
    - {duid: "hex:0a0b", subnet: hall, address: 10.20.0.13}
    - {circuit_id: c1, subnet: hall, address: 10.20.0.14}
    - {remote_id: r1, subnet: hall, address: 10.20.0.15}
`

// Where several reservations match, the policy says which one counts; where it says nothing, the first.
func TestChoose(t *testing.T) {
	stories(t, planning{file: chooseFile}, []story{
		{"one of all", `
			policy choose config-5
			A/idA discover via=10.20.0.9 circuit=c1 remote=r1 -> OFFER 10.20.0.15
			asked                                             -> [choose]
			policy choose config-2
			A/idA discover via=10.20.0.9 circuit=c1 remote=r1 -> OFFER 10.20.0.12
			A/idA discover                                    -> OFFER 10.20.0.12
			A discover                                        -> OFFER 10.20.0.11
			asked                                             -> []
			B discover                                        -> OFFER 10.99.0.50
			asked                                             -> []`},
		{"by a DUID", `
			policy choose config-3
			A discover 61=hex:ff000000000a0b                  -> OFFER 10.20.0.13`},
		{"one that does not match", `
			policy choose config-3
			A/idA discover                                    -> OFFER 10.20.0.11
			policy choose nonesuch
			A/idA discover                                    -> OFFER 10.20.0.11`},
		{"it lasts", `
			policy choose config-4
			A select 10.20.0.14 via=10.20.0.9 circuit=c1       -> ACK 10.20.0.14
			lease 10.20.0.14                                   -> active renewals=0 by=config-4
			A renew 10.20.0.14                                 -> ACK 10.20.0.14
			asked                                             -> [choose]
			A decline 10.20.0.14                               -> DROP decline-done`},
		{"what it gives back", `
			policy choose config-2
			A/idA select 10.20.0.12                            -> ACK 10.20.0.12
			A/idA release 10.20.0.12                           -> DROP release-done
			asked                                             -> []`},
		{"what another server is chosen for", `
			policy choose config-2
			A/idA select 10.20.0.12 server=10.99.0.99          -> DROP other-server
			asked                                             -> []`},
		{"then the answer", `
			policy choose config-2
			policy reply 15=x
			A/idA discover                                    -> OFFER 10.20.0.12 15=x
			asked                                             -> [choose reply]`},
	})
}
