package engine_test

import "testing"

const rapidFile = `
  authoritative: true
  rapid_commit: true
  limits: {actions: 0}
  events: {renewed: true}
  lease: {time: 1000s, t1: 50%}
  subnets:
    - {name: lobby, prefix: 10.99.0.0/24, pools: [{range: 10.99.0.50-10.99.0.51}]}
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: lobby, address: 10.99.0.9}
`

// RFC 4039: a DISCOVER with option 80 is granted at once.
func TestRapidCommit(t *testing.T) {
	stories(t, planning{file: rapidFile}, []story{
		{"granted at once", `
			A discover 80=                   -> ACK 10.99.0.50 80=hex: 51=1000 58=500 54=10.99.0.1 writes=1 ! lease.granted client.unknown
			lease 10.99.0.50                 -> active renewals=0
			A renew 10.99.0.50               -> ACK 10.99.0.50 -80`},
		{"sent again", `
			A discover 80= xid=5             -> ACK 10.99.0.50 writes=1
			A discover 80= xid=5             -> ACK 10.99.0.50 writes=0 80=hex:
			A discover 80= xid=6             -> ACK 10.99.0.50 writes=1 ! -
			lease 10.99.0.50                 -> active renewals=0`},
		{"to a client that asks for it alone", `
			A discover                       -> OFFER 10.99.0.50 -80
			A discover 80=                   -> ACK 10.99.0.50
			A select 10.99.0.50 80=          -> ACK 10.99.0.50 -80`},
		{"not when it is off", `
			replan rapid_commit: true => rapid_commit: false
			A discover 80=                   -> OFFER 10.99.0.50 -80`},
		{"its own address, and the move there", `
			K discover 80=                   -> ACK 10.99.0.9 ! lease.granted
			A discover 80=                   -> ACK 10.99.0.50
			reserve A lobby 10.99.0.7
			A discover 80=                   -> ACK 10.99.0.7 writes=2 ! lease.granted
			lease 10.99.0.50                 -> released renewals=0`},
		{"nothing is free", `
			A discover 80=                   -> ACK 10.99.0.50
			B discover 80=                   -> ACK 10.99.0.51
			C discover 80=                   -> DROP pool-exhausted`},
		{"after a probe", `
			attach lobby
			A discover 80=                   -> PROBE 10.99.0.50 -51 ! client.unknown
			A discover 80=                   -> DROP probing
			silent 10.99.0.50
			A discover 80=                   -> ACK 10.99.0.50 ! lease.granted`},
		{"after a probe that somebody answered", `
			attach lobby
			A discover 80=                   -> PROBE 10.99.0.50
			conflict 10.99.0.50 B
			silent 10.99.0.51
			A discover 80=                   -> ACK 10.99.0.51`},
	})
}

const bootpFile = `
  authoritative: true
  bootp: true
  probe: {enabled: false}
  limits: {actions: 0}
  lease: {time: 100s}
  rapid_commit: true
  options: {ntp-servers: 10.0.0.1, routers: 10.99.0.1, tftp-server-name: x, option-224: "hex:01", ipv6-only-preferred: 1800}
  classes: [{name: old, match: {hardware: "52:54:*"}}]
  subnets:
    - name: lobby
      prefix: 10.99.0.0/24
      boot: {file: boot.0, server: 10.0.0.9}
      pools: [{range: 10.99.0.50-10.99.0.51, classes: [old], hostname: "guest-{ip}"}]
    - name: yard
      prefix: 10.80.0.0/24
      pools: [{range: 10.80.0.100}]
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: lobby, address: 10.99.0.9, hostname: testbox}
`

