package value_test

import (
	"strings"
	"testing"

	"rollcall/internal/option"
	"rollcall/leased/engine"
	"rollcall/leased/policy/value"
)

// What scripts read.
func TestRead(t *testing.T) {
	for _, tt := range []struct{ expr, want string }{
		{`request.kind`, `"REQUEST:REBIND"`},
		{`request.mac`, `"52:54:00:12:34:56"`},
		{`(request.htype, request.secs, request.hops, request.port)`, `(1, 3, 1, 67)`},
		{`request.xid == 0xdeadbeef`, `True`},
		{`(request.flags, request.broadcast)`, `(32768, True)`},
		{`(request.ciaddr, request.yiaddr, request.siaddr, request.giaddr)`, `("10.20.0.7", None, None, "10.20.0.1")`},
		{`(request.source, request.destination)`, `("10.20.0.1", "10.99.0.1")`},
		{`(request.sname, request.file)`, `("", "pxe.0")`},
		{`(request.link, request.frontend, request.vlan)`, `("eth1.100", "west", 100)`},
		{`request.hostname`, `"Phone-7"`},
		{`request.client_id`, `"01:52:54:00:12:34:56"`},
		{`request.vendor_class`, `"Polycom"`},
		{`request.user_classes`, `["abc", "de"]`},
		{`request.requested_address`, `"10.20.0.9"`},
		{`request.parameters`, `[1, 3, 6, 66]`},
		{`request.lease_time`, `86400`},
		{`(request.arch, request.arch_number, request.ipxe, request.http)`, `("uefi-x64", 7, False, False)`},
		{`request.uuid`, `"33323130-3534-3736-3839-616263646566"`},
		{`(request.classes, request.known, request.subnet, request.network)`, `(["phones", "voip"], True, "hall", "floor")`},
		{`request.lookup`, `None`},
		{`request.time`, `2026-11-23T09:08:07Z`},
		{`str(request)`, `"request(REQUEST:REBIND from 52:54:00:12:34:56)"`},
		{`bool(request)`, `True`},

		{`request.relay.address`, `"10.20.0.1"`},
		{`(request.relay.circuit_id, request.relay.remote_id, request.relay.subscriber_id)`, `("port-7", "hex:000102", None)`},
		{`request.relay.link_selection`, `"10.20.0.0"`},
		{`request.relay.options[2]`, `b"\x00\x01\x02"`},
		{`(request.relay.options.get(9, b""), 1 in request.relay.options, len(request.relay.options))`, `(b"", True, 3)`},

		{`request.options["host-name"]`, `"Phone 7"`},
		{`request.options["hostname"]`, `"Phone 7"`}, // another server's name for it
		{`request.options["option-12"]`, `"Phone 7"`},
		{`request.options[12]`, `b"Phone 7"`},
		{`request.options["vendor-class-identifier"]`, `"Polycom"`},
		{`request.options["max-message-size"]`, `1500`},
		{`request.options["requested-address"]`, `"10.20.0.9"`},
		{`request.options["parameter-request-list"]`, `[1, 3, 6, 66]`},
		{`request.options["user-class"]`, `["abc", "de"]`},
		{`request.options["lease-time"]`, `86400`},
		{`request.options["option-224"]`, `"hex:ff00"`},
		{`request.options.raw("option-224")`, `b"\xff\x00"`},
		{`request.options.raw(3)`, `None`},
		{`request.options.get("routers")`, `None`},
		{`request.options.get("routers", [])`, `[]`},
		{`request.options.get(3, b"")`, `b""`},
		{`("routers" in request.options, "host-name" in request.options, 12 in request.options)`, `(False, True, True)`},
		{`request.options.keys()[:3]`, `["host-name", "vendor-class-identifier", "user-class"]`},
		{`[n for n in request.options][-1]`, `"relay-agent-information"`},
		{`len(request.options)`, `12`},
		{`request.options["relay-agent-information"]`, `"circuit-id=port-7 remote-id=hex:000102 link-selection=10.20.0.0"`},

		{`(lease.address, lease.subnet, lease.serial, lease.network, lease.pool)`, `("10.20.0.7", "hall", 2, "floor", "phones")`},
		{`(lease.hostname, lease.renewals, lease.state, lease.known, lease.reservation)`, `("desk", 4, "active", True, "12")`},
		{`(request.time - lease.first_seen, request.time - lease.last_seen, lease.expires - request.time)`, `(7200, 1800, 1800)`},
		{`lease.time`, `3600`},
		{`lease.extra`, `{"owner": "ann", "rack": "4"}`},
		{`(request.lease_held.address, request.lease_held.subnet, request.lease_held.time, request.lease_held.reservation)`, `("10.20.0.7", "hall", 3600, "12")`},

		{`(request.reservation.id, request.reservation.by, request.reservation.identifier)`, `("12", "mac", "52:54:00:12:34:56")`},
		{`(request.reservation.address, request.reservation.subnet, request.reservation.serial)`, `(None, "hall", 2)`},
		{`(request.reservation.hostname, request.reservation.classes, request.reservation.extra["rack"])`, `("desk", ["voip"], "4")`},
		{`[(c.id, c.by, c.identifier, c.address) for c in candidates]`, `[("12", "mac", "52:54:00:12:34:56", None), ("13", "client_id", "01:52", "10.20.0.200")]`},
		{`(request.reservation == candidates[0], request.reservation == candidates[1], request.reservation != candidates[1])`, `(True, False, True)`},

		{`(reply.kind, reply.yiaddr, reply.siaddr, reply.sname, reply.file, reply.broadcast)`, `("ACK", "10.20.0.7", "10.20.0.3", None, "boot.0", False)`},
		{`(reply.lease_time, reply.t1, reply.t2, reply.message)`, `(3600, 1800, 3150, None)`},
		{`reply.options["routers"]`, `["10.20.0.1"]`},
		{`reply.options[3]`, `b"\n\x14\x00\x01"`},
		{`reply.options["subnet-mask"]`, `"255.255.252.0"`},
		{`reply.options["client-identifier"]`, `"hex:01525400123456"`}, // which the answer returns
		{`reply.options.keys()`, `["server-identifier", "lease-time", "renewal-time", "rebinding-time", "subnet-mask", "routers", "domain-name", "client-identifier"]`},

		{`octets("10.0.0.7")`, `(10, 0, 0, 7)`},
		{`(in_subnet("10.1.2.3", "10.0.0.0/8"), in_subnet("11.1.2.3", "10.0.0.0/8"), in_subnet(None, "10.0.0.0/8"))`, `(True, False, False)`},
		{`(hex(b"\x0a\xff"), hex("a"))`, `("0aff", "61")`},
		{`random() < 1 and random() >= 0 and random() != random()`, `True`},

		{`(request.time.unix, request.time.year, request.time.month, request.time.day)`, `(1795424887, 2026, 11, 23)`},
		{`(request.time.hour, request.time.minute, request.time.second, request.time.weekday)`, `(9, 8, 7, 0)`},
		{`(request.time - 3600, request.time + 60, 60 + request.time)`, `(2026-11-23T08:08:07Z, 2026-11-23T09:09:07Z, 2026-11-23T09:09:07Z)`},
		{`(request.time - (request.time - 90), request.time > request.time - 1, request.time == request.time + 0)`, `(90, True, True)`},
		{`{request.time: 1}[request.time]`, `1`},
		{`sorted(dir(request.relay))`, `["address", "circuit_id", "link_selection", "options", "remote_id", "subscriber_id"]`},
	} {
		got, err := newWorld().eval(t, tt.expr)
		if err != nil {
			t.Errorf("%s: %v", tt.expr, err)
		} else if got.String() != tt.want {
			t.Errorf("%s is %v, want %s", tt.expr, got, tt.want)
		}
	}
}

