package engine_test

import "testing"

const assignFile = `
  authoritative: true
  probe: {enabled: false}
  offer_time: 60s
  bootp: true
  rapid_commit: true
  limits: {actions: 0}
  classes: [{name: phones, match: {vendor_class: "phone*"}, options: {ntp-servers: 10.0.0.9}}, {name: staff}]
  subnets:
    - {name: hall, prefix: 10.20.0.0/24, shared_network: floor, lease: {time: 8h}, pools: [{range: 10.20.0.100-10.20.0.109, name: desks, for: known, exclude: [10.20.0.105]}]}
    - name: lobby
      prefix: 10.99.0.0/24
      shared_network: floor
      lease: {time: 2m}
      options: {routers: [10.99.0.1]}
      pools:
        - {range: 10.99.0.50-10.99.0.52, name: guests, for: unknown, hostname: "guest-{ip}"}
        - {range: 10.99.0.60-10.99.0.62, name: voice, classes: [phones]}
        - {range: 10.99.0.70-10.99.0.70}
    - {name: vault, prefix: 10.60.0.0/24, links: [eth4], pools: [{range: 10.60.0.10-10.60.0.12, name: safe, for: known}]}
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: hall, address: 10.20.0.200}
`

func TestAssignment(t *testing.T) {
	stories(t, planning{file: assignFile}, []story{
		{"a pool by name", `
			policy pool voice
			A discover                    -> OFFER 10.99.0.60 ! client.unknown
			A select 10.99.0.60           -> ACK 10.99.0.60
			A renew 10.99.0.60            -> ACK 10.99.0.60
			B select 10.99.0.50           -> NAK not-assignable
			K discover                    -> OFFER 10.20.0.200`},
		{"a pool by range, past what it is for", `
			policy pool 10.20.0.100-10.20.0.109
			A discover                    -> OFFER 10.20.0.100
			A select 10.20.0.100          -> ACK 10.20.0.100 51=28800`},
		{"a pool that is full", `
			policy pool voice
			A select 10.99.0.60 -> ACK 10.99.0.60
			B select 10.99.0.61 -> ACK 10.99.0.61
			C select 10.99.0.62 -> ACK 10.99.0.62
			D discover                    -> DROP pool-exhausted ! client.unknown pool.exhausted`},
		{"a pool elsewhere assigns nothing", `
			policy pool safe
			A discover                    -> OFFER 10.99.0.50
			policy pool nonesuch
			A discover                    -> OFFER 10.99.0.50`},
		{"a move to another pool", `
			A select 10.99.0.50           -> ACK 10.99.0.50
			policy pool voice
			A renew 10.99.0.50            -> NAK not-assignable
			A discover                    -> OFFER 10.99.0.60
			A select 10.99.0.60           -> ACK 10.99.0.60 writes=2
			lease 10.99.0.50              -> released renewals=0`},
		{"a definition", `
			policy define 10.20.0.7 host=box time=90 7=10.0.0.3
			A discover                    -> OFFER 10.20.0.7 12=box 7=10.0.0.3 51=90 ! client.unknown
			B discover                    -> OFFER 10.99.0.50
			A select 10.20.0.7            -> ACK 10.20.0.7 51=90 ! lease.granted
			left 10.20.0.7                -> 1m30s
			lease 10.20.0.7               -> active renewals=0
			named 10.20.0.7               -> box
			A renew 10.20.0.7             -> ACK 10.20.0.7 12=box
			B select 10.20.0.7            -> NAK address-taken`},
		{"an offer of it is held", `
			policy define 10.20.0.7
			A discover                    -> OFFER 10.20.0.7
			B discover                    -> OFFER 10.99.0.50
			B select 10.20.0.7            -> NAK address-taken
			later 61s
			B discover                    -> OFFER 10.20.0.7`},
		{"is never what is another's", `
			policy define 10.20.0.200
			A discover                    -> OFFER 10.99.0.50
			B select 10.20.0.200          -> NAK address-reserved
			policy define 10.20.0.105
			A discover                    -> OFFER 10.99.0.50
			B select 10.20.0.105          -> NAK not-assignable
			policy define 10.99.0.1
			A discover                    -> OFFER 10.99.0.50
			B select 10.99.0.1            -> NAK address-taken
			policy define 10.20.0.255
			A discover                    -> OFFER 10.99.0.50
			policy define 10.60.0.7
			A discover                    -> OFFER 10.99.0.50
			policy define 192.0.2.1
			A discover                    -> OFFER 10.99.0.50
			policy define - subnet=nonesuch
			A discover                    -> OFFER 10.99.0.50`},
		{"a move to it", `
			A select 10.99.0.50           -> ACK 10.99.0.50
			policy define 10.20.0.7
			A renew 10.99.0.50            -> NAK move-to-reservation
			A discover                    -> OFFER 10.20.0.7
			A select 10.20.0.7            -> ACK 10.20.0.7 writes=2
			lease 10.99.0.50              -> released renewals=0`},
		{"a guest keeps what it has while its own is held", `
			B select 10.99.0.51           -> ACK 10.99.0.51
			A select 10.99.0.50           -> ACK 10.99.0.50
			policy define 10.99.0.51
			A renew 10.99.0.50            -> ACK 10.99.0.50
			A discover                    -> OFFER 10.99.0.50
			+3m
			A discover                    -> OFFER 10.99.0.51`},
		{"and back", `
			policy define 10.20.0.7
			A select 10.20.0.7            -> ACK 10.20.0.7
			policy off
			A renew 10.20.0.7             -> NAK not-assignable
			A discover                    -> OFFER 10.99.0.50`},
		{"without an address: as unknown", `
			policy define - host=box time=33 class=staff
			A discover                    -> OFFER 10.99.0.50 12=box 51=33
			A discover on=eth4            -> DROP unserved
			policy define - subnet=hall
			A discover                    -> DROP unserved
			A discover                    -> DROP unserved
			policy define - class=phones
			B discover                    -> OFFER 10.99.0.51 42=10.0.0.9`},
		{"every stage of a boot has it", `
			policy define 10.20.0.7
			A/pxe select 10.20.0.7        -> ACK 10.20.0.7
			A/os discover                 -> OFFER 10.20.0.7
			A/os select 10.20.0.7         -> ACK 10.20.0.7
			B/other select 10.20.0.7      -> NAK address-taken`},
		{"of a machine that boots again", `
			policy define 10.20.0.7
			A reboot 10.20.0.7            -> ACK 10.20.0.7
			A reboot 10.99.0.50           -> NAK move-to-reservation
			B reboot 10.20.0.7            -> NAK unknown-lease
			A decline 10.20.0.7           -> DROP decline-done
			A discover                    -> OFFER 10.99.0.50`},
		{"it is released as any other", `
			policy define 10.20.0.7
			A select 10.20.0.7            -> ACK 10.20.0.7
			A release 10.20.0.7           -> DROP release-done
			B discover                    -> OFFER 10.20.0.7`},
		{"at once, and of BOOTP", `
			policy define 10.20.0.7 time=50
			A discover 80=                -> ACK 10.20.0.7 51=50
			policy define 10.20.0.8 time=50
			B bootp                       -> ACK 10.20.0.8
			left 10.20.0.8                -> never
			policy pool voice
			C bootp                       -> ACK 10.99.0.60
			policy ignore
			D bootp                       -> DROP policy-ignore ! client.unknown`},
		{"of one that informs", `
			policy define 10.20.0.7 host=box 7=10.0.0.3
			A inform 10.99.0.80 55=7,12   -> ACK 7=10.0.0.3 12=box
			policy ignore
			A inform 10.99.0.80           -> DROP policy-ignore ! -
			policy nak
			A inform 10.99.0.80           -> DROP policy-ignore`},
		{"ignored", `
			A select 10.99.0.50           -> ACK 10.99.0.50
			policy ignore
			A renew 10.99.0.50            -> DROP policy-ignore
			B discover                    -> DROP policy-ignore ! client.unknown
			B select 10.99.0.51 server=10.99.0.99 -> DROP other-server
			K discover                    -> OFFER 10.20.0.200
			A release 10.99.0.50          -> DROP release-done`},
		{"refused", `
			A select 10.99.0.50           -> ACK 10.99.0.50
			policy nak
			A renew 10.99.0.50            -> NAK policy-nak
			A select 10.99.0.50           -> NAK policy-nak
			A select 10.99.0.51 server=10.99.0.99 -> DROP other-server
			A discover                    -> DROP policy-ignore ! client.unknown`},
		{"not answered yet", `
			policy pending
			A discover                    -> OFFER 10.99.0.50
			A select 10.99.0.50           -> ACK 10.99.0.50
			A renew 10.99.0.50            -> ACK 10.99.0.50
			A renew 10.99.0.51            -> DROP lookup-pending
			B reboot 10.20.0.7            -> DROP lookup-pending
			B select 10.20.0.7            -> DROP lookup-pending
			B select 10.99.0.50           -> NAK address-taken
			B select 10.20.0.200          -> NAK address-reserved
			B reboot 192.0.2.1            -> NAK wrong-network
			C discover on=eth4            -> DROP lookup-pending`},
		{"what nothing serves is remembered, but not before the policy", `
			A discover on=eth4            -> DROP unserved
			policy pool safe
			A discover on=eth4            -> OFFER 10.60.0.10
			policy define 10.60.0.7
			A discover on=eth4            -> OFFER 10.60.0.7
			policy pending
			B discover on=eth4            -> DROP lookup-pending
			resume B                      -> 0
			policy pool guests
			B discover on=eth4            -> DROP unserved
			resume B                      -> 1`},
		{"once its answer is gone, a machine keeps what that gave it", `
			policy define 10.20.0.7 time=600 host=desk7
			A select 10.20.0.7            -> ACK 10.20.0.7 51=600
			policy pending
			A renew 10.20.0.7             -> ACK 10.20.0.7 51=600
			A renew 10.20.0.8             -> DROP lookup-pending
			policy unanswered
			A discover                    -> OFFER 10.20.0.7 ! client.unknown
			A select 10.20.0.7            -> ACK 10.20.0.7
			A reboot 10.20.0.7            -> ACK 10.20.0.7
			policy default
			A renew 10.20.0.7             -> NAK not-assignable
			A discover                    -> OFFER 10.99.0.50`},
		{"nor has a machine to leave a pool that it was put in", `
			policy pool desks
			A select 10.20.0.100          -> ACK 10.20.0.100 51=28800
			policy unanswered
			A discover                    -> OFFER 10.20.0.100 51=28800 ! client.unknown
			A reboot 10.20.0.100          -> ACK 10.20.0.100
			later 9h
			A discover                    -> OFFER 10.99.0.50`},
		{"an outage of the registration system gives guests nothing but what they get anyway", `
			A select 10.99.0.50           -> ACK 10.99.0.50 51=120
			policy unanswered
			A discover                    -> OFFER 10.99.0.50 51=120 ! client.unknown
			A renew 10.99.0.50            -> ACK 10.99.0.50 51=120
			B select 10.20.0.7            -> NAK not-assignable
			B discover                    -> OFFER 10.99.0.51 ! client.unknown`},
		{"nor does an outage keep a machine that has been enrolled meanwhile, or its address from another", `
			policy define 10.20.0.7
			A select 10.20.0.7            -> ACK 10.20.0.7
			policy define 10.20.0.8
			B select 10.20.0.8            -> ACK 10.20.0.8
			policy unanswered
			reserve A hall 10.20.0.77
			A renew 10.20.0.7             -> NAK move-to-reservation
			reserve C hall 10.20.0.8
			B renew 10.20.0.8             -> NAK address-reserved`},
		{"nor leave one on the roll that was taken off it", `
			reserve A hall 10.20.0.77 -> 1
			A select 10.20.0.77           -> ACK 10.20.0.77
			unreserve 1
			policy unanswered
			A discover                    -> OFFER 10.99.0.50
			A renew 10.20.0.77            -> NAK not-assignable`},
		{"what is assigned before its answer comes sends nobody away", `
			A select 10.99.0.50           -> ACK 10.99.0.50
			policy define 10.20.0.7 pending
			A renew 10.99.0.50            -> DROP lookup-pending
			B discover                    -> OFFER 10.20.0.7
			policy pool voice pending
			A renew 10.99.0.50            -> DROP lookup-pending
			B discover                    -> OFFER 10.99.0.60`},
	})
}
