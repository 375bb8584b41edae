package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"rollcall/leased/engine"
)

// floorFile says something at every level. K is on the roll with an address inside the pool.
const floorFile = `
  authoritative: true
  probe: {enabled: false}
  limits: {actions: 0}
  options: {ntp-servers: 10.0.0.1, domain-name: global.example, tftp-server-name: boot-global, domain-name-servers: 10.0.0.53}
  boot: {server: 10.0.0.9, server_name: global, file: global.0}
  shared_networks:
    - {name: floor, options: {ntp-servers: 10.0.0.2, time-servers: 10.0.0.20}, boot: {file: floor.0}}
  classes:
    - {name: phones, match: {vendor_class: "phone*"}, options: {ntp-servers: 10.0.0.5, option-224: "hex:01", domain-name-servers: ""}}
    - {name: red, match: {vendor_class: "*red"}, options: {ntp-servers: 10.0.0.55, option-224: "hex:02", option-225: "hex:03"}, boot: {file: red.0, server: ""}}
    - {name: silent, match: {vendor_class: "mute*"}, boot: {server_name: "", file: ""}, options: {routers: {value: 10.99.0.9, send: never}}}
  subnets:
    - {name: hall, prefix: 10.20.0.0/22, shared_network: floor, options: {ntp-servers: 10.0.0.3}}
    - name: lobby
      prefix: 10.99.0.0/24
      shared_network: floor
      lease: {time: 2m}
      options: {ntp-servers: 10.0.0.3, routers: 10.99.0.1, log-servers: {value: 10.0.0.30, send: always}}
      pools:
        - range: 10.99.0.50-10.99.0.59
          options: {ntp-servers: 10.0.0.4, log-servers: {value: 10.0.0.31, send: requested}}
          boot: {file: pool.0}
          hostname: "guest-{ip}"
  reservations:
    - mac: "08:00:27:2c:49:4b"
      subnet: lobby
      address: 10.99.0.55
      classes: [phones]
      options: {option-225: "hex:09", time-servers: ""}
      boot: {file: own.0}
`

// The nearest level wins, option by option and boot field by boot field: reservation, class (the first in the file), pool, subnet,
// shared network, global. Empty means nothing, whatever is said further out.
func TestLevels(t *testing.T) {
	stories(t, planning{file: floorFile}, []story{
		{"pool", `
			A discover 55=42,4,15,66,3,7     -> OFFER 10.99.0.50 42=10.0.0.4 4=10.0.0.20 15=global.example 66=boot-global 3=10.99.0.1 7=10.0.0.31
			A discover 55=1                  -> OFFER 10.99.0.50 order=54,51,1,3,6,15 next=10.0.0.9 sname=global file=pool.0
			A select 10.99.0.50 55=42        -> ACK 10.99.0.50 42=10.0.0.4 order=54,51,1,42,3,6,15 file=pool.0`},
		{"a subnet's always is not what a pool says", `
			A discover 55=1                  -> OFFER 10.99.0.50 -7
			K discover 55=1                  -> OFFER 10.99.0.55 7=10.0.0.30`},
		{"class", `
			A discover 55=42,224,6 60=phone-1      -> OFFER 10.99.0.50 42=10.0.0.5 224=hex:01 -6
			A discover 55=42,224,225 60=phone-red  -> OFFER 10.99.0.50 42=10.0.0.5 224=hex:01 225=hex:03 file=red.0 next= sname=global
			A discover 55=42,224 60=red            -> OFFER 10.99.0.50 42=10.0.0.55 224=hex:02 6=10.0.0.53
			A discover 55=3 60=mute                -> OFFER 10.99.0.50 -3 sname= file= next=10.0.0.9`},
		{"reservation: no pool level", `
			K discover 55=42,4,225,224,6,12   -> OFFER 10.99.0.55 42=10.0.0.5 -4 225=hex:09 224=hex:01 -6 -12 file=own.0 next=10.0.0.9
			K discover 55=42,225 60=red       -> OFFER 10.99.0.55 42=10.0.0.5 225=hex:09 file=own.0 next=
			K select 10.99.0.55 55=42         -> ACK 10.99.0.55 42=10.0.0.5 file=own.0
			K renew 10.99.0.55 55=42          -> ACK 10.99.0.55 42=10.0.0.5`},
		{"without a request list everything that is configured", `
			A discover   -> OFFER 10.99.0.50 order=54,51,1,3,6,15,12,4,42,66`},
		{"an INFORM: of the subnet, or of the pool for whom it has a lease from", `
			A inform 10.99.0.77 55=42        -> ACK 42=10.0.0.3 -51 file=floor.0
			A select 10.99.0.50              -> ACK 10.99.0.50
			A inform 10.99.0.50 55=42,12     -> ACK 42=10.0.0.4 12=guest-10-99-0-50 -51 file=pool.0
			B inform 10.99.0.50 55=42        -> ACK 42=10.0.0.3
			K inform 10.99.0.55 55=42        -> ACK 42=10.0.0.5 file=own.0
			A inform 10.20.0.9 55=42         -> ACK 42=10.0.0.3 file=floor.0`},
		{"the network's own, where nothing nearer says it", `
			replan ntp-servers: 10.0.0.4, =>
			A discover 55=42                 -> OFFER 10.99.0.50 42=10.0.0.3
			replan options: {ntp-servers: 10.0.0.3, routers => options: {routers
			A discover 55=42                 -> OFFER 10.99.0.50 42=10.0.0.2
			replan ntp-servers: 10.0.0.2, =>
			A discover 55=42                 -> OFFER 10.99.0.50 42=10.0.0.1
			replan log-servers: {value: 10.0.0.31, send: requested} => ntp-servers: ""
			A discover 55=42                 -> OFFER 10.99.0.50 -42
			replan ntp-servers: "" => ntp-servers: {value: 10.0.0.9, send: never}
			A discover 55=42                 -> OFFER 10.99.0.50 -42`},
	})
}

