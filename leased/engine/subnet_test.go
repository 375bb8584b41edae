package engine_test

import "testing"

// DESIGN §4, choosing the subnets: relayed by link selection (82/5, RFC 3527), then subnet selection (118, RFC 3011), then
// giaddr; local by the addresses of the link or the subnets that name it.
func TestChooseSubnet(t *testing.T) {
	stories(t, planning{}, []story{
		{"by address of the link", `
			A discover on=eth3                             -> OFFER 10.50.0.10
			B discover on=eth6                             -> OFFER 10.80.0.100`},
		{"by name of the link", `
			A discover on=eth2                             -> OFFER 10.40.0.20`},
		{"no subnet", `
			A discover on=eth7                             -> DROP no-subnet
			A reboot 10.99.0.50 on=eth7                    -> DROP no-subnet
			A discover via=172.31.0.1                      -> DROP no-subnet
			A inform 10.99.0.77 on=eth7                    -> DROP no-subnet`},
		{"no address to answer from", `
			A discover on=eth8                             -> DROP no-subnet
			A discover on=eth8 via=10.30.0.1               -> DROP no-server-address`},
		{"giaddr", `
			A discover via=10.30.0.1                       -> OFFER 10.30.0.10
			B discover via=10.31.0.1                       -> OFFER 10.31.0.10
			# a relay on a link of the server is still a relay
			C discover via=10.30.0.1 on=eth6               -> OFFER 10.30.0.11`},
		{"giaddr is the server's own address", `
			A discover via=10.99.0.1                       -> DROP our-giaddr
			A renew 10.99.0.50 via=10.99.0.1               -> DROP our-giaddr
			A discover                                     -> OFFER 10.99.0.50`},
		{"subnet selection beats giaddr", `
			A discover via=10.30.0.1 118=10.80.0.0         -> OFFER 10.80.0.100`},
		{"link selection beats both", `
			A discover via=10.30.0.1 118=10.80.0.0 82/5=10.50.0.0 -> OFFER 10.50.0.10
			A select 10.50.0.10 via=10.30.0.1 82/5=10.50.0.0      -> ACK 10.50.0.10`},
		{"link selection of an unknown net: on that link or not at all", `
			A discover via=10.30.0.1 82/5=172.31.0.0       -> DROP no-subnet
			A discover via=10.30.0.1 118=172.31.0.0        -> DROP no-subnet
			A rebind 10.30.0.10 via=172.31.0.1             -> DROP no-subnet`},
		{"selections count from relays alone", `
			A discover on=eth6 82/5=10.50.0.0 118=10.50.0.0 -> OFFER 10.80.0.100`},
		{"giaddr in a shared network whose first subnet is full", `
			A discover via=10.31.0.1                       -> OFFER 10.31.0.10
			B discover via=10.31.0.1                       -> OFFER 10.31.0.11
			C discover via=10.31.0.1                       -> OFFER 10.30.0.10
			D discover via=10.31.0.1                       -> OFFER 10.30.0.11
			E discover via=10.31.0.1                       -> OFFER 10.30.0.12
			F discover via=10.31.0.1                       -> DROP pool-exhausted ! client.unknown pool.exhausted pool.exhausted`},
		{"unicast renewal from elsewhere", `
			A discover via=10.30.0.1                       -> OFFER 10.30.0.10
			A select 10.30.0.10 via=10.30.0.1              -> ACK 10.30.0.10
			A renew 10.30.0.10 on=eth6                     -> ACK 10.30.0.10
			A rebind 10.30.0.10 on=eth6                    -> NAK wrong-network
			A release 10.30.0.10 on=eth6                   -> DROP release-done`},
		{"relayed renewal", `
			A discover via=10.30.0.1                       -> OFFER 10.30.0.10
			A select 10.30.0.10 via=10.30.0.1              -> ACK 10.30.0.10
			A rebind 10.30.0.10 via=10.30.0.1              -> ACK 10.30.0.10
			A rebind 10.30.0.10 via=10.31.0.1              -> ACK 10.30.0.10
			A rebind 10.30.0.10 via=10.80.0.9              -> NAK wrong-network
			B select 10.30.0.10 via=10.30.0.1              -> NAK address-taken`},
		{"a relay in the server's place (RFC 5107)", `
			A discover via=10.30.0.1 82/11=10.30.0.1                     -> OFFER 10.30.0.10
			A select 10.30.0.10 via=10.30.0.1 82/11=10.30.0.1 server=10.30.0.1 -> ACK 10.30.0.10
			A select 10.30.0.10 via=10.30.0.1 82/11=10.30.0.1 server=10.30.0.2 -> DROP other-server
			A select 10.30.0.10 via=10.30.0.1 server=10.30.0.1           -> DROP other-server
			A select 10.80.0.105 on=eth6 82/11=10.80.0.99 server=10.80.0.99 -> DROP other-server
			A release 10.30.0.10 via=10.30.0.1 82/11=10.30.0.1 server=10.30.0.1 -> DROP release-done`},
		{"other ports", `
			A discover port=4011                           -> DROP no-boot-rule`},
		{"other messages", `
			A discover type=2                              -> DROP unknown-message
			A discover type=5                              -> DROP unknown-message
			A discover type=200                            -> DROP unknown-message`},
	})
}