// RFC 1534 §2: a client without option 53 gets an address for ever, and no option that only DHCP knows.
func TestBOOTP(t *testing.T) {
	stories(t, planning{file: bootpFile}, []story{
		{"from the pool, for ever", `
			A bootp                          -> ACK 10.99.0.50 order=1,3,12,42,224 next=10.0.0.9 file=boot.0 writes=1 ! lease.granted client.unknown
			left 10.99.0.50                  -> never
			+24h                             ! -
			A bootp                          -> ACK 10.99.0.50
			restart
			A bootp                          -> ACK 10.99.0.50
			B bootp                          -> ACK 10.99.0.51
			C bootp                          -> DROP pool-exhausted`},
		{"sent again: nothing to write", `
			A bootp xid=4                    -> ACK 10.99.0.50 writes=1
			A bootp xid=4                    -> ACK 10.99.0.50 writes=0`},
		{"its own address", `
			K bootp                          -> ACK 10.99.0.9 12=testbox -51 -54
			left 10.99.0.9                   -> never`},
		{"the class of the pool", `
			A bootp chaddr=020000000001      -> DROP unserved`},
		{"what it sends beyond BOOTP counts for nothing", `
			A bootp 51=10 80= 116=hex:00 81=hex:000000 55=108,51,54,58,3  -> ACK 10.99.0.50 order=1,3`},
		{"as a DHCP client later", `
			A bootp                          -> ACK 10.99.0.50
			A discover                       -> OFFER 10.99.0.50 51=100
			A select 10.99.0.50              -> ACK 10.99.0.50 51=100
			left 10.99.0.50                  -> 1m40s`},
		{"an address of another", `
			A select 10.99.0.50              -> ACK 10.99.0.50
			B bootp                          -> ACK 10.99.0.51
			B bootp 50=10.99.0.50            -> ACK 10.99.0.51`},
		{"one that has an address asks for the rest", `
			A bootp ciaddr=10.99.0.77        -> ACK file=boot.0 writes=0
			A bootp ciaddr=10.80.0.77        -> DROP no-subnet`},
		{"behind a relay", `
			A bootp via=10.80.0.2            -> ACK 10.80.0.100`},
		{"off", `
			replan bootp: true => bootp: false
			A bootp                          -> DROP bootp-off
			K bootp                          -> DROP bootp-off`},
	})
}

const v6OnlyFile = `
  authoritative: true
  probe: {enabled: false}
  limits: {actions: 0}
  rapid_commit: true
  classes: [{name: legacy, match: {vendor_class: "legacy*"}, options: {ipv6-only-preferred: ""}}, {name: modern, match: {vendor_class: "modern*"}, options: {ipv6-only-preferred: 600}}]
  shared_networks: [{name: floor}]
  subnets:
    - name: hall
      prefix: 10.20.0.0/24
      shared_network: floor
    - name: lobby
      prefix: 10.99.0.0/24
      shared_network: floor
      options: {ipv6-only-preferred: 1800}
      pools: [{range: 10.99.0.50-10.99.0.51}]
    - name: yard
      prefix: 10.80.0.0/24
      pools: [{range: 10.80.0.100, for: unknown, options: {ipv6-only-preferred: 900}}, {range: 10.80.0.101, for: known}]
    - {name: boots, prefix: 10.50.0.0/24, options: {ipv6-only-preferred: 1800}}
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: hall, address: 10.20.0.9}
    - {client_id: "six", subnet: hall, address: 10.20.0.6, options: {ipv6-only-preferred: 300}}
    - {client_id: "none", subnet: yard}
`

