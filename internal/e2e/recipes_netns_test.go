//go:build netns

package e2e_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"rollcall/internal/dhcptest"
)

// recipes are what is to be seen on the wire of each policy of the cookbook, with the names of their files. Clients are real ones
// where one can say what the policy is about; the rest is sent as relays and firmware send it.
var recipes = map[string]func(k *kitchen){
	"phone-boot": func(k *kitchen) {
		k.udhcpc(k.client("phone", "52:54:00:12:ab:34"), "-V", "PXEClient:phone").address("10.99.0.0/24", soon)
		k.udhcpc(k.client("other", "52:54:00:12:ab:35")).address("10.99.0.0/24", soon)
		k.look("ACK", "52:54:00:12:ab:34", "60", "PXEServer:rollcall", "66", "bootserver.example.org", "67", "52540012AB34.cfg")
		k.look("ACK", "52:54:00:12:ab:35", "60", "", "66", "", "67", "")
		out := k.must("policy", "run", k.path("phone-boot.star"), "--pcap", k.path("wire.pcap"), "--changed")
		if !strings.Contains(out, "52540012AB34.cfg") || strings.Contains(out, "52:54:00:12:ab:35") {
			k.Errorf("policy run does not say of the capture what became of the phone, and of that alone:\n%s", out)
		}
	},
	"bootp-boot": func(k *kitchen) {
		k.udhcpc(k.client("rom", "52:54:00:12:ab:34"), "-V", "PXEClient:Arch:00000:UNDI:002001").address("10.99.0.0/24", soon)
		k.udhcpc(k.client("other", "52:54:00:12:ab:35")).address("10.99.0.0/24", soon)
		k.look("ACK", "52:54:00:12:ab:34", "siaddr", "10.20.0.9", "file", "pxelinux.0")
		k.look("ACK", "52:54:00:12:ab:35", "file", "")
	},
	"proxy-port": func(k *kitchen) {
		const mac = "52:54:00:12:ab:34"
		h := k.client("firmware", mac)
		c := k.udhcpc(h, "-q") // it ends, and leaves port 68 to what comes
		a := c.address("10.99.0.0/24", soon).String()
		c.wait("udhcpc has ended", soon, func() (bool, error) { return c.proc.ExitCode() == 0, nil })
		m := machine{via: k.from4011(h), mac: mac}
		b, err := m.ask(dhcptest.Renew(mac, a, m.with(dhcptest.ClientID("0152540012ab34"), dhcptest.VendorClass("PXEClient:Arch:00000:UNDI:002001"))...))
		if err != nil {
			k.Fatal(err)
		}
		if r := dhcptest.Parse(k, b); r.Type != "ACK" || !r.YIAddr.IsUnspecified() {
			k.Errorf("port 4011 answers %s with yiaddr %s, want an ACK without", r.Type, r.YIAddr)
		}
		k.look("ACK", mac, "from port", "67", "yiaddr", a)
		i := slices.IndexFunc(k.frames, func(f frame) bool { return f["from port"] == "4011" })
		if i < 0 {
			k.Fatal("tshark saw nothing from port 4011")
		}
		k.note("%s from port 4011: yiaddr %s", k.frames[i]["type"], k.frames[i]["yiaddr"])
		if k.frames[i]["yiaddr"] != "0.0.0.0" {
			k.Error("yiaddr of the answer from port 4011 is set")
		}
	},
	"gateway-by-octet": func(k *kitchen) {
		for i, mac := range []string{"52:54:00:12:ab:31", "52:54:00:12:ab:32", "52:54:00:12:ab:33"} { // three in a row, so one of them
			k.udhcpc(k.client("guest"+strconv.Itoa(i), mac)).address("10.99.0.0/24", soon)
		}
		seconds := 0
		for _, mac := range []string{"52:54:00:12:ab:31", "52:54:00:12:ab:32", "52:54:00:12:ab:33"} {
			want := "10.99.0.1"
			octet, _ := strconv.Atoi(strings.TrimPrefix(k.sent("ACK", mac)["yiaddr"], "10.99.0."))
			if octet%3 == 0 {
				want = "10.99.0.254"
				seconds++
			}
			k.look("ACK", mac, "yiaddr", "10.99.0."+strconv.Itoa(octet), "3", want)
		}
		if seconds != 1 {
			k.Errorf("%d of three addresses in a row are multiples of three", seconds)
		}
	},
	"no-gateway": func(k *kitchen) {
		k.dhclient(k.client("guest", "52:54:00:12:ab:34")).address("10.99.0.0/24", soon)
		k.dhclient(k.client("known", knownMAC)).address("10.20.0.0/22", soon)
		k.look("ACK", "52:54:00:12:ab:34", "3", "", "15", "example.org")
		k.look("ACK", knownMAC, "3", "10.20.0.1", "15", "example.org")
	},
	"dns-for-all": func(k *kitchen) {
		k.dhcpcd(k.client("guest", "52:54:00:12:ab:34")).address("10.99.0.0/24", soon)
		k.look("ACK", "52:54:00:12:ab:34", "6", "127.0.0.1,192.168.0.1")
	},
	"router-or-nothing": func(k *kitchen) {
		far := machine{via: k.relayAt("relay", "10.30.0.1/24")[0], mac: "52:54:00:12:ab:35", mods: []dhcptest.Modifier{dhcptest.Giaddr("10.30.0.1")}}
		k.silent(far, "a router is asked for, and there is none", dhcptest.Discover(far.mac, far.with(dhcptest.PRL(1, 3))...))
		far.discover(k, dhcptest.PRL(1, 6))
		k.dhclient(k.client("guest", "52:54:00:12:ab:34")).address("10.99.0.0/24", soon)
		k.look("ACK", "52:54:00:12:ab:34", "3", "10.99.0.1")
		k.look("OFFER", far.mac, "3", "")
		k.refused("policy-silent", 1)
	},
	"short-t1": func(k *kitchen) {
		k.dhclient(k.client("known", knownMAC)).address("10.20.0.0/22", soon)
		k.look("ACK", knownMAC, "51", "28800", "58", "60")
	},
	"domain-by-relay": func(k *kitchen) {
		beyond := k.relayed()
		refused := k.attach(k.floor, "refused", "eth0", "52:54:00:00:00:66", "10.20.0.66/22", "10.30.0.66/24")
		m := machine{via: k.throughRelay(refused, "10.30.0.66"), mac: "52:54:00:12:ab:36", mods: []dhcptest.Modifier{dhcptest.Giaddr("10.30.0.66")}}
		k.silent(m, "a refused relay", dhcptest.Discover(m.mac, m.with()...))
		k.refused("policy-filter", 1)
		k.dhclient(k.attach(beyond, "far-dhclient", "eth0", "52:54:00:12:ab:34")).address("10.30.0.0/24", soon)
		k.dhclient(k.client("local", "52:54:00:12:ab:35")).address("10.99.0.0/24", soon)
		k.look("ACK", "52:54:00:12:ab:34", "giaddr", "10.30.0.1", "15", "far.example.org")
		k.look("ACK", "52:54:00:12:ab:35", "giaddr", "", "15", "example.org")
	},
	"relay-circuit": func(k *kitchen) {
		beyond := k.relayed("-a", "-m", "forward")
		refused := k.attach(k.floor, "refused", "eth0", "52:54:00:00:00:66", "10.20.0.66/22", "10.30.0.66/24")
		via := k.throughRelay(refused, "10.30.0.66")
		for i, mods := range [][]dhcptest.Modifier{
			{dhcptest.Giaddr("10.30.0.1")},
			{dhcptest.Giaddr("10.30.0.1"), dhcptest.RelayInfo(dhcptest.CircuitID("eth2"))},
			{dhcptest.Giaddr("10.30.0.66"), dhcptest.RelayInfo(dhcptest.CircuitID("eth1"))},
		} {
			m := stranger(via, i+1, mods...)
			k.silent(m, "no relay of ours", dhcptest.Discover(m.mac, m.with()...))
		}
		k.refused("policy-filter", 3)
		k.dhclient(k.attach(beyond, "far-dhclient", "eth0", "52:54:00:12:ab:34")).address("10.30.0.0/24", soon)
		k.look("ACK", "52:54:00:12:ab:34", "giaddr", "10.30.0.1")
	},
	"guest-vlans": func(k *kitchen) {
		via := k.relayAt("relay", "10.31.110.1/24")[0]
		through := func(mac, circuit string) machine {
			return machine{via: via, mac: mac, mods: []dhcptest.Modifier{dhcptest.Giaddr("10.31.110.1"), dhcptest.RelayInfo(dhcptest.CircuitID(circuit))}}
		}
		through("52:54:00:12:ab:34", "\x00\x04\x00\x6e\x01\x03").dora(k)
		through("52:54:00:12:ab:35", "\x00\x04\x00\x78\x02\x04").dora(k)
		m := through("52:54:00:12:ab:36", "\x00\x04\x00\x01\x02\x04")
		k.silent(m, "a VLAN without pool", dhcptest.Discover(m.mac, m.with()...))
		k.refused("policy-ignore", 1)
		k.within("ACK", "52:54:00:12:ab:34", "10.31.110.")
		k.within("ACK", "52:54:00:12:ab:35", "10.31.120.")
	},
	"ip-phones": func(k *kitchen) {
		k.udhcpc(k.client("phone", "52:54:00:12:ab:34"), "-V", "Cisco Systems, Inc. IP Phone CP-7960").address("10.20.8.0/24", soon)
		k.udhcpc(k.client("other", "52:54:00:12:ab:35")).address("10.99.0.0/24", soon)
		k.within("ACK", "52:54:00:12:ab:34", "10.20.8.")
		k.look("ACK", "52:54:00:12:ab:34", "66", "phones.example.org", "150", "10.20.8.2")
		k.look("ACK", "52:54:00:12:ab:35", "66", "", "150", "")
	},
	"quarantine": func(k *kitchen) {
		k.dhclient(k.client("sick", "de:ad:be:ef:00:01")).address("10.66.0.0/24", soon)
		k.dhclient(k.client("well", "52:54:00:12:ab:35")).address("10.99.0.0/24", soon)
		m := machine{via: k.onLink(k.client("banned", "ba:dd:ad:00:00:01")), mac: "ba:dd:ad:00:00:01"}
		k.silent(m, "a make that is not talked to", dhcptest.Discover(m.mac, m.with()...))
		k.refused("policy-filter", 1)
		k.within("ACK", "de:ad:be:ef:00:01", "10.66.0.")
		k.look("ACK", "de:ad:be:ef:00:01", "51", "60", "3", "", "6", "10.66.0.1")
		k.look("ACK", "52:54:00:12:ab:35", "51", "120", "3", "10.99.0.1", "6", "10.20.0.2")
	},
	"definition": func(k *kitchen) {
		const mac = "aa:bb:cc:dd:ee:ff"
		k.dhclient(k.client("guestbox", mac)).address("10.20.0.0/22", soon)
		k.udhcpc(k.client("other", "52:54:00:12:ab:35")).address("10.99.0.0/24", soon)
		k.look("ACK", mac, "yiaddr", "10.20.0.100", "51", "600", "12", "guestbox", "15", "guestbox.example.org", "6", "10.20.0.5,10.20.0.6,10.20.0.7")
		k.within("ACK", "52:54:00:12:ab:35", "10.99.0.")
	},
	"bench-ports": func(k *kitchen) {
		const mac = "52:54:00:c1:0e:01"
		via := k.relayAt("relay", "10.31.110.1/24")[0]
		through := func(circuit string) machine {
			return machine{via: via, mac: mac, mods: []dhcptest.Modifier{dhcptest.Giaddr("10.31.110.1"), dhcptest.RelayInfo(dhcptest.CircuitID(circuit))}}
		}
		through("bench 7").discover(k)
		through("office 8").dora(k)
		k.look("OFFER", mac, "yiaddr", "10.31.110.7", "12", "bench7")
		k.look("ACK", mac, "yiaddr", "10.31.110.20", "12", "unit1")
	},
	"five-renewals": func(k *kitchen) {
		const mac = "52:54:00:12:ab:34"
		h := k.client("guest", mac)
		c := k.dhcpcd(h) // each of its renewals is a transaction of its own
		c.address("10.99.0.0/24", soon)
		k.wait("a renewal is refused", 2*soon, k.renewing(c, "policy-nak"))
		c.proc.Kill()
		k.ip(h.Namespace, "addr", "flush", "dev", "eth0")
		k.start(h, "anew", "udhcpc", "-f", "-C", "-i", "eth0", "-t", "10", "-T", "1", "-A", "1", "-s", k.testdata("client.sh"))
		k.wait("it is not talked to", soon, func() (bool, error) {
			n, err := k.tryMetric("up", "rollcall_leased_refusals_total", `reason="policy-filter"`)
			return n > 0, err
		})
		k.udhcpc(k.client("known", knownMAC)).address("10.20.0.0/22", soon)
		k.look("NAK", mac, "56", "please register")
		granted := map[string]bool{} // by transaction
		for _, f := range k.all("ACK") {
			if f["mac"] == mac {
				granted[f["xid"]] = true
			}
		}
		if len(granted) != 6 {
			k.Errorf("tshark saw %d ACKs, want the first and five renewals", len(granted))
		}
		k.note("%d ACKs before it", len(granted))
	},
	"maintenance": func(k *kitchen) {
		const mac = "52:54:00:12:ab:34"
		c := k.dhcpcd(k.client("guest", mac))
		c.address("10.99.0.0/24", soon)
		known := k.dhcpcd(k.client("known", knownMAC))
		known.address("10.20.0.0/22", soon)
		known.dhcpcdDo("-N")
		known.awaitLease("renewal of the known machine", knownMAC, soon, func(l lease) bool { return l.Renewals == 1 })
		k.wait("a renewal is refused", soon, k.renewing(c, "policy-nak"))
		c.address("10.99.0.0/24", soon) // it begins anew
		k.look("NAK", mac, "56", "the guest network is being renumbered")
		k.look("ACK", knownMAC, "yiaddr", knownAddr)
	},
	"rack-events": func(k *kitchen) {
		k.udhcpc(k.client("known", knownMAC)).address("10.20.0.0/22", soon)
		k.udhcpc(k.client("bench", "52:54:00:be:9c:01")).address("10.99.0.0/24", soon)
		var events []struct {
			Kind, Hardware string
			Annotations    map[string]string
		}
		if err := json.Unmarshal([]byte(k.must("event", "list", "-o", "json")), &events); err != nil {
			k.Fatal(err)
		}
		granted := false
		for _, e := range events {
			if strings.HasPrefix(e.Hardware, "52:54:00:be:9c:") {
				k.Errorf("%s of the bench is told of", e.Kind)
			}
			if e.Kind == "lease.granted" && e.Hardware == knownMAC {
				granted = e.Annotations["rack"] == "12"
				k.note("lease.granted of %s: rack %s; nothing of 52:54:00:be:9c:01", knownMAC, e.Annotations["rack"])
			}
		}
		if !granted {
			k.Errorf("no lease.granted with rack 12 among %+v", events)
		}
		k.look("ACK", knownMAC, "yiaddr", knownAddr)
	},
	"lossy-network": func(k *kitchen) {
		const n = 100
		via := k.onLink(k.client("crowd", "52:54:00:00:00:02"))
		answered := len(k.crowd(via, n, func(m machine) []byte { return dhcptest.Discover(m.mac, m.with()...) }))
		k.refused("policy-filter", n-answered)
		if answered < 62 || answered > 97 {
			k.Errorf("%d of %d DISCOVERs are answered, want about four of five", answered, n)
		}
		k.dhclient(k.client("patient", "52:54:00:12:ab:34")).address("10.99.0.0/24", soon) // it asks again
		offers := 0
		for _, f := range k.all("OFFER") {
			if strings.HasPrefix(f["mac"], "52:54:01:") {
				offers++
			}
		}
		k.note("%d OFFERs to %d DISCOVERs", offers, n)
		if offers != answered {
			k.Errorf("tshark saw %d OFFERs, and %d clients one", offers, answered)
		}
	},
	"chaos": func(k *kitchen) {
		const n = 150
		via := k.onLink(k.client("crowd", "52:54:00:00:00:02"))
		offers := k.crowd(via, n, func(m machine) []byte { return dhcptest.Discover(m.mac, m.with()...) })
		answers := k.crowd(via, n, func(m machine) []byte {
			o, ok := offers[m.mac]
			if !ok {
				return dhcptest.Discover(m.mac, m.with()...)
			}
			return dhcptest.Request(m.mac, o.YIAddr.String(), o.ServerID().String(), m.with()...)
		})
		count := map[string]int{}
		for mac, r := range answers {
			third := offers[mac].YIAddr.IsValid() && offers[mac].YIAddr.As4()[3]%3 == 0
			switch {
			case third && r.Type == "ACK" && r.Duration(58) == time.Minute:
				count["each minute"]++
			case third:
				k.Errorf("%s of %s has T1 %v, want an ACK with a minute", r.Type, r.YIAddr, r.Duration(58))
			default:
				count[r.Type]++
			}
		}
		if count["each minute"] < 10 || count["NAK"] < 10 || count["ACK"] < 10 || len(offers) == n {
			k.Errorf("%d offers, and then %v", len(offers), count)
		}
		k.note("%d OFFERs to %d DISCOVERs; then %d ACKs with T1 60, %d other ACKs, %d NAKs", len(offers), n, count["each minute"], count["ACK"], count["NAK"])
		if got := len(k.all("NAK")); got != count["NAK"] {
			k.Errorf("tshark saw %d NAKs, and clients %d", got, count["NAK"])
		}
	},
	"provoke-error": func(k *kitchen) {
		const mac = "52:54:00:12:ab:34"
		k.udhcpc(k.client("provoke", mac)).address("10.99.0.0/24", soon)
		if n := k.metric("up", "rollcall_policy_failures_total", `hook="reply"`, `kind="raised"`); n < 2 {
			k.Errorf("%v failures are counted, want one for the OFFER and one for the ACK", n)
		}
		k.look("ACK", mac, "3", "10.99.0.1", "15", "example.org")
	},
}
