package lookup_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"rollcall/leased/engine"
)

// assigned is what an answer comes to, in a form to compare.
func assigned(a engine.Assignment) string {
	switch a.Kind {
	case engine.AssignPool:
		return "pool " + a.Pool
	case engine.AssignIgnore:
		return "ignore"
	case engine.AssignDefault:
		if a.Pending {
			return "pending"
		}
		return "default"
	}
	r := a.Definition
	s := fmt.Sprintf("%s %q %s", r.IP, r.Hostname, r.Subnet)
	if a.LeaseTime != 0 {
		s += fmt.Sprintf(" for %d", a.LeaseTime)
	}
	if d := r.Details; d != nil {
		for _, o := range d.Options.All() {
			s += fmt.Sprintf(" %d=%x", o.Code, o.Value)
		}
		if d.Classes != nil {
			s += fmt.Sprintf(" %v", d.Classes)
		}
		if d.Extra != nil {
			s += fmt.Sprintf(" %v", d.Extra)
		}
	}
	return s
}

func TestAnswers(t *testing.T) {
	for name, c := range map[string]struct{ answer, want string }{
		"all of the first version": {`{
			"ip": "10.20.0.7", "hostname": "desk7", "gateway": "10.20.0.1", "subnet_mask": "255.255.252.0", "broadcast_address": "10.20.3.255",
			"domain_name": "example.org", "domain_name_servers": "10.20.0.2, 10.20.0.3,10.20.0.4", "ntp_servers": ["10.20.0.5"],
			"lease_time": 3600, "subnet": "hall", "serial": 0, "extra": {"desk": 7, "paid": true, "note": null}}`,
			`10.20.0.7 "desk7" hall for 3600 3=0a140001 6=0a1400020a1400030a140004 15=6578616d706c652e6f7267 28=0a1403ff 42=0a140005 map[desk:7 paid:true]`},
		"nothing but nulls": {`{"ip": "10.20.0.7", "hostname": null, "gateway": null, "subnet_mask": "", "domain_name_servers": null, "lease_time": null}`,
			`10.20.0.7 "" hall`},
		"subnet by prefix":            {`{"ip": "10.20.1.7", "subnet": "10.20.0.0/22", "serial": 0}`, `10.20.1.7 "" hall`},
		"subnet with bits set":        {`{"ip": "10.20.1.7", "subnet": "10.20.1.7/22"}`, `10.20.1.7 "" hall`},
		"numbers as text":             {`{"ip": "10.20.1.7", "serial": "0", "lease_time": "60"}`, `10.20.1.7 "" hall for 60`},
		"without end":                 {`{"ip": "10.20.1.7", "lease_time": 4294967295}`, `10.20.1.7 "" hall for 4294967295`},
		"no address":                  {`{"subnet": "hall", "hostname": "desk7"}`, ` "desk7" hall`},
		"neither address nor subnet":  {`{"classes": ["phones", "staff", "phones"]}`, ` ""  [phones staff]`},
		"classes in one text":         {`{"ip": "10.20.0.7", "classes": "phones, staff"}`, `10.20.0.7 "" hall [phones staff]`},
		"options":                     {`{"ip": "10.20.0.7", "options": {"routers": "10.20.0.1", "phone-vlan": 7, "option-225": "hex:0a", "domain-search": ["a.example", "b.example"], "log-servers": []}}`, `10.20.0.7 "" hall 3=0a140001 7= 119=0161076578616d706c65000162c002 224=0007 225=0a`},
		"options within an option":    {`{"ip": "10.20.0.7", "options": {"vi-vendor-specific": {"3561": {"1": "text"}}}}`, `10.20.0.7 "" hall 125=00000de906010474657874`},
		"a pool by name":              {`{"pool": "guests", "extra": {"a": "b"}}`, `pool guests`},
		"a pool by range":             {`{"pool": "10.99.0.100"}`, `pool 10.99.0.100-10.99.0.100`},
		"a named pool by range":       {`{"pool": "10.99.0.50 - 10.99.0.99"}`, `pool guests`},
		"to be ignored":               {`{"ignore": true, "ip": "10.20.0.7"}`, `ignore`},
		"not to be ignored":           {`{"ignore": false, "ip": "10.20.0.7"}`, `10.20.0.7 "" hall`},
		"known elsewhere":             {`{"ip": "10.30.0.7"}`, `default`},
		"a pool elsewhere":            {`{"pool": "10.30.0.10-10.30.0.20"}`, `default`},
		"one for each network":        {`[{"ip": "10.30.0.7"}, {"ip": "10.20.0.7"}, {"ip": "10.20.0.8"}]`, `10.20.0.7 "" hall`},
		"one for each of others":      {`[{"ip": "10.30.0.7"}, {"ip": "10.30.0.8", "serial": 1}]`, `default`},
		"null":                        {`null`, `default`},
		"an empty object":             {` {} `, `default`},
		"an empty list":               {`[]`, `default`},
		"false":                       {`false`, `default`},
		"zero":                        {`0`, `default`},
		"an empty text":               {`""`, `default`},
		"nothing":                     {``, `default`},
		"the last of two of one name": {`{"ip": "10.20.0.7", "ip": "10.20.0.8"}`, `10.20.0.8 "" hall`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, "")
				r.says(200, c.answer)
				if diff := cmp.Diff(c.want, assigned(r.settle(1))); diff != "" {
					t.Errorf("%s\n(-want +got):\n%s", r.story(1), diff)
				}
			})
		})
	}
}

