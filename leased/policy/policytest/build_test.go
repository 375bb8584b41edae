package policytest_test

import "testing"

// Hooks see of a built value what the test says of it, and a plain default elsewhere.
func TestBuilders(t *testing.T) {
	tests := []struct{ name, body string }{
		{"discover", `
r = test.discover()
test.eq((r.kind, r.mac, r.giaddr, r.ciaddr, r.link, r.port, r.relay, r.known), ("DISCOVER", "02:00:00:00:00:01", None, None, "eth1", 67, None, False))
test.eq(r.time.weekday, 0)`},
		{"header", `
r = test.discover(mac = "52-54-00-12-34-56", xid = 7, secs = 3, hops = 2, broadcast = True, sname = "a", file = "b", siaddr = "192.0.2.9")
test.eq((r.mac, r.xid, r.secs, r.hops, r.broadcast, r.sname, r.file, r.siaddr), ("52:54:00:12:34:56", 7, 3, 2, True, "a", "b", "192.0.2.9"))`},
		{"kinds", `
test.eq([test.request(s).kind for s in ["SELECTING", "INIT-REBOOT", "REQUEST:RENEW", "REBIND"]],
    ["REQUEST:SELECTING", "REQUEST:INIT-REBOOT", "REQUEST:RENEW", "REQUEST:REBIND"])
test.eq([b().kind for b in [test.inform, test.decline, test.release, test.bootrequest, test.leasequery]],
    ["INFORM", "DECLINE", "RELEASE", "BOOTREQUEST", "LEASEQUERY"])`},
		{"addresses", `
test.eq(test.request("RENEW", ciaddr = "10.0.0.7").ciaddr, "10.0.0.7")
test.eq(test.request("INIT-REBOOT", requested_address = "10.0.0.7").requested_address, "10.0.0.7")
test.eq(test.request("SELECTING").requested_address, "192.0.2.10")`},
		{"options", `
r = test.discover(options = {"host-name": "desk", 60: b"PXEClient", "domain-search": ["a.example"]}, parameters = ["routers", 6], lease_time = 60)
test.eq((r.hostname, r.vendor_class, r.parameters, r.lease_time), ("desk", "PXEClient", [3, 6], 60))
test.eq(r.options["domain-search"], ["a.example"])`},
		{"an option that is left out", `
test.eq(test.request("SELECTING", options = {"server-identifier": None}).kind, "REQUEST:INIT-REBOOT")`},
		{"relay", `
r = test.discover(giaddr = "10.1.0.1", circuit_id = "eth7", remote_id = "hex:00ff", subscriber_id = "s", link_selection = "10.2.0.0")
test.eq((r.giaddr, r.hops, r.source), ("10.1.0.1", 1, "10.1.0.1"))
test.eq((r.relay.address, r.relay.circuit_id, r.relay.remote_id, r.relay.subscriber_id), ("10.1.0.1", "eth7", "hex:00ff", "s"))
test.true(test.discover(circuit_id = "x").relay)`},
		{"place", `
r = test.discover(link = "eth2", vlan = 100, port = 4011, frontend = "west")
test.eq((r.link, r.port, r.frontend), ("eth2.100", 4011, "west"))`},
		{"boot", `
r = test.discover(arch = "uefi-x64", uuid = "00112233-4455-6677-8899-aabbccddeeff")
test.eq((r.arch, r.arch_number, r.ipxe, r.http), ("uefi-x64", 7, False, False))
test.true(r.vendor_class.startswith("PXEClient"))
test.eq(r.uuid, "00112233-4455-6677-8899-aabbccddeeff")
test.eq(test.discover(arch = 0).arch, "bios")
r = test.discover(arch = "uefi-x64", http = True)
test.eq((r.arch, r.arch_number, r.http), ("uefi-x64", 16, True))
test.eq(test.discover(ipxe = True).ipxe, True)
r = test.discover(ipxe = True, user_classes = ["lab", "x"])
test.eq((r.ipxe, r.user_classes), (True, ["lab", "x"]))`},
		{"facts", `
r = test.discover(classes = ["phones"], subnet = "hall", network = "floor", known = True)
test.eq((r.classes, r.subnet, r.network, r.known), (["phones"], "hall", "floor", True))
one = test.reservation(id = "7", circuit_id = "eth7", subnet = "hall", serial = 2, address = "10.0.0.7", classes = ["a"], extra = {"rack": "12"})
r = test.discover(reservation = one)
test.eq((r.known, r.reservation.id, r.reservation.by, r.reservation.identifier), (True, "7", "circuit_id", "eth7"))
test.eq((r.reservation.subnet, r.reservation.serial, r.reservation.address, r.reservation.extra), ("hall", 2, "10.0.0.7", {"rack": "12"}))`},
		{"lookup", `
test.eq(test.discover(lookup = {"owner": {"name": "x", "n": [1, 2]}}).lookup["owner"]["n"], [1, 2])
test.eq(test.discover().lookup, None)`},
		{"time", `
for time in ["2026-05-01 08:30", "2026-05-01T08:30:00Z", 1777624200, test.discover(time = 1777624200).time]:
    t = test.discover(time = time).time
    test.eq((t.unix, t.month, t.hour, t.minute), (1777624200, 5, 8, 30))`},
		{"lease", `
l = test.lease()
test.eq((l.address, l.renewals, l.first_seen, l.known, l.time, l.state, l.pool, l.extra), ("192.0.2.10", 0, None, False, 3600, "new", None, {}))
l = test.lease(address = "10.0.0.7", subnet = "hall", serial = 3, network = "floor", pool = "guests", renewals = 5, hostname = "h",
    first_seen = 1000, last_seen = 2000, time = 60)
test.eq((l.address, l.subnet, l.serial, l.network, l.pool, l.renewals), ("10.0.0.7", "hall", 3, "floor", "guests", 5))
test.eq((l.first_seen.unix, l.last_seen.unix, l.expires.unix, l.time), (1000, 2000, 2060, 60))
test.eq(test.lease(state = "offered").state, "offered")
test.eq(test.lease(state = "released").state, "released")
test.eq(test.lease(known = True).known, True)
l = test.lease(reservation = "9", extra = {"a": "b"})
test.eq((l.known, l.reservation, l.extra), (True, "9", {"a": "b"}))`},
		{"lease held", `
h = test.discover(lease_held = test.lease(renewals = 4, pool = "guests")).lease_held
test.eq((h.renewals, h.pool, h.address), (4, "guests", "192.0.2.10"))
test.eq(test.discover(lease_held = test.lease()).lease_held.state, "active")
test.eq(test.discover().lease_held, None)`},
		{"reply", `
r = test.reply()
test.eq((r.kind, r.yiaddr, r.siaddr, r.lease_time, r.t1), ("OFFER", "192.0.2.10", None, 3600, None))
r = test.reply(kind = "ACK", options = {"routers": ["10.0.0.1"]}, yiaddr = "10.0.0.7", siaddr = "10.0.0.2", file = "f", lease_time = 60, t1 = 30, t2 = 50)
test.eq((r.kind, r.yiaddr, r.siaddr, r.file, r.lease_time, r.t1, r.t2), ("ACK", "10.0.0.7", "10.0.0.2", "f", 60, 30, 50))
test.eq(r.options["routers"], ["10.0.0.1"])
r = test.reply(kind = "NAK", message = "go away")
test.eq((r.kind, r.message), ("NAK", "go away"))
test.true("routers" not in r.options)`},
		{"a reply reads back what is changed", `
r = test.reply(kind = "ACK", options = {"routers": ["10.0.0.1"]})
r.options["routers"] = None
r.options["ntp-servers"] = ["10.0.0.3"]
r.file, r.t1, r.yiaddr = "x", 60, None
test.eq((r.file, r.t1, r.yiaddr, r.options["ntp-servers"]), ("x", 60, None, ["10.0.0.3"]))
test.true("routers" not in r.options)
r.kind = "NAK"
test.eq(r.kind, "NAK")`},
		{"a reply to a request", `
r = test.reply(kind = "ACK", request = test.inform())
test.eq(r.lease_time, None)`},
		{"event", `
e = test.event("lease.granted", mac = "52:54:00:00:00:07", hostname = "h", subnet = "hall", address = "10.0.0.7", circuit_id = "eth7", extra = {"a": "b"}, lease_time = 60)
test.eq((e.kind, e.mac, e.hostname, e.subnet, e.address, e.circuit_id, e.extra, e.lease_time), ("lease.granted", "52:54:00:00:00:07", "h", "hall", "10.0.0.7", "eth7", {"a": "b"}, 60))
e.annotations["rack"] = "12"
test.eq(e.annotations["rack"], "12")`},
		{"random numbers are those of the message", `
def draw(xid):
    test.discover(xid = xid)
    return [random(), random()]
test.eq(draw(1), draw(1))
test.true(draw(1) != draw(2))`},
		{"requests do not share what they say", `
a, b = test.discover(mac = "52:54:00:00:00:0a"), test.discover(mac = "52:54:00:00:00:0b")
test.eq((a.mac, b.mac), ("52:54:00:00:00:0a", "52:54:00:00:00:0b"))`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := outcome(t, tt.body); got != "" {
				t.Error(got)
			}
		})
	}
}