// Explain names the level of every option and boot field.
func TestExplainNamesTheLevels(t *testing.T) {
	w := newWorld(t, planning{file: floorFile})
	for _, test := range []struct{ step, want string }{
		{"A discover 55=42,4,15,3", "pool 10.99.0.50-10.99.0.59; shared network floor; global; subnet lobby"},
		{"A discover 55=42 60=phone", "class phones"},
		{"K discover 55=225", "reservation config-1"},
	} {
		_, steps := engine.Explain(w.s, (&script{world: w}).message(strings.Fields(test.step)), w.now)
		all := fmt.Sprint(steps)
		for level := range strings.SplitSeq(test.want, "; ") {
			if !strings.Contains(all, level) {
				t.Errorf("%s: nothing names %s in\n%s", test.step, level, all)
			}
		}
	}
}

const vendorFile = `
  authoritative: true
  probe: {enabled: false}
  limits: {actions: 0}
  option_definitions:
    - {name: acs-url, code: 1, type: string, of: vendor-specific}
    - {name: mode, code: 2, type: uint16, of: "vi-vendor-specific 3561"}
  classes:
    - {name: cpe, match: {vendor_class: "dslforum*"}, options: {vendor-specific: {acs-url: "http://acs"}}}
    - {name: cam, match: {vendor_class: "cam*"}, options: {vendor-specific: {7: "hex:0042"}}}
  subnets:
    - name: lobby
      prefix: 10.99.0.0/24
      server_id: 10.99.0.250
      options:
        routers: 10.99.0.1
        static-routes: ["10.5.0.1 10.99.0.3"]
        classless-static-routes: ["10.7.0.0/16 10.99.0.2"]
        vi-vendor-specific: {3561: {mode: 7}, 4491: {2: "hex:aa"}}
        vi-vendor-class: {3561: gateway, 4491: modem}
      pools: [{range: 10.99.0.50-10.99.0.59}]
    - {name: yard, prefix: 10.80.0.0/24, pools: [{range: 10.80.0.100-10.80.0.110}]}
`