func TestKinds(t *testing.T) {
	const unicast, broadcast = 0x0a140001, 0xffffffff
	for _, tt := range []struct {
		want           string
		typ            engine.MessageType
		ciaddr, giaddr engine.IP
		to             engine.IP
		serverID       bool
	}{
		{"DISCOVER", engine.Discover, 0, 0, broadcast, false},
		{"REQUEST:SELECTING", engine.Request, 0, 0, broadcast, true},
		{"REQUEST:INIT-REBOOT", engine.Request, 0, 0, broadcast, false},
		{"REQUEST:RENEW", engine.Request, 7, 0, unicast, false},
		{"REQUEST:REBIND", engine.Request, 7, 0, broadcast, false},
		{"REQUEST:REBIND", engine.Request, 7, 1, unicast, false},
		{"INFORM", engine.Inform, 7, 0, unicast, false},
		{"DECLINE", engine.Decline, 0, 0, broadcast, true},
		{"RELEASE", engine.Release, 7, 0, unicast, true},
		{"BOOTREQUEST", engine.BOOTRequest, 0, 0, broadcast, false},
		{"LEASEQUERY", engine.LeaseQuery, 0, 1, unicast, false},
	} {
		w := newWorld(func(w *world) {
			q := &w.query
			q.Type, q.CIAddr, q.GIAddr, q.Destination, q.Options = tt.typ, tt.ciaddr, tt.giaddr, tt.to, nil
			if tt.serverID {
				q.Options = q.Options.AppendUint32(option.ServerID, unicast)
			}
		})
		if got, err := w.eval(t, "request.kind"); err != nil || strings.Trim(got.String(), `"`) != tt.want {
			t.Errorf("%v from %d to %x is %v (%v), want %s", tt.typ, tt.ciaddr, tt.to, got, err, tt.want)
		}
		if got := value.Kind(&w.query); got != tt.want {
			t.Errorf("%v from %d to %x is %s, want %s", tt.typ, tt.ciaddr, tt.to, got, tt.want)
		}
	}
}

