package engine_test

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"rollcall/internal/option"
	"rollcall/leased/engine"
)

// A script tells a story, one step a line: what happens, and after "->" what must come of it.
//
//	A discover on=eth1          -> OFFER 10.99.0.50
//	A select 10.99.0.50         -> ACK 10.99.0.50 ! lease.granted
//	+2m                         ! lease.expired
//
// Clients are named by a word; A/x is client A with the client identifier x. Steps of a client:
//
//	discover [IP]   asking for IP (50)                     renew IP    unicast with ciaddr
//	select IP       with the server identifier (54)        rebind IP   broadcast with ciaddr
//	reboot IP       with 50 alone                          release IP  unicast with ciaddr and 54
//	request         with nothing                           decline IP  with 50 and 54
//	inform [IP]     with ciaddr
//
// and
//
//	bootp           without a message type
//
// with on=LINK (eth1), vlan=VID, via=GIADDR, server=IP|none, xid=N, 82/5= 82/11= circuit= remote= subscriber= host= ciaddr= to=
// port= type= htype= chaddr=, as=FIRMWARE (what such a machine sends), and any option by its code, as the configuration writes it: 51=100 55=1,3,6 60=hex:00 (80= for one
// of no octets). Other steps stand in the table of verbs. "-> ERROR word" expects an error with that in it. After "!" stand the
// kinds of all events of the step, "-" for none.
//
// What a policy says from then on stands in "policy" lines, see rules_test.go. What comes of a message may be followed by what the answer must hold: 3=10.0.0.1 (an option, as text), -3 (not that option),
// order=54,51,1 (all options), next=IP file=F sname=N (boot fields, "" for none), writes=N (leases that are written), broadcast=B
// delay=D, boots=B, and of a machine that boots stage=S because=REASON rule=KEY.
type script struct {
	*world
	p planning
}

func run(t *testing.T, p planning, text string) *world {
	t.Helper()
	s := &script{newWorld(t, p), p}
	for line := range strings.Lines(text) {
		if line, _, _ = strings.Cut(line, "#"); strings.TrimSpace(line) != "" {
			s.line(strings.TrimSpace(line))
		}
	}
	return s.world
}

type story struct{ name, text string }

func stories(t *testing.T, p planning, all []story) {
	t.Helper()
	for _, st := range all {
		t.Run(st.name, func(t *testing.T) { run(t, p, st.text) })
	}
}

func (s *script) line(line string) {
	s.t.Helper()
	s.where = line
	rest, events, counted := strings.Cut(line, "!")
	step, want, _ := strings.Cut(rest, "->")
	s.told = nil
	got := s.step(strings.Fields(step))
	want = s.checkDetails(strings.Fields(want), s.isMessage(strings.Fields(step)))
	if want != "" && got != want {
		if words, ok := strings.CutPrefix(want, "ERROR "); !ok || !strings.Contains(got, words) {
			s.errorf("came %s", got)
		}
	}
	if want == "" && strings.HasPrefix(got, "ERROR") {
		s.errorf("came %s", got)
	}
	if got, want := s.events(), strings.Join(strings.Fields(events), " "); counted && got != want && (got != "" || want != "-") {
		s.errorf("told %q", got)
	}
}

func (s *script) isMessage(f []string) bool {
	return verbs[f[0]] == nil && !strings.HasPrefix(f[0], "+")
}