// An answer that cannot be is a failure, and says what is wrong.
func TestAnswersThatCannotBe(t *testing.T) {
	for answer, want := range map[string]string{
		`{"ip": "10.1.2.3"}`:                                                                   "ip: 10.1.2.3 is in no subnet",
		`{"ip": "10.1.2.3", "subnet": "hall"}`:                                                 "ip: 10.1.2.3 is outside subnet hall",
		`{"ip": "10.20.3.255", "subnet": "hall"}`:                                              "ip: 10.20.3.255 is the network or broadcast address of subnet hall",
		`{"ip": "10.20.0.0"}`:                                                                  "ip: 10.20.0.0 is the network or broadcast address of subnet hall",
		`{"ip": "fe80::1"}`:                                                                    `ip: "fe80::1" is not the IPv4 address of a machine`,
		`{"ip": "0.0.0.0"}`:                                                                    `ip: "0.0.0.0" is not the IPv4 address of a machine`,
		`{"ip": "10.20.0.7\u001b[2J"}`:                                                         `ip: "10.20.0.7\x1b[2J" is not the IPv4 address of a machine`,
		`{"ip": 7}`:                                                                            "ip: is a number, not text",
		`{"ip": "10.20.0.7", "subnet": "attic"}`:                                               `subnet: there is no subnet "attic"`,
		`{"ip": "10.20.0.7", "subnet": "hall/1"}`:                                              `subnet: there is no subnet "hall/1"`,
		`{"ip": "10.20.0.7", "subnet": "hall", "serial": 3}`:                                   `subnet: there is no subnet "hall" with serial 3`,
		`{"ip": "10.20.0.7", "serial": 3}`:                                                     "ip: 10.20.0.7 is in no subnet with serial 3",
		`{"ip": "10.20.0.7", "subnet": "10.20.0.0/24"}`:                                        `subnet: there is no subnet "10.20.0.0/24"`,
		`{"subnet": "hall", "serial": 1.5}`:                                                    "serial: 1.5 is not a whole number from 0 to 4294967295",
		`{"hostname": "a", "serial": 2}`:                                                       "serial: is given without subnet",
		`{"ip": "10.20.0.7", "lease_time": 0}`:                                                 "lease_time: 0 is not a whole number from 1 to 4294967295",
		`{"ip": "10.20.0.7", "lease_time": -5}`:                                                "lease_time: -5 is not a whole number",
		`{"ip": "10.20.0.7", "lease_time": 1e3}`:                                               "lease_time: 1e3 is not a whole number",
		`{"ip": "10.20.0.7", "lease_time": 4294967296}`:                                        "lease_time: 4294967296 is not a whole number",
		`{"ip": "10.20.0.7", "lease_time": "8h"}`:                                              "lease_time: 8h is not a whole number",
		`{"ip": "10.20.0.7", "hostname": "Desk 7"}`:                                            `hostname: "Desk 7" is no host name`,
		`{"ip": "10.20.0.7", "subnet_mask": "255.255.255.0"}`:                                  "subnet_mask: 255.255.255.0 is not that of subnet hall, which is 255.255.252.0",
		`{"ip": "10.20.0.7", "subnet_mask": "22"}`:                                             `subnet_mask: "22" is not a mask`,
		`{"ip": "10.20.0.7", "gateway": "10.20.0.256"}`:                                        `gateway: option routers: "10.20.0.256" is not an IPv4 address`,
		`{"ip": "10.20.0.7", "gateway": {"a": 1}}`:                                             "gateway: option routers takes values, not an object",
		`{"ip": "10.20.0.7", "gateway": [[1]]}`:                                                "gateway: option routers has what is neither text nor a number",
		`{"ip": "10.20.0.7", "options": ["a"]}`:                                                "options: is a list, not an object",
		`{"ip": "10.20.0.7", "options": {"rooters": "10.20.0.1"}}`:                             `options: unknown option "rooters"; did you mean "routers"?`,
		`{"ip": "10.20.0.7", "options": {"lease-time": 60}}`:                                   "options: option lease-time comes from lease.time",
		`{"ip": "10.20.0.7", "options": {"option-82": "hex:00"}}`:                              "options: option ",
		`{"ip": "10.20.0.7", "options": {"phone-vlan": 70000}}`:                                `options: option phone-vlan: "70000" is not`,
		`{"ip": "10.20.0.7", "options": {"phone-vlan": {"a": {}}}}`:                            "options: option phone-vlan takes values, not an object",
		`{"ip": "10.20.0.7", "gateway": "10.20.0.1", "options": {"routers": "10.20.0.2"}}`:     "options: option routers is given twice, as gateway and options.routers",
		`{"ip": "10.20.0.7", "options": {"routers": "10.20.0.1", "option-3": "hex:0a140001"}}`: "options: option routers is given twice, as options.option-3 and options.routers",
		`{"ip": "10.20.0.7", "classes": ["printers"]}`:                                         `classes: "printers" is no class`,
		`{"ip": "10.20.0.7", "classes": {"phones": 1}}`:                                        "classes: is an object, neither text nor a list",
		`{"ip": "10.20.0.7", "extra": "a"}`:                                                    "extra: is text, not an object",
		`{"ip": "10.20.0.7", "extra": {"a": [1]}}`:                                             `extra: "a" is a list, not text`,
		`{"ip": "10.20.0.7", "extra": {"": "a"}}`:                                              `extra: "": names and values have at most 255 bytes`,
		`{"ip": "10.20.0.7", "extra": {` + pairs(33) + `}}`:                                    "extra: has 33 pairs; 32 is the most",
		`{"pool": "guest"}`:                                                                    `pool: "guest" is no pool, by name or range`,
		`{"pool": "10.99.0.50-10.99.0.98"}`:                                                    `pool: "10.99.0.50-10.99.0.98" is no pool`,
		`{"pool": "guests", "ip": "10.99.0.50"}`:                                               "ip: is given beside pool, which says all that its machines get",
		`{"pool": ["guests"]}`:                                                                 "pool: is a list, not text",
		`{"ignore": "yes"}`:                                                                    "ignore: is text, neither true nor false",
		`{"status": "ok", "address": "10.20.0.7"}`:                                             `it has none of the fields that are looked for: it has "address", "status"; fields says where else they are`,
		`["10.20.0.7"]`: "the answer is a list with text in it, not of objects",
		`[{"ip": "10.30.0.7"}, {"ip": "10.20.0.256"}]`: `ip: "10.20.0.256" is not the IPv4 address of a machine`,
		`[{"ip": "10.30.0.7"}, {}]`:                    "it has none of the fields that are looked for",
		`"10.20.0.7"`:                                  "the answer is text, not an object",
		`{"ip": "10.20.0.7"`:                           "the answer is not JSON: unexpected EOF",
		`{"ip": "10.20.0.7"} {}`:                       "there is more behind the JSON of the answer",
		`<html>`:                                       "the answer is not JSON: invalid character '<'",
		`{"ip": "` + strings.Repeat("1", 1000) + `"}`:  `ip: "1111111111111111111111111111111111111111111111111111111111111111…" is not`,
		`{"ip": "10.20.0.7", "a": "` + strings.Repeat("a", 65536) + `"}`:                                     "the answer is larger than 65536 bytes",
		strings.Repeat("[", 60000):                                                                           "the answer is not JSON: invalid character '[' exceeded max depth",
		strings.Repeat(`{"ip":`, 9000) + "1" + strings.Repeat("}", 9000):                                     "ip: is an object, not text",
		`{"ip": "10.20.0.7", "options": ` + strings.Repeat(`{"43":`, 9000) + "1" + strings.Repeat("}", 9001): `options: unknown option "43"`,
	} {
		t.Run(want, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, "")
				r.says(200, answer)
				is(t, "the answer", r.settle(1), engine.AssignDefault, true)
				if got := r.story(1); !strings.HasPrefix(got, "no answer so far; failed once, last 1ms ago: "+want) {
					t.Errorf("story: %s\nwant:  %s", got, want)
				}
			})
		})
	}
}