func TestVendorOptionsAndRoutes(t *testing.T) {
	stories(t, planning{file: vendorFile}, []story{
		{"43 of one's own vendor alone", `
			A discover 55=43 60=dslforum.org  -> OFFER 10.99.0.50 43=hex:010a687474703a2f2f616373
			A discover 55=43 60=cam           -> OFFER 10.99.0.50 43=hex:07020042
			A discover 55=43 60=other         -> OFFER 10.99.0.50 -43`},
		{"of enterprises that the client names, or all (RFC 3925)", `
			A discover 55=125,124                         -> OFFER 10.99.0.50 125=3561{2=hex:0007}4491{2=hex:aa} 124=3561=gateway4491=modem
			A discover 55=125                             -> OFFER 10.99.0.50 125=hex:00000de904020200070000118b030201aa
			A discover 55=125,124 124=hex:00000de90161    -> OFFER 10.99.0.50 125=3561{2=hex:0007} 124=3561=gateway
			A discover 55=125,124 125=hex:0000118b00      -> OFFER 10.99.0.50 125=4491{2=hex:aa} 124=4491=modem
			A discover 55=125,124 125=hex:0000118b00 124=hex:00000de90161 -> OFFER 10.99.0.50 125=3561{2=hex:0007}4491{2=hex:aa}
			A discover 55=125,124 124=hex:00000de9ff61    -> OFFER 10.99.0.50 125=3561{2=hex:0007}4491{2=hex:aa}
			A discover 55=125,124 125=hex:0000000100      -> OFFER 10.99.0.50 -125 -124`},
		{"121 keeps 3 and 33 back, whatever the order (RFC 3442)", `
			A discover 55=3,33,121            -> OFFER 10.99.0.50 -3 -33 order=54,51,1,121
			A discover 55=121,3               -> OFFER 10.99.0.50 -3
			A discover 55=3,33                -> OFFER 10.99.0.50 order=54,51,1,3,33
			A discover                        -> OFFER 10.99.0.50 3=10.99.0.1`},
		{"118 comes back as it came, from a relay", `
			A discover via=10.99.0.2 118=10.80.0.0 55=118    -> OFFER 10.80.0.100 118=10.80.0.0
			A discover via=10.99.0.2 118=10.80.0.0 55=1      -> OFFER 10.80.0.100 118=10.80.0.0
			B discover 118=10.80.0.0                         -> OFFER 10.99.0.50 -118
			A inform via=10.99.0.2 118=10.80.0.0             -> ACK 118=10.80.0.0`},
		{"the server identifier of the subnet, accepted as any other", `
			A discover                                 -> OFFER 10.99.0.50 54=10.99.0.250
			A select 10.99.0.50 server=10.99.0.250     -> ACK 10.99.0.50 54=10.99.0.250
			A select 10.99.0.50 server=10.99.0.1       -> ACK 10.99.0.50
			A release 10.99.0.50 server=10.99.0.250    -> DROP release-done
			B reboot 10.80.0.100                       -> NAK wrong-network 54=10.99.0.250
			B discover via=10.99.0.2 82/11=10.99.0.2   -> OFFER 10.99.0.51 54=10.99.0.2`},
	})
}

// What only the protocol may say is never taken from what a client asks for.
func TestNeverSent(t *testing.T) {
	all := make([]string, 0, 255)
	for n := range 255 {
		all = append(all, fmt.Sprint(n))
	}
	for _, text := range []string{floorFile, vendorFile} {
		w := newWorld(t, planning{file: text})
		s := &script{world: w}
		for _, message := range []string{"discover", "select 10.99.0.50", "inform 10.99.0.50", "renew 10.99.0.50"} {
			d := s.send(s.message(strings.Fields("A " + message + " 61=hex:0102 82=hex:0101 57=hex:0240 55=" + strings.Join(all, ","))))
			for _, code := range []string{"0", "50", "52", "53", "55", "56", "57", "61", "80", "82", "108", "118", "255"} {
				s.where = message
				s.checkDetails([]string{"-" + code}, true)
			}
			if d.Kind == engine.Drop {
				t.Errorf("%s: %v %s", message, d.Kind, d.Reason)
			}
		}
	}
}