// checkDetails verifies what is wanted of the last answer beside its kind, address and reason, and returns those.
func (s *script) checkDetails(want []string, message bool) string {
	s.t.Helper()
	var plain []string
	for _, w := range want {
		if !message {
			plain = append(plain, w)
			continue
		}
		d := s.last
		code, absent := strings.CutPrefix(w, "-")
		key, value, given := strings.Cut(w, "=")
		check := func(got any) {
			s.t.Helper()
			if fmt.Sprint(got) != strings.Trim(value, `"`) {
				s.errorf("%s is %q, want %s", key, fmt.Sprint(got), value)
			}
		}
		switch n, err := strconv.Atoi(strings.TrimPrefix(key, "-")); {
		case absent:
			if v, ok := d.Options.Get(option.Code(number(code))); ok {
				s.errorf("option %s is there: %s", code, option.ByCode(option.Code(number(code))).Text(v))
			}
		case given && err == nil:
			v, ok := d.Options.Get(option.Code(n))
			if !ok {
				s.errorf("option %d is missing in %s", n, codes(d.Options))
				continue
			}
			text := option.ByCode(option.Code(n)).Text(v)
			if strings.ReplaceAll(text, " ", "") != value && fmt.Sprintf("hex:%x", v) != value &&
				(len(v) != 4 || fmt.Sprint(binary.BigEndian.Uint32(v)) != value) {
				s.errorf("option %d is %s, want %s", n, text, value)
			}
		case key == "next":
			check(d.Next)
		case key == "file":
			check(d.File)
		case key == "sname":
			check(d.ServerName)
		case key == "order":
			check(strings.ReplaceAll(codes(d.Options), " ", ","))
		case key == "writes":
			check(len(d.Commit.Leases))
		case key == "stage":
			check(bootAnswer(d).Stage)
		case key == "because":
			check(bootAnswer(d).Reason)
		case key == "rule":
			check(bootAnswer(d).Rule)
		case key == "broadcast":
			check(d.Broadcast)
		case key == "boots":
			check(d.Boot != nil)
		case key == "delay":
			check(d.Delay)
		default:
			plain = append(plain, w)
		}
	}
	return strings.Join(plain, " ")
}

func (s *script) step(f []string) string {
	s.t.Helper()
	if verb := verbs[f[0]]; verb != nil {
		return verb(s, f[1:])
	}
	if d, ok := strings.CutPrefix(f[0], "+"); ok {
		s.pass(duration(d))
		return ""
	}
	d := s.send(s.message(f))
	out := d.Kind.String()
	if d.IP != 0 {
		out += " " + d.IP.String()
	}
	if d.Reason != "" {
		out += " " + string(d.Reason)
	}
	return out
}

func duration(s string) time.Duration {
	d, err := time.ParseDuration(s)
	if err != nil {
		panic(err)
	}
	return d
}