// pairs is n pairs of an object.
func pairs(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`"k%d": "v"`, i))
	}
	return strings.Join(list, ",")
}

func TestFieldsElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "fields: {ip: data.node.address, domain_name_servers: data.dns, ignore: blocked}")
		r.says(200, `{"data": {"node": {"address": "10.20.0.7"}, "dns": ["10.20.0.2"]}, "hostname": "desk7", "ip": "10.20.0.8", "blocked": false}`)
		if diff := cmp.Diff(`10.20.0.7 "desk7" hall 6=0a140002`, assigned(r.settle(1))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		r.says(200, `{"data": {"node": "10.20.0.7"}, "blocked": true}`)
		if got := assigned(r.settle(2)); got != "ignore" {
			t.Errorf("blocked: %s", got)
		}
		r.says(200, `{"data": {"node": {"address": 7}}}`)
		r.settle(3)
		if got := r.story(3); !strings.Contains(got, "data.node.address: is a number, not text") {
			t.Errorf("story: %s", got)
		}
	})
}

// What a machine is told in words, as explain has it.
func TestStories(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "keep: {positive: 5m, negative: 30s}")
		var got []string
		note := func() { got = append(got, r.story(1)) }
		note()
		r.slow(time.Second)
		r.send(1)
		note()
		time.Sleep(11 * time.Second)
		note()
		time.Sleep(20 * time.Second)
		note()
		r.says(200, `{"pool": "guests"}`)
		r.send(1)
		time.Sleep(time.Second)
		synctest.Wait()
		note()
		time.Sleep(6 * time.Minute)
		r.says(200, `{"pool": "lost"}`)
		r.send(1)
		time.Sleep(time.Second)
		synctest.Wait()
		note()
		if r.times() != 3 {
			t.Errorf("asked %d times; looking is no asking", r.times())
		}
		// How long it rests is left to chance.
		i := slices.IndexFunc(got, func(s string) bool { return strings.Contains(s, "lost") })
		if i >= 0 {
			got[i], _, _ = strings.Cut(got[i], "; asked again")
		}
		want := []string{
			"nothing is remembered",
			"no answer so far; it is being asked",
			"10s ago it said: does not know the machine (the answer was null); asked again in 20s",
			"30s ago it said: does not know the machine (the answer was null), which is too old to use; asked again at the machine's next message",
			"0s ago it said: knows the machine: an address of pool guests; asked again in 5m0s",
			`6m1s ago it said: knows the machine: an address of pool guests; failed once, last 0s ago: pool: "lost" is no pool, by name or range`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
