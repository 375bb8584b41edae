package engine_test

import (
	"fmt"
	"strings"
	"testing"
)

const tableFile = `
  authoritative: true
  probe: {enabled: false}
  limits: {actions: 0}
  shared_networks: [{name: floor, server_id: 10.99.0.250}]
  subnets:
    - {name: hall, prefix: 10.20.0.0/22, shared_network: floor, server_id: 10.20.0.250}
    - name: lobby
      prefix: 10.99.0.0/24
      shared_network: floor
      lease: {time: 100s}
      pools: [{range: 10.99.0.50-10.99.0.59}, {range: 10.99.0.70-10.99.0.79, for: known}]
    - {name: yard, prefix: 10.80.0.0/24, pools: [{range: 10.80.0.100-10.80.0.109}]}
  reservations:
    - {mac: "08:00:27:2c:49:4b", subnet: hall, address: 10.20.0.200}
`

// RFC 2131 §4.3.2 and Table 4: what a REQUEST gets in each state of the client, by what is known of the address that it names. Where
// only an authoritative server may speak, the answer of another follows after a slash.
func TestRequestStates(t *testing.T) {
	states := []struct{ name, step string }{
		{"SELECTING", "A select %s"}, {"INIT-REBOOT", "A reboot %s"}, {"RENEWING", "A renew %s on=eth1"}, {"REBINDING", "A rebind %s"},
	}
	for _, row := range []struct {
		name, story, ip string
		want            [4]string
	}{
		{"its lease", "A select 10.99.0.50 -> ACK 10.99.0.50", "10.99.0.50",
			[4]string{"ACK", "ACK", "ACK", "ACK"}},
		{"nothing is known of it, and the address is free", "", "10.99.0.50",
			[4]string{"ACK", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative"}},
		{"of a subnet of ours elsewhere", "", "10.80.0.100",
			[4]string{"NAK wrong-network", "NAK wrong-network", "NAK unknown-lease / DROP not-authoritative", "NAK wrong-network"}},
		{"of a subnet of ours elsewhere, where it has its lease", "A select 10.80.0.100 on=eth6 -> ACK 10.80.0.100", "10.80.0.100",
			[4]string{"NAK wrong-network", "NAK wrong-network", "ACK", "NAK wrong-network"}},
		{"of no subnet of ours, a stranger", "", "192.0.2.7",
			[4]string{"NAK wrong-network", "NAK wrong-network / DROP not-authoritative", "NAK wrong-network / DROP not-authoritative", "NAK wrong-network / DROP not-authoritative"}},
		{"of no subnet of ours, one that has a lease", "A select 10.99.0.50 -> ACK 10.99.0.50", "192.0.2.7",
			[4]string{"NAK wrong-network", "NAK wrong-network", "NAK wrong-network", "NAK wrong-network"}},
		{"its lease, that ran out", "A select 10.99.0.50 -> ACK 10.99.0.50\n+200s", "10.99.0.50",
			[4]string{"ACK", "ACK", "ACK", "ACK"}},
		{"its lease, that ran out and is another's", "A select 10.99.0.50 -> ACK 10.99.0.50\n+200s\nB select 10.99.0.50 -> ACK 10.99.0.50", "10.99.0.50",
			[4]string{"NAK address-taken", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative"}},
		{"another's", "B select 10.99.0.50 -> ACK 10.99.0.50", "10.99.0.50",
			[4]string{"NAK address-taken", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative"}},
		{"another's, and it has a lease itself", "A select 10.99.0.51 -> ACK 10.99.0.51\nB select 10.99.0.50 -> ACK 10.99.0.50", "10.99.0.50",
			[4]string{"NAK address-taken", "NAK not-yours", "NAK not-yours", "NAK not-yours"}},
		{"free, and it has another lease", "A select 10.99.0.51 -> ACK 10.99.0.51", "10.99.0.50",
			[4]string{"ACK", "NAK not-yours", "NAK not-yours", "NAK not-yours"}},
		{"offered to another", "B discover 10.99.0.50 -> OFFER 10.99.0.50", "10.99.0.50",
			[4]string{"NAK address-taken", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative"}},
		{"reserved for another", "reserve B lobby 10.99.0.50", "10.99.0.50",
			[4]string{"NAK address-reserved", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative"}},
		{"its lease, and reserved for another since", "A select 10.99.0.50 -> ACK 10.99.0.50\nreserve B lobby 10.99.0.50", "10.99.0.50",
			[4]string{"NAK address-reserved", "NAK address-reserved", "NAK address-reserved", "NAK address-reserved"}},
		{"its lease, and it has an address of its own since", "A select 10.99.0.50 -> ACK 10.99.0.50\nreserve A hall 10.20.0.9", "10.99.0.50",
			[4]string{"NAK move-to-reservation", "NAK move-to-reservation", "NAK move-to-reservation", "NAK move-to-reservation"}},
		{"its own on the roll, with no lease", "reserve A hall 10.20.0.9", "10.20.0.9",
			[4]string{"ACK", "ACK", "ACK", "ACK"}},
		{"in quarantine", "B select 10.99.0.50 -> ACK 10.99.0.50\nB decline 10.99.0.50 -> DROP decline-done", "10.99.0.50",
			[4]string{"NAK address-quarantined", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative"}},
		{"of a pool for others", "", "10.99.0.70",
			[4]string{"NAK not-assignable", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative"}},
		{"of no pool", "", "10.99.0.99",
			[4]string{"NAK not-assignable", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative"}},
		{"the broadcast address", "", "10.99.0.255",
			[4]string{"NAK wrong-network", "NAK wrong-network", "NAK wrong-network", "NAK wrong-network"}},
		{"an address of the server", "", "10.99.0.1",
			[4]string{"NAK address-taken", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative", "NAK unknown-lease / DROP not-authoritative"}},
	} {
		for i, state := range states {
			for _, authoritative := range []bool{true, false} {
				want, other, two := strings.Cut(row.want[i], " / ")
				if !authoritative && two {
					want = other
				}
				if want == "ACK" {
					want += " " + row.ip
				}
				file := strings.Replace(tableFile, "authoritative: true", fmt.Sprintf("authoritative: %v", authoritative), 1)
				t.Run(fmt.Sprintf("%s/%s/authoritative=%v", row.name, state.name, authoritative), func(t *testing.T) {
					run(t, planning{file: file}, row.story+"\n"+fmt.Sprintf(state.step, row.ip)+" -> "+want)
				})
			}
		}
	}
}

// RFC 2131 Table 5: what a message must not say counts for nothing, or makes it no message.
func TestRequestsAgainstTheTable(t *testing.T) {
	const leased = "A select 10.99.0.50 -> ACK 10.99.0.50\n"
	stories(t, planning{file: tableFile}, []story{
		{"renewal with a requested address", leased + `
			A renew 10.99.0.50 50=10.99.0.55           -> ACK 10.99.0.50
			lease 10.99.0.55                           -> none`},
		{"renewal with a server identifier", leased + `
			A renew 10.99.0.50 server=10.99.0.1        -> ACK 10.99.0.50
			A renew 10.99.0.50 server=10.99.0.99       -> DROP other-server
			A rebind 10.99.0.50 server=10.99.0.2       -> DROP other-frontend`},
		{"neither address nor server", leased + `
			A request                                  -> DROP no-address
			A request server=10.99.0.1                 -> DROP no-address
			A request server=10.99.0.99                -> DROP other-server`},
		{"a server identifier or an address of a wrong length", leased + `
			A select 10.99.0.50 server=hex:0a6300      -> DROP other-server
			A reboot hex:0a6300                        -> DROP no-address
			A renew 10.99.0.50 server=hex:             -> DROP other-server`},
		{"DISCOVER with a server identifier", leased + `
			A discover server=10.99.0.99               -> OFFER 10.99.0.50`},
		{"every identifier of this server, and no other", `
			A select 10.99.0.50 server=10.99.0.1       -> ACK 10.99.0.50 54=10.99.0.250
			A select 10.99.0.50 server=10.20.0.1       -> ACK 10.99.0.50
			A select 10.99.0.50 server=10.99.0.250     -> ACK 10.99.0.50
			A select 10.99.0.50 server=10.20.0.250     -> ACK 10.99.0.50
			A select 10.99.0.50 server=10.99.0.251     -> DROP other-server
			K select 10.20.0.200 server=10.20.0.250    -> ACK 10.20.0.200 54=10.20.0.250`},
		{"who chose another server gives back what it was offered", `
			A discover                                 -> OFFER 10.99.0.50
			A select 10.99.0.50 server=10.99.0.99      -> DROP other-server
			B discover 10.99.0.50                      -> OFFER 10.99.0.50`},
	})
}

// A relay that says by giaddr alone where its clients are.
func TestIgnoredLinkSelection(t *testing.T) {
	file := strings.Replace(tableFile, "server_id: 10.99.0.250}", "server_id: 10.99.0.250, link_selection: ignore}", 1)
	stories(t, planning{file: file}, []story{
		{"", `
			A discover via=10.99.0.9 82/5=10.80.0.0             -> OFFER 10.99.0.50
			A discover via=10.99.0.9 118=10.80.0.0              -> OFFER 10.99.0.50 -118
			A select 10.80.0.100 via=10.99.0.9 82/5=10.80.0.0   -> NAK wrong-network
			B discover via=10.80.0.9 82/5=10.99.0.0             -> OFFER 10.99.0.51
			C discover via=10.99.0.9 82/5=172.31.0.0            -> OFFER 10.99.0.52`},
	})
}

// identity: hardware: stages of a boot share the lease, and a reservation by what a stage sends still counts.
func TestIdentityOfHardware(t *testing.T) {
	file := strings.Replace(tableFile, "name: lobby\n", "name: lobby\n      identity: hardware\n", 1)
	stories(t, planning{file: file}, []story{
		{"", `
			A/rom discover                             -> OFFER 10.99.0.50
			A/os discover                              -> OFFER 10.99.0.50
			A/os select 10.99.0.50                     -> ACK 10.99.0.50
			A renew 10.99.0.50                         -> ACK 10.99.0.50
			A/rom reboot 10.99.0.50                    -> ACK 10.99.0.50
			B/os discover                              -> OFFER 10.99.0.51
			B/os renew 10.99.0.50                      -> NAK unknown-lease
			A/x release 10.99.0.50                     -> DROP release-done
			A/y discover                               -> OFFER 10.99.0.50
			reserve id=os hall 10.20.0.9
			A/os discover                              -> OFFER 10.20.0.9
			A/rom discover                             -> OFFER 10.99.0.50`},
	})
}