// verbs are the steps that are not messages.
var verbs = map[string]func(*script, []string) string{
	// later DURATION: time passes and the keeper has not looked yet.
	"later": func(s *script, f []string) string { s.now = s.now.Add(duration(f[0])); return "" },
	// restart: what is in memory is lost.
	"restart": func(s *script, _ []string) string { s.restart(s.p); return "" },
	// replan [without SUBNET | OLD => NEW]: a new configuration; with the second form the file has NEW in place of OLD from now on.
	"replan": func(s *script, f []string) string {
		p := s.p
		if len(f) == 2 {
			p.leave = f[1]
		}
		if old, with, ok := strings.Cut(strings.Join(f, " ")+" ", " => "); ok {
			if !strings.Contains(p.file, old) {
				return "ERROR the file has no " + old
			}
			p.file = strings.Replace(p.file, old, strings.TrimSpace(with), 1)
			s.p = p
		}
		s.s.Replan(s.rules.onto(p.plan()))
		s.check()
		return ""
	},
	// reserve CLIENT|circuit=X|remote=X|id=X|duid=X SUBNET IP|-: returns the id.
	"reserve": func(s *script, f []string) string {
		kind, value := engine.ByHardware, string(hwOf(f[0]).Bytes())
		if k, v, ok := strings.Cut(f[0], "="); ok {
			kind = map[string]engine.IdentifierKind{
				"circuit": engine.ByCircuitID, "remote": engine.ByRemoteID, "id": engine.ByClientID, "duid": engine.ByDUID,
			}[k]
			value = v
		}
		var addr engine.IP
		if f[2] != "-" {
			addr = ip(f[2])
		}
		r, err := s.reserve(kind, value, f[1], addr)
		if err != nil {
			return "ERROR " + err.Error()
		}
		return r.ID
	},
	// change ID CLIENT: the reservation is for another machine.
	"change": func(s *script, f []string) string {
		r := *s.s.Reservation(f[0])
		r.Kind, r.Value = engine.ByHardware, string(hwOf(f[1]).Bytes())
		if _, err := s.enrol(r); err != nil {
			return "ERROR " + err.Error()
		}
		return ""
	},
	"unreserve": func(s *script, f []string) string {
		if err := s.unreserve(f[0]); err != nil {
			return "ERROR " + err.Error()
		}
		return ""
	},
	// lease IP: state, holder's renewals.
	"lease": func(s *script, f []string) string {
		l := s.s.Lease(ip(f[0]))
		if l == nil {
			return "none"
		}
		out := fmt.Sprintf("%v renewals=%d", l.State, l.Renewals)
		if l.Reservation != "" {
			out += " by=" + l.Reservation
		}
		return out
	},
	// named IP: what the holder is called.
	"named": func(s *script, f []string) string { return cmp.Or(s.s.Lease(ip(f[0])).Hostname, "-") },
	// left IP: how long the lease still runs.
	"left": func(s *script, f []string) string {
		l := s.s.Lease(ip(f[0]))
		if l.Expires == engine.Never {
			return "never"
		}
		return (time.Duration(l.Expires-s.now.Unix()) * time.Second).String()
	},
	"policy": func(s *script, f []string) string { return s.rule(f) },
	"attach": func(s *script, f []string) string { s.s.SetAttached(s.s.Plan().Subnet(f[0]), true); return "" },
	// silent IP: ARP found nobody.
	"silent": func(s *script, f []string) string { s.s.Checked(ip(f[0]), s.now); return "" },
	// conflict IP CLIENT: ARP found the client there.
	"conflict": func(s *script, f []string) string { s.put(s.s.Conflict(ip(f[0]), hwOf(f[1]), s.now)); return "" },
	// found IP CLIENT: a scan found the client there.
	"found": func(s *script, f []string) string {
		c, _ := s.s.Found(ip(f[0]), hwOf(f[1]), s.now)
		s.put(c)
		return ""
	},
	// unverified IP: ARP found nobody at a declined address.
	"unverified": func(s *script, f []string) string { s.put(s.s.Unverified(ip(f[0]), s.now)); return "" },
	"clear":      func(s *script, f []string) string { s.put(s.s.ClearQuarantine(s.s.Lease(ip(f[0])), s.now)); return "" },
	"end":        func(s *script, f []string) string { s.put(engine.EndLease(s.s.Lease(ip(f[0])), s.now, "")); return "" },
	// shift DURATION: the wall clock is set.
	"shift": func(s *script, f []string) string {
		d := duration(f[0])
		s.now = s.now.Add(d)
		s.put(engine.Commit{Leases: s.s.Shift(d)})
		for ip, p := range s.promised {
			p.until += int64(d / time.Second)
			s.promised[ip] = p
		}
		return ""
	},
	// asked: at which stages the policy was asked about the last message.
	"asked": func(s *script, _ []string) string { return s.rules.stagesAsked() },
	// admit CLIENT: whether the client is listened to.
	"admit": func(s *script, f []string) string {
		reason, e := s.s.Admit(s.message([]string{f[0], "discover"}), s.now)
		if e != nil {
			s.commit(&engine.Commit{Events: []*engine.Event{e}})
		}
		if reason != "" {
			return string(reason)
		}
		return "yes"
	},
	// finished, restarted CLIENT: whether that changes anything.
	"finished": func(s *script, f []string) string {
		c, changed := s.s.FinishBoot(hwOf(f[0]), s.now)
		s.commit(&c)
		return fmt.Sprint(changed)
	},
	"restarted": func(s *script, f []string) string {
		c, changed := s.s.RestartBoot(hwOf(f[0]), s.now)
		s.commit(&c)
		return fmt.Sprint(changed)
	},
	// fetched CLIENT [FILE]: completely; without FILE a script that was made for it.
	"fetched": func(s *script, f []string) string {
		s.s.BootProgress(hwOf(f[0]), strings.Join(f[1:], ""))
		return ""
	},
	"resume": func(s *script, f []string) string { hw := hwOf(f[0]); return fmt.Sprint(s.s.Resume(&hw)) },
	// usage: of the lobby's pool.
	"usage": func(s *script, _ []string) string {
		for _, u := range s.s.Usage() {
			if u.Pool.Subnet.Ref == "lobby" {
				return fmt.Sprintf("leased=%d offered=%d quarantined=%d reserved=%d free=%d", u.Leased, u.Offered,
					u.Quarantined, u.Reserved, u.Free)
			}
		}
		return ""
	},
}

var messages = map[string]engine.MessageType{
	"discover": engine.Discover, "select": engine.Request, "reboot": engine.Request, "renew": engine.Request,
	"rebind": engine.Request, "request": engine.Request, "release": engine.Release, "decline": engine.Decline,
	"inform": engine.Inform, "bootp": engine.BOOTRequest,
}