func TestBuildersRefuse(t *testing.T) {
	tests := []struct{ body, want string }{
		{`test.discover("52:54:00:12:34:56")`, `arguments have names, as in test.discover(time = 60)`},
		{`test.discover(vendorclass = "x")`, `unknown argument "vendorclass"; did you mean "vendor_class"?`},
		{`test.reply(tea = 1)`, `unknown argument "tea"; there are broadcast, file, kind, lease_time, message, options, request, siaddr, sname, t1, t2, yiaddr`},
		{`test.discover(giaddr = "10.0.0.256")`, `giaddr is "10.0.0.256"; it must be an IPv4 address such as "192.0.2.10"`},
		{`test.discover(mac = "52:54")`, `hardware address "52:54": group 1 has 2 digits, not 6`},
		{`test.discover(secs = -1)`, `secs is -1; it must be a number from 0 to 65535`},
		{`test.discover(known = 1)`, `known is 1; it must be True or False`},
		{`test.discover(time = "noon")`, `time is "noon"; it must be a time in UTC such as "2026-05-01 08:30", or unix seconds`},
		{`test.discover(options = {"host-nam": "x"})`, `options: unknown option "host-nam"; did you mean "host-name"?`},
		{`test.discover(options = {"host-name": "a"}, hostname = "b")`, `hostname is option host-name, which options has too; leave one of them out`},
		{`test.discover(arch = "uefi-x46")`, `arch is "uefi-x46"; it must be one of bios`},
		{`test.discover(reservation = 7)`, `reservation is 7; it must be what test.reservation(…) returns`},
		{`test.discover(reservation = test.reservation(), known = False)`, `known is False, but the machine has a reservation`},
		{`test.discover(parameters = ["routrs"])`, `unknown option "routrs"; did you mean "routers"?`},
		{`test.request("RENEWING")`, `a client sends no REQUEST in state "RENEWING"; did you mean "RENEW"?`},
		{`test.request()`, `the state comes first, as text`},
		{`test.lease(state = "old")`, `state is "old"; it must be "new", "offered", "active", "expired", "released" or "declined"`},
		{`test.lease(known = False, extra = {"a": "b"})`, `known is False, but only a machine with a reservation has reservation or extra`},
		{`test.reply(kind = "DISCOVER")`, `kind is "DISCOVER"; it must be "OFFER", "ACK" or "NAK"`},
		{`test.reply(kind = "NAK", t1 = 60)`, `a NAK has no t1`},
		{`test.reservation(mac = "52:54:00:12:34:56", duid = "0001")`, `a reservation knows its machine by one thing`},
		{`test.event("lease.grant")`, `"lease.grant" is no kind of event; did you mean "lease.granted"?`},
	}
	for _, tt := range tests {
		if got := outcome(t, tt.body); len(got) < len(tt.want) || got[:len(tt.want)] != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.body, got, tt.want)
		}
	}
}