// RFC 8925 §3.3: a client that can do without IPv4 gets no address where its network wants that.
func TestV6Only(t *testing.T) {
	stories(t, planning{file: v6OnlyFile}, []story{
		{"every message", `
			A discover 55=1,108              -> OFFER 108=1800 54=10.99.0.1 writes=0
			A discover 55=108 80=            -> OFFER 108=1800 -80 writes=0
			A discover 55=108 10.99.0.51     -> OFFER 108=1800
			A select 10.99.0.50 55=108       -> ACK 108=1800 writes=0
			A reboot 10.99.0.50 55=108       -> ACK 108=1800 writes=0
			usage                            -> leased=0 offered=0 quarantined=0 reserved=0 free=2
			lease 10.99.0.50                 -> none`},
		{"not asked for", `
			A discover 55=1,3                -> OFFER 10.99.0.50 -108
			B discover                       -> OFFER 10.99.0.51 -108
			A select 10.99.0.50              -> ACK 10.99.0.50 -108
			A renew 10.99.0.50 55=108        -> ACK 10.99.0.50 108=1800 writes=1
			A rebind 10.99.0.50 55=108       -> ACK 10.99.0.50 108=1800 writes=1
			A inform 10.99.0.50 55=108       -> ACK -108
			A renew 10.99.0.50               -> ACK 10.99.0.50`},
		{"it needs no free address", `
			A select 10.99.0.50              -> ACK 10.99.0.50
			B select 10.99.0.51              -> ACK 10.99.0.51
			C discover 55=108                -> OFFER 108=1800
			C discover                       -> DROP pool-exhausted
			C discover on=eth3 55=108        -> OFFER 108=1800
			C discover on=eth3               -> DROP unserved
			C discover on=eth3 55=108        -> OFFER 108=1800`},
		{"of a class", `
			A discover 55=108 60=legacy      -> OFFER 10.99.0.50 -108
			A discover 55=108 60=modern      -> OFFER 108=600`},
		{"of a reservation, or of its subnet", `
			K discover 55=108                -> OFFER 10.20.0.9 -108
			K select 10.20.0.9 55=108        -> ACK 10.20.0.9 -108
			A discover 55=108 61=six         -> OFFER 108=300
			A select 10.20.0.6 55=108 61=six -> ACK 108=300 writes=0
			A discover 61=six                -> OFFER 10.20.0.6`},
		{"of the pool that would serve it", `
			A discover on=eth6 55=108          -> OFFER 108=900
			A discover on=eth6                 -> OFFER 10.80.0.100
			A discover on=eth6 61=none 55=108  -> OFFER 10.80.0.101 -108`},
		{"nothing is offered any more", `
			A discover                       -> OFFER 10.99.0.50
			A discover 55=108                -> OFFER 108=1800
			usage                            -> leased=0 offered=0 quarantined=0 reserved=0 free=2`},
	})
}

const autoFile = `
  authoritative: true
  limits: {actions: 0}
  probe: {enabled: false}
  unknown: {remember: 60s}
  options: {auto-configure: false}
  subnets:
    - {name: lobby, prefix: 10.99.0.0/24, pools: [{range: 10.99.0.50}]}
    - {name: yard, prefix: 10.80.0.0/24, options: {auto-configure: true}}
    - {name: vault, prefix: 10.60.0.0/24, options: {auto-configure: ""}}
    - {name: boots, prefix: 10.50.0.0/24}
`

// RFC 2563: a client that asks whether it may choose an address by itself is told, if there is none for it.
func TestAutoConfigure(t *testing.T) {
	stories(t, planning{file: autoFile}, []story{
		{"with an address", `
			A discover 116=hex:01            -> OFFER 10.99.0.50 116=hex:00
			A discover                       -> OFFER 10.99.0.50 -116
			A discover 55=116                -> OFFER 10.99.0.50 -116
			A select 10.99.0.50 116=hex:01   -> ACK 10.99.0.50 116=hex:00`},
		{"without one", `
			A select 10.99.0.50              -> ACK 10.99.0.50
			B discover 116=hex:01            -> OFFER pool-exhausted order=54,116 116=hex:00 ! client.unknown pool.exhausted
			B discover 116=hex:01            -> OFFER pool-exhausted ! -
			B discover                       -> DROP pool-exhausted
			B discover 116=hex:0101          -> DROP pool-exhausted
			B select 10.99.0.50 116=hex:01   -> NAK address-taken`},
		{"of one that nothing serves", `
			A discover on=eth3               -> DROP unserved
			A discover on=eth3 116=hex:01    -> OFFER unserved 116=hex:00
			A discover on=eth6 116=hex:01    -> DROP unserved
			A discover on=eth4 116=hex:01    -> DROP unserved`},
	})
}