// message makes the message of a step: CLIENT VERB [IP] [KEY=VALUE ...].
func (s *script) message(f []string) *engine.Query {
	name, id, _ := strings.Cut(f[0], "/")
	verb := f[1]
	typ, ok := messages[verb]
	if !ok {
		panic("no such step: " + strings.Join(f, " "))
	}
	q := s.query(typ, hwOf(name), "eth1", nil)
	server := ""
	arg := ""
	set := map[string]string{}
	for _, w := range f[2:] {
		if k, v, ok := strings.Cut(w, "="); ok {
			set[k] = v
		} else {
			arg = w
		}
	}
	if l := set["on"]; l != "" {
		q.Link = s.links[l]
	}
	if len(q.Link.IPs) > 0 {
		server = q.Link.IPs[0].String()
	}
	toServer := func() { q.Destination = ip(server) }
	switch verb {
	case "discover", "reboot":
		if arg != "" {
			set["50"] = arg
		}
	case "select", "decline":
		set["50"] = arg
		s.setServer(set, server)
	case "renew":
		q.CIAddr = ip(arg)
		toServer()
	case "rebind":
		q.CIAddr, q.Destination = ip(arg), 0xffffffff
	case "release":
		q.CIAddr = ip(arg)
		s.setServer(set, server)
		toServer()
	case "inform":
		if arg != "" {
			q.CIAddr = ip(arg)
		}
	}
	var o option.List
	if id != "" {
		o = o.AppendString(option.ClientID, id)
	}
	var relay []byte
	for k, v := range set {
		switch k {
		case "on":
		case "as":
			if set["55"] == "" {
				o = append(o, firmware(v)...)
			} else {
				o = append(o, asksNothing(v)...)
			}
		case "50":
			o = appendIP(o, option.RequestedAddress, v)
		case "server":
			if v != "none" {
				o = appendIP(o, option.ServerID, v)
			}
		case "host":
			o = o.AppendString(option.HostName, v)
		case "82/5":
			relay = append(append(relay, 5, 4), ip4(v)...)
		case "82/11":
			relay = append(append(relay, 11, 4), ip4(v)...)
		case "circuit":
			relay = append(append(relay, 1, byte(len(v))), v...)
		case "remote":
			relay = append(append(relay, 2, byte(len(v))), v...)
		case "subscriber":
			relay = append(append(relay, 6, byte(len(v))), v...)
		case "vlan":
			q.VLAN = uint32(number(v))
		case "chaddr":
			b, err := hex.DecodeString(strings.ReplaceAll(v, ":", ""))
			if err != nil {
				panic(err)
			}
			q.HW = engine.HWOf(q.HW.Type, b)
		case "via":
			q.GIAddr = ip(v)
		case "ciaddr":
			q.CIAddr = ip(v)
		case "to":
			q.Destination = ip(v)
		case "xid":
			q.XID = uint32(number(v))
		case "port":
			q.Port = uint16(number(v))
		case "type":
			q.Type = engine.MessageType(number(v))
		case "htype":
			q.HW.Type = uint8(number(v))
		default:
			o = appendOption(o, k, v)
		}
	}
	if relay != nil {
		o = o.Append(option.RelayAgentInfo, relay)
	}
	q.Options = o
	q.Index()
	return q
}

func (s *script) setServer(set map[string]string, server string) {
	if set["server"] == "" {
		set["server"] = server
	}
}

// appendIP appends an address, or the hexadecimal octets after "hex:".
func appendIP(o option.List, c option.Code, v string) option.List {
	if digits, ok := strings.CutPrefix(v, "hex:"); ok {
		b, err := hex.DecodeString(digits)
		if err != nil {
			panic(err)
		}
		return o.Append(c, b)
	}
	return o.AppendAddr(c, netip.MustParseAddr(v))
}

// appendOption appends an option by its code, as the configuration writes its value; an empty one has no octets.
func appendOption(o option.List, code, v string) option.List {
	n, err := strconv.Atoi(code)
	if err != nil {
		panic("no such setting: " + code)
	}
	c := option.Code(n)
	switch {
	case v == "":
		return o.Append(c, nil)
	case c == option.ParameterRequestList:
		var list []byte
		for n := range strings.SplitSeq(v, ",") {
			list = append(list, byte(number(n)))
		}
		return o.Append(c, list)
	case strings.HasPrefix(v, "hex:"):
		b, err := hex.DecodeString(v[4:])
		if err != nil {
			panic(err)
		}
		return o.Append(c, b)
	}
	b, err := option.ByCode(c).Encode([]string{v})
	if err != nil {
		b = []byte(v)
	}
	return o.Append(c, b)
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err)
	}
	return n
}