// What scripts are told that there is not.
func TestReadErrors(t *testing.T) {
	for _, tt := range []struct{ body, want string }{
		{`request.vendorclass`, `did you mean .vendor_class?`},
		{`request.nonsense`, `request has no .nonsense field or method`},
		{`getattr(request, "x" * 1000)`, `request has no attribute "xxx`},
		{`reply.options["gateway"]`, `unknown option "gateway"; did you mean "routers"?`},
		{`"roters" in request.options`, `unknown option "roters"; did you mean "routers"?`},
		{`request.options.get("x" * 60000)`, `unknown option "xxxxxxxxxx`},
		{`request.options[0]`, `no option has the number "0"; they are 1 to 254`},
		{`request.options[255]`, `1 to 254`},
		{`request.options["end"]`, `unknown option "end"`},
		{`request.options[1 << 70]`, `1 to 254`},
		{`request.options[None]`, `an option is named by its name or its number, not by NoneType`},
		{`request.options["routers"]`, `key "routers" not in options`},
		{`request.options.pop("host-name")`, `the options of a request cannot be changed; change those of the reply`},
		{`{request: 1}`, `unhashable type: request`},
		{`{reply.options: 1}`, `unhashable type: options`},
		{`request.parameters.append(1)`, `frozen list`},
		{`lease.extra.pop("rack")`, `frozen hash table`},
		{`request.time + 5.0`, `unknown binary op`},
		{`request.time + (1 << 60)`, `beyond all calendars`},
		{`candidates[0] < candidates[1]`, `reservations have no order`},
		{`octets("10.0.0")`, `octets: "10.0.0" is not an IPv4 address; write for example "10.20.0.1"`},
		{`octets("2001:db8::1")`, `is not an IPv4 address`},
		{`octets(7)`, `octets takes an address as text, not int`},
		{`in_subnet("10.0.0.1", "10.0.0.0")`, `in_subnet: "10.0.0.0" is not an IPv4 prefix; write for example "10.0.0.0/8"`},
		{`hex(7)`, `hex takes bytes or text, not int`},
	} {
		_, err := newWorld().eval(t, tt.body)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %s", tt.body, err, tt.want)
		} else if len(err.Error()) > 300 {
			t.Errorf("%s: an error of %d bytes", tt.body, len(err.Error()))
		}
	}
}