const nameFile = `
  authoritative: true
  limits: {actions: 0}
  probe: {enabled: false}
  options: {domain-name: lan.example}
  subnets:
    - {name: lobby, prefix: 10.99.0.0/24, pools: [{range: 10.99.0.50-10.99.0.59, hostname: "guest-{ip}"}]}
    - {name: yard, prefix: 10.80.0.0/24, pools: [{range: 10.80.0.100-10.80.0.109}]}
    - {name: boots, prefix: 10.50.0.0/24, options: {domain-name: ""}, pools: [{range: 10.50.0.100-10.50.0.109}]}
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: lobby, address: 10.99.0.9, hostname: testbox}
    - {client_id: "full", subnet: lobby, address: 10.99.0.8, hostname: www.example.net}
`

// RFC 4702 §4: who sends option 81 is told its name, and that no DNS is updated here.
func TestFQDN(t *testing.T) {
	stories(t, planning{file: nameFile}, []story{
		{"the name it has here, in the client's encoding", `
			A discover 81=hex:00000061               -> OFFER 10.99.0.50 81=hex:08ffff67756573742d31302d39392d302d35302e6c616e2e6578616d706c65
			A discover 81=hex:0500000161             -> OFFER 10.99.0.50 81=hex:0effff1067756573742d31302d39392d302d3530036c616e076578616d706c6500
			K discover 81=hex:00000061               -> OFFER 10.99.0.9 81=hex:08ffff74657374626f782e6c616e2e6578616d706c65
			A discover 61=full 81=hex:000000         -> OFFER 10.99.0.8 81=hex:08ffff7777772e6578616d706c652e6e6574
			A discover                               -> OFFER 10.99.0.50 -81
			A discover 55=81                         -> OFFER 10.99.0.50 -81`},
		{"its own, cleaned", `
			A discover on=eth6 81=hex:00000061       -> OFFER 10.80.0.100 81=hex:08ffff612e6c616e2e6578616d706c65
			A discover on=eth6 81=hex:000000612e62   -> OFFER 10.80.0.100 81=hex:08ffff612e6c616e2e6578616d706c65
			A discover on=eth6 81=hex:00000061 12=b  -> OFFER 10.80.0.100 81=hex:08ffff622e6c616e2e6578616d706c65
			A discover on=eth6 81=hex:000000         -> OFFER 10.80.0.100 81=hex:08ffff
			A discover on=eth3 81=hex:0500000161     -> OFFER 10.50.0.100 81=hex:0effff0161`},
		{"hostile", `
			A discover on=eth6 81=hex:               -> OFFER 10.80.0.100 -81
			A discover on=eth6 81=hex:0000           -> OFFER 10.80.0.100 -81
			A discover on=eth6 81=hex:040000ff61     -> OFFER 10.80.0.100 -81
			A discover on=eth6 81=hex:040000c003     -> OFFER 10.80.0.100 -81
			A discover on=eth6 81=hex:0000002e2e2e   -> OFFER 10.80.0.100 -81
			A discover on=eth6 81=hex:ff00000161     -> OFFER 10.80.0.100 81=hex:0effff0161036c616e076578616d706c6500`},
		{"the lease has it", `
			A select 10.80.0.100 on=eth6 81=hex:000000612e62        -> ACK 10.80.0.100
			named 10.80.0.100                                       -> a
			A renew 10.80.0.100 on=eth6 81=hex:000000612e62 12=hex:00ff -> ACK 10.80.0.100
			named 10.80.0.100                                       -> a
			A renew 10.80.0.100 on=eth6 12=laptop 81=hex:00000061   -> ACK 10.80.0.100
			named 10.80.0.100                                       -> laptop
			A renew 10.80.0.100 on=eth6                             -> ACK 10.80.0.100
			named 10.80.0.100                                       -> -`},
	})
}
